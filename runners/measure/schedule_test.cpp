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
