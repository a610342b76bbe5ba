#include "runners/measure/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace benchgate::measure {
namespace {

TEST(Schedule, EveryBlockHasFourOfEachSideAndItsOrderFollowsFromTheSeed) {
    const auto order = block_order(42, {model::Phase::measure, 3, 0});
    EXPECT_EQ(std::count(order.begin(), order.end(), model::Side::base), 4);
    EXPECT_EQ(order, block_order(42, {model::Phase::measure, 3, 0}));
}

TEST(Schedule, ABlockThatIsMeasuredAgainGetsANewOrder) {
    int same = 0;
    for (int block = 0; block < 100; ++block)
        same += block_order(7, {model::Phase::measure, block, 0}) == block_order(7, {model::Phase::measure, block, 1});
    EXPECT_LT(same, 10);
}

TEST(Schedule, AllSeventyArrangementsAreEquallyLikely) {
    std::map<std::array<model::Side, block_size>, int> seen;
    constexpr int draws = 70'000;
    for (int i = 0; i < draws; ++i) ++seen[block_order(i, {model::Phase::confirm, i % 15, 0})];
    ASSERT_EQ(seen.size(), 70u);
    double chi_squared = 0;
    for (const auto& [order, count] : seen) chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
    EXPECT_LT(chi_squared, 120) << "69 degrees of freedom: 99.99 % quantile";
}

TEST(Schedule, TheTrialsOfASideSpreadEvenlyOverTheOrdersOfItsLinks) {
    std::set<std::array<int, trials_a_side>> seen;
    for (const int count : {1, 2, 4, 8})
        for (const auto side : {model::Side::base, model::Side::head})
            for (const auto phase : {model::Phase::measure, model::Phase::confirm})
                for (int block = 0; block < 16; block += 2) {
                    std::map<int, int> runs;
                    for (const int next : {block, block + 1}) {
                        std::set<int> in_block;
                        const auto orders = block_link_orders(42, {phase, next, 0}, side, count);
                        EXPECT_EQ(orders, block_link_orders(42, {phase, next, 1}, side, count));
                        for (const int order : orders) ++runs[order], in_block.insert(order);
                        EXPECT_EQ(in_block.size(), std::size_t(std::min(count, trials_a_side)));
                        if (count == 8) seen.insert(orders);
                    }
                    ASSERT_EQ(runs.size(), std::size_t(count));
                    const int first = phase == model::Phase::confirm ? count : 0;
                    for (int order = first; order < first + count; ++order) EXPECT_EQ(runs[order], 8 / count);
                }
    EXPECT_GT(seen.size(), 40u) << "of 64 draws";
    EXPECT_NE(block_link_orders(1, {}, model::Side::base, 8), block_link_orders(1, {}, model::Side::head, 8));
}

TEST(Schedule, EverySideAndOrderIsShuffledByItsOwnSeed) {
    constexpr std::uint64_t modulus = 2147483646;  // of the shuffling linker
    std::set<std::uint64_t> seeds;
    for (int order = 0; order < 16; ++order)
        for (const auto side : {model::Side::base, model::Side::head})
            seeds.insert(link_seed(7, side, order) % modulus);
    EXPECT_EQ(seeds.size(), 32u);
    EXPECT_NE(link_seed(7, model::Side::base, 1), link_seed(8, model::Side::base, 1));
}

TEST(Schedule, EachTrialHasASeedOfItsOwnThatTheJobsSeedGives) {
    std::set<std::uint64_t> seeds;
    for (std::int64_t trial = 0; trial < 1000; ++trial) {
        const auto seed = trial_seed(42, trial);
        EXPECT_EQ(seed, trial_seed(42, trial));
        EXPECT_LT(seed, std::uint64_t{1} << 31);
        seeds.insert(seed);
    }
    EXPECT_EQ(seeds.size(), 1000u);
    EXPECT_NE(trial_seed(42, 0), trial_seed(43, 0));
}

}  // namespace
}  // namespace benchgate::measure
