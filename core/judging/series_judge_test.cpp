#include "core/judging/series_judge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace benchgate::judging {
namespace {

using model::Better;
using model::VerdictKind;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite_value = std::numeric_limits<double>::infinity();

/// Blocks of 4 + 4 around `level` with a spread of about 1 %, head multiplied by `effect`.
std::vector<Block> noisy(int count, double effect, double level = 1e6, unsigned seed = 1) {
    std::vector<Block> blocks(static_cast<std::size_t>(count));
    const auto draw = [&] {
        seed = seed * 1664525u + 1013904223u;
        return 1 + ((seed >> 8) / static_cast<double>(1u << 24) - 0.5) * 0.035;
    };
    for (auto& block : blocks)
        for (int i = 0; i < 4; ++i) {
            block.base.push_back(level * draw());
            block.head.push_back(level * effect * draw());
        }
    return blocks;
}

std::vector<Block> constant(int count, double base, double head) {
    return std::vector<Block>(static_cast<std::size_t>(count),
                              Block{{base, base, base, base}, {head, head, head, head}});
}

SeriesBlocks series(std::vector<Block> blocks, std::string unit = "ns", Better better = Better::lower) {
    return {{{"bench", "metric"}, std::move(unit), better, true}, std::move(blocks), {}};
}

SeriesResult judged(const SeriesBlocks& of, int tests = 1, int max_trials = 60) {
    NullTable nulls;
    return judge_series(of, make_plan({max_trials, 0.01, tests}), Thresholds::of(0.03), nulls);
}

const std::vector<Block> slower_head{{{1000, 1004, 998, 1010}, {1052, 1049, 1060, 1047}},
                                     {{1002, 1001, 1015, 999}, {1055, 1051, 1048, 1063}},
                                     {{1006, 997, 1003, 1001}, {1050, 1058, 1046, 1100}}};
const std::vector<Block> same_sides{{{1000, 1004, 998, 1010}, {1003, 999, 1007, 1001}},
                                    {{1002, 1001, 1015, 996}, {1005, 997, 1000, 1008}}};

TEST(SeriesJudge, WorkedRegression) {
    const auto result = judged(series(slower_head), 108);
    EXPECT_EQ(result.kind, VerdictKind::regressed);
    EXPECT_TRUE(result.settled);
    EXPECT_EQ(result.trials_used, 12);
    EXPECT_EQ(result.p, 1.0 / 343000);
    EXPECT_NEAR(*result.ratio, 1.049326, 5e-7);
    EXPECT_GT(*result.interval.low, 1.005) << "the interval agrees with the verdict";
    EXPECT_NEAR(*result.nominal.low, 1.044955, 5e-7);
    const auto more_tests = judged(series(slower_head), 109);
    EXPECT_FALSE(more_tests.settled) << "no result of 12 trials can alarm among 109 tests";
    EXPECT_EQ(more_tests.kind, VerdictKind::inconclusive);
    EXPECT_EQ(more_tests.reason, "measuring ended after 12 of at most 60 trials a side");
}

TEST(SeriesJudge, WorkedUnchanged) {
    const auto result = judged(series(same_sides), 100);
    EXPECT_EQ(result.kind, VerdictKind::unchanged);
    EXPECT_EQ(result.trials_used, 8);
    EXPECT_EQ(result.p, 1.0 / 4900);
    EXPECT_NEAR(*result.interval.high, 1.006993, 5e-7);
    EXPECT_FALSE(result.interval.low) << "eight trials cannot exclude anything at this level";
    EXPECT_GE(*result.minimum_detectable, 0.03);
    EXPECT_EQ(result.base_value, 1001.5);
}

TEST(SeriesJudge, ASettledSeriesIsNotReadFurther) {
    auto blocks = slower_head;
    for (int i = 0; i < 12; ++i)
        blocks.push_back({{not_a_number, not_a_number, not_a_number, not_a_number}, {1, 1, 1, 1}});
    const auto result = judged(series(blocks));
    EXPECT_EQ(result.kind, VerdictKind::regressed);
    EXPECT_EQ(result.trials_used, 12);
    EXPECT_EQ(result.ratio, judged(series(slower_head)).ratio);
}

TEST(SeriesJudge, JudgingAtEveryLookEqualsJudgingAtTheEnd) {
    for (const double effect : {0.93, 0.97, 1.0, 1.02, 1.03, 1.1})
        for (unsigned seed = 0; seed < 12; ++seed) {
            const auto all = noisy(15, effect, 500, seed);
            const auto whole = judged(series(all), 100);
            for (const int blocks : {1, 2, 3, 5, 7, 10, 15}) {
                const auto now = judged(series({all.begin(), all.begin() + blocks}), 100);
                if (!now.settled) continue;
                EXPECT_EQ(now.kind, whole.kind) << effect << ' ' << seed;
                EXPECT_EQ(now.trials_used, whole.trials_used);
                EXPECT_EQ(now.ratio, whole.ratio);
                EXPECT_EQ(now.p, whole.p);
                EXPECT_EQ(now.trials_used, 4 * blocks);
                break;
            }
            EXPECT_TRUE(whole.settled);
        }
}

TEST(SeriesJudge, HigherIsBetterMirrorsLower) {
    const auto swap_sides = [](std::vector<Block> blocks) {
        for (auto& block : blocks) std::swap(block.base, block.head);
        return blocks;
    };
    const auto slower_throughput = judged(series(swap_sides(slower_head), "1/s", Better::higher));
    EXPECT_EQ(slower_throughput.kind, VerdictKind::regressed);
    EXPECT_NEAR(*slower_throughput.ratio, 1 / 1.049326, 5e-7);
    EXPECT_LT(*slower_throughput.interval.low, *slower_throughput.interval.high);
    EXPECT_LT(*slower_throughput.interval.high, 1);
    const auto cost = judged(series(slower_head));
    EXPECT_NEAR(*slower_throughput.worse_ppm, 1e6 - 1e6 / *cost.nominal.low, 1e-3);
    EXPECT_EQ(judged(series(slower_head, "1/s", Better::higher)).kind, VerdictKind::improved);
    EXPECT_EQ(judged(series(swap_sides(slower_head))).kind, VerdictKind::improved);
    EXPECT_LT(*judged(series(swap_sides(slower_head))).interval.high, 1);
}

TEST(SeriesJudge, AnImprovementIsNotCalledUnchangedTooEarly) {
    const auto result = judged(series(noisy(15, 0.9)), 100);
    EXPECT_EQ(result.kind, VerdictKind::improved) << "clear of a slowdown already at 8 trials, shown at 12";
    EXPECT_EQ(result.trials_used, 12);
    EXPECT_LT(*result.interval.high, 1 / 1.005);
}

TEST(SeriesJudge, AnImprovementThatIsOnlyPossibleIsNotWaitedFor) {
    auto blocks = same_sides;
    blocks[0].head = {960, 961, 962, 1004};
    const auto with_head = [&](std::vector<double> head) {
        blocks[1].head = std::move(head);
        return judged(series(blocks), 100);
    };
    const auto possible = with_head({963, 964, 1012, 1004});
    EXPECT_TRUE(possible.settled) << "p of an improvement is above .1: likelier is a series that did not change";
    EXPECT_EQ(possible.kind, VerdictKind::unchanged);
    EXPECT_EQ(possible.trials_used, 8);
    EXPECT_FALSE(with_head({963, 964, 996.5, 1004}).settled) << "p of .064: measured on";
}

TEST(SeriesJudge, CountersAreComparedExactly) {
    const auto equal = judged(series(constant(15, 4096, 4096), "count"), 100);
    EXPECT_EQ(equal.kind, VerdictKind::unchanged);
    EXPECT_TRUE(equal.exact);
    EXPECT_EQ(equal.trials_used, 4);
    EXPECT_EQ(equal.ratio, 1.0);
    EXPECT_FALSE(equal.p);
    EXPECT_EQ(equal.minimum_detectable, 0.0);
    const auto small = judged(series(constant(15, 10000, 10299), "bytes"));
    EXPECT_EQ(small.kind, VerdictKind::unchanged);
    EXPECT_EQ(small.ratio, 1.0299);
    const auto just = judged(series(constant(15, 10000, 10300), "bytes"), 1000);
    EXPECT_EQ(just.kind, VerdictKind::regressed) << "a change of just the threshold counts";
    EXPECT_TRUE(just.exact);
    EXPECT_EQ(just.worse_ppm, 30000);
    EXPECT_EQ(just.trials_used, 8) << "one block of a counter with two states shows a difference by chance too often";
    EXPECT_EQ(judged(series(constant(1, 10000, 10300), "bytes")).kind, VerdictKind::regressed) << "all there is";
    EXPECT_EQ(judged(series(constant(15, 100, 90), "count")).kind, VerdictKind::improved);
    EXPECT_EQ(judged(series(constant(15, 100, 90), "count", Better::higher)).kind, VerdictKind::regressed);
    EXPECT_EQ(judged(series(constant(15, 100, 90), "count", Better::higher)).worse_ppm, 100000);
}

TEST(SeriesJudge, ACounterThatVariesIsTested) {
    auto blocks = noisy(15, 1.1);
    const auto result = judged(series(blocks, "count"));
    EXPECT_EQ(result.kind, VerdictKind::regressed);
    EXPECT_FALSE(result.exact);
    EXPECT_TRUE(result.p);
    auto two_states = constant(15, 100, 100);
    two_states[0].head = {200, 200, 200, 200};
    EXPECT_NE(judged(series(two_states, "count")).kind, VerdictKind::regressed);
}

TEST(SeriesJudge, ANewCostHasNoRatio) {
    const auto counter = judged(series(constant(3, 0, 12), "count"));
    EXPECT_EQ(counter.kind, VerdictKind::regressed);
    EXPECT_FALSE(counter.ratio);
    EXPECT_EQ(counter.reason, "new cost: 0 on base, 12 on head");
    EXPECT_EQ(*counter.worse_ppm, infinite_value);
    EXPECT_EQ(judged(series(constant(3, 12, 0), "count")).kind, VerdictKind::improved);
    EXPECT_EQ(judged(series(constant(3, 12, 0), "count")).ratio, 0.0);
    const auto equal = judged(series(constant(3, 0, 0), "count"));
    EXPECT_EQ(equal.kind, VerdictKind::unchanged);
    EXPECT_FALSE(equal.ratio);
}

TEST(SeriesJudge, ZeroAndNegativeValuesAreTestedAsDifferences) {
    std::vector<Block> rates;
    for (int i = 0; i < 15; ++i) rates.push_back({{0, 0.011, 0.010, 0.012}, {0.051, 0.049, 0.050, 0.052}});
    const auto worse = judged(series(rates, "ratio"));
    EXPECT_EQ(worse.kind, VerdictKind::regressed);
    EXPECT_NEAR(*worse.ratio, 1 + 0.04 / 0.0105, 0.2);
    EXPECT_GT(*worse.interval.low, 1.005);
    for (auto& block : rates) block.head = {0.010, 0, 0.012, 0.011};
    EXPECT_NE(judged(series(rates, "ratio")).kind, VerdictKind::regressed);
    std::vector<Block> from_zero(15, Block{{0, 0, 0, 0}, {3, 4, 5, 4}});
    const auto new_cost = judged(series(from_zero, "ratio"));
    EXPECT_EQ(new_cost.kind, VerdictKind::regressed);
    EXPECT_FALSE(new_cost.ratio);
    EXPECT_GT(*new_cost.worse_ppm, 0);
    std::vector<Block> below(15, Block{{-10, -10.1, -10.2, -9.9}, {-8, -8.1, -8.2, -7.9}});
    EXPECT_EQ(judged(series(below, "dB")).kind, VerdictKind::regressed);
    EXPECT_EQ(judged(series(below, "dB", Better::higher)).kind, VerdictKind::improved);
    EXPECT_FALSE(judged(series(below, "dB")).ratio);
}

TEST(SeriesJudge, ConstantsAreUnchangedAndCoarseTimersAreRefused) {
    const auto equal = judged(series(constant(15, 10, 10), "ms"));
    EXPECT_EQ(equal.kind, VerdictKind::unchanged);
    EXPECT_EQ(equal.trials_used, 8);
    EXPECT_FALSE(equal.exact);
    EXPECT_EQ(judged(series(constant(15, 0, 0), "ratio")).kind, VerdictKind::unchanged);
    const std::vector<Block> ticks(15, Block{{10, 20, 10, 20}, {20, 20, 10, 20}});
    const auto coarse = judged(series(ticks, "ms"));
    EXPECT_EQ(coarse.kind, VerdictKind::inconclusive);
    EXPECT_TRUE(coarse.settled);
    EXPECT_EQ(coarse.reason, "the values come in steps of 10, coarser than the change to be detected");
    const std::vector<Block> fine(15, Block{{1000, 1001, 1000, 1001}, {1001, 1001, 1000, 1001}});
    EXPECT_EQ(judged(series(fine, "ms")).kind, VerdictKind::unchanged);
}

TEST(SeriesJudge, BrokenAndAbsentValuesAreSaid) {
    for (const double bad : {not_a_number, infinite_value, -infinite_value, 1e301}) {
        auto blocks = same_sides;
        blocks[1].head[2] = bad;
        EXPECT_EQ(judged(series(blocks)).kind, VerdictKind::failed);
        EXPECT_EQ(judged(series(blocks)).reason, "head reported a value that is not a usable number");
        EXPECT_FALSE(judged(series(blocks)).head_value);
    }
    const std::vector<Block> base_only(15, Block{{1, 2, 3, 4}, {}});
    const std::vector<Block> head_only(15, Block{{}, {1, 2, 3, 4}});
    EXPECT_EQ(judged(series(base_only)).kind, VerdictKind::missing);
    EXPECT_EQ(judged(series(base_only)).trials_used, 8);
    EXPECT_FALSE(judged(series(base_only)).ratio);
    EXPECT_EQ(judged(series(head_only)).kind, VerdictKind::added);
    auto crashes = noisy(15, 1);
    for (auto& block : crashes) block.head.resize(2);
    EXPECT_EQ(judged(series(crashes)).kind, VerdictKind::failed);
    EXPECT_EQ(judged(series(crashes)).reason, "head gave a value in only 4 of 8 trials");
    auto conflict = series(same_sides);
    conflict.conflict = "its unit is ns in one trial and bytes in another";
    EXPECT_EQ(judged(conflict).kind, VerdictKind::failed);
    EXPECT_EQ(judged(series({})).kind, VerdictKind::inconclusive);
    EXPECT_EQ(judged(series({{std::vector<double>(33, 1.0), {1}}})).kind, VerdictKind::failed);
}

TEST(SeriesJudge, ABlockWithAMissingTrialIsJudged) {
    auto blocks = slower_head;
    blocks[2].head.pop_back();
    const auto result = judged(series(blocks));
    EXPECT_EQ(result.kind, VerdictKind::regressed);
    EXPECT_EQ(result.trials_used, 12);
    EXPECT_EQ(result.p, 1.0 / (70 * 70 * 35));
}

TEST(SeriesJudge, NoiseKeepsASeriesOpenToTheLastLook) {
    std::vector<Block> wild;
    for (int i = 0; i < 15; ++i) wild.push_back({{100, 171, 143, 119.5}, {101, 172, 144, 120.5 + i}});
    const auto result = judged(series(wild), 100);
    EXPECT_EQ(result.kind, VerdictKind::inconclusive);
    EXPECT_TRUE(result.settled);
    EXPECT_EQ(result.trials_used, 60);
    EXPECT_GT(*result.minimum_detectable, 0.03) << "what could have been seen is said aloud";
    const auto shorter = judged(series({wild.begin(), wild.begin() + 5}), 100, 20);
    EXPECT_EQ(shorter.trials_used, 20);
    EXPECT_TRUE(shorter.settled);
}

TEST(SeriesJudge, TheMarginFollowsASmallerChangeToBeDetected) {
    EXPECT_EQ(Thresholds::of(0.03).margin_ppm(), 5000);
    EXPECT_EQ(Thresholds::of(0.10).margin_ppm(), 5000);
    EXPECT_EQ(Thresholds::of(0.006).margin_ppm(), 1000);
}

TEST(SeriesJudge, APolicyThatAsksForMoreThanTheNoiseGivesIsToldSo) {
    std::vector<Block> wild;
    for (int i = 0; i < 15; ++i) wild.push_back({{100, 107, 103, 109.5}, {101.5, 109, 104.5, 110.5 + i % 2}});
    const auto result = judged(series(wild), 100);
    ASSERT_EQ(result.kind, VerdictKind::inconclusive);
    ASSERT_TRUE(result.how.detectable && result.how.detectable->needed);
    const int needed = *result.how.detectable->needed;
    EXPECT_GT(needed, 60);
    EXPECT_NE(result.reason.find("with this noise 3 % needs about " + std::to_string(needed) + " trials a side"),
              std::string::npos)
        << result.reason;
    const auto calm = judged(series(noisy(2, 1.03)), 100);
    ASSERT_EQ(calm.kind, VerdictKind::inconclusive) << "eight trials of a calm benchmark";
    EXPECT_EQ(calm.reason.find("noise"), std::string::npos) << "it only was not measured on: " << calm.reason;
}

}  // namespace
}  // namespace benchgate::judging
