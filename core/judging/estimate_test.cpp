#include "core/judging/estimate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/judging/plan.h"

namespace benchgate::judging {
namespace {

using Scale = Margin::Scale;

const std::vector<Block> slower{{{1000, 1004, 998, 1010}, {1052, 1049, 1060, 1047}},
                                {{1002, 1001, 1015, 999}, {1055, 1051, 1048, 1063}},
                                {{1006, 997, 1003, 1001}, {1050, 1058, 1046, 1100}}};
const std::vector<Block> same{{{1000, 1004, 998, 1010}, {1003, 999, 1007, 1001}},
                              {{1002, 1001, 1015, 996}, {1005, 997, 1000, 1008}}};

TEST(Estimate, WorkedValues) {
    NullTable nulls;
    const auto first = all_pairs(slower, Scale::ratio, false);
    EXPECT_NEAR(*hodges_lehmann(first), 1.049326, 5e-7);
    const auto nominal = test_interval(first, nulls.of(slower), {0.025, 0.025});
    EXPECT_NEAR(*nominal.low, 1.044955, 5e-7);
    EXPECT_NEAR(*nominal.high, 1.056056, 5e-7);
    const auto second = all_pairs(same, Scale::ratio, false);
    EXPECT_NEAR(*hodges_lehmann(second), 1.0000015, 5e-8);
    const auto wide = test_interval(second, nulls.of(same), {0.025, 0.025});
    EXPECT_NEAR(*wide.low, 0.993069, 5e-7);
    EXPECT_NEAR(*wide.high, 1.005988, 5e-7);
    EXPECT_NEAR(*test_interval(second, nulls.of(same), {0.025, 0.008}).high, 1.006993, 5e-7);
}

TEST(Estimate, AnEndThatNoResultCanReachIsOpen) {
    NullTable nulls;
    const auto pairs = all_pairs(same, Scale::ratio, false);
    const auto interval = test_interval(pairs, nulls.of(same), {1e-5, 0.008});
    EXPECT_FALSE(interval.low);
    EXPECT_TRUE(interval.high);
    EXPECT_FALSE(hodges_lehmann(all_pairs({}, Scale::ratio, false)));
}

TEST(Estimate, ScalesAndDirections) {
    const std::vector<Block> blocks{{{100}, {50}}};
    EXPECT_EQ(hodges_lehmann(all_pairs(blocks, Scale::ratio, false)), 0.5);
    EXPECT_EQ(hodges_lehmann(all_pairs(blocks, Scale::ratio, true)), 2.0);
    EXPECT_EQ(hodges_lehmann(all_pairs(blocks, Scale::raw, false)), -50);
    EXPECT_EQ(hodges_lehmann(all_pairs(blocks, Scale::raw, true)), 50);
    const std::vector<Block> even{{{1}, {2, 8}}};
    EXPECT_DOUBLE_EQ(*hodges_lehmann(all_pairs(even, Scale::ratio, false)), 4) << "the mean of logarithms";
    EXPECT_DOUBLE_EQ(*hodges_lehmann(all_pairs(even, Scale::raw, false)), 4) << "the mean of 1 and 7";
    const std::vector<Block> extreme{{{1e-299}, {1e300, 2e300}}};
    EXPECT_FALSE(std::isnan(*hodges_lehmann(all_pairs(extreme, Scale::ratio, false))));
}

TEST(Estimate, SpreadOfTrialsIsThatOfOneSideOfOneBlock) {
    // Sides and blocks lie far apart; the trials of one side differ by 1 % each time.
    const std::vector<Block> blocks{{{100, 101}, {200, 202}}, {{1000, 1010}, {5000, 5050}}};
    EXPECT_NEAR(*trial_spread(blocks, Scale::ratio), 1.0483 * std::log(1.01), 1e-7);
    EXPECT_NEAR(*trial_spread(blocks, Scale::raw), 1.0483 * 6, 1e-9);
    EXPECT_FALSE(trial_spread(std::vector<Block>{{{1}, {2}}}, Scale::ratio));
}

TEST(Estimate, DetectableChangeFollowsTheFormula) {
    // z(1 - 1e-4) = 3.719016, z(.95) = 1.644854; spread 1.3 % and 28 trials a side.
    const double shift = std::log(1.005) + (3.719016 + 1.644854) * 0.013 * std::sqrt(2.0 / 28);
    EXPECT_NEAR(detectable_change({1e-4, std::log(1.005), 0.013, 28}), std::exp(shift) - 1, 1e-6);
    EXPECT_NEAR(detectable_change({1e-4, std::log(1.005), 0, 28}), 0.005, 1e-6);
    EXPECT_GT(detectable_change({1e-4, 0.005, 0.02, 28}), detectable_change({1e-2, 0.005, 0.02, 28}));
    EXPECT_GT(detectable_change({1e-4, 0.005, 0.02, 12}), detectable_change({1e-4, 0.005, 0.02, 28}));
    EXPECT_TRUE(std::isfinite(detectable_change({0, 0.005, 0.02, 0})));
}

TEST(Estimate, MedianOfEvenAndOddNumbers) {
    EXPECT_EQ(median({3, 1, 2}), 2);
    EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
    EXPECT_EQ(median({1e300, 1e300}), 1e300);
    EXPECT_EQ(median({-7}), -7);
}

TEST(Estimate, TrialsNeededAreTheInverseOfWhatIsDetectable) {
    for (const double spread : {0.01, 0.04, 0.2})
        for (const double detect : {0.01, 0.03, 0.2}) {
            Sensitivity sensitivity{1e-4, std::log1p(0.0016), spread, 60};
            const auto needed = trials_needed(sensitivity, detect);
            ASSERT_TRUE(needed);
            EXPECT_EQ(*needed % trials_per_block, 0);
            sensitivity.trials = *needed;
            EXPECT_LE(detectable_change(sensitivity), detect + 1e-6) << spread << ' ' << detect;
            sensitivity.trials = *needed - trials_per_block;
            if (sensitivity.trials > 0) {
                EXPECT_GT(detectable_change(sensitivity), detect - 1e-6);
            }
        }
    EXPECT_FALSE(trials_needed({1e-4, std::log1p(0.005), 0.01, 60}, 0.005)) << "within the margin nothing is seen";
    EXPECT_FALSE(trials_needed({1e-4, 0, 1e9, 60}, 0.03));
    EXPECT_EQ(trials_needed({1e-4, 0, 0, 60}, 0.03), trials_per_block);
}

}  // namespace
}  // namespace benchgate::judging
