#include "core/judging/memory_growth.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/judging/judge.h"

namespace benchgate::judging {
namespace {

using model::Side;
using model::VerdictKind;

constexpr double mib = 1024 * 1024;

std::vector<model::MemoryPoint> run_of(double slope, double noise, std::uint64_t seed, int points = 120) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> scatter(0, 1);
    std::vector<model::MemoryPoint> run;
    for (int i = 0; i < points; ++i) run.push_back({0.02 * i, 50 * mib + slope * 0.02 * i + noise * scatter(random)});
    return run;
}

model::MemoryRuns runs_of(double base, double head, double noise) {
    model::MemoryRuns runs;
    for (std::uint64_t i = 0; i < 3; ++i) {
        runs.runs.push_back({Side::base, run_of(base, noise, 2 * i)});
        runs.runs.push_back({Side::head, run_of(head, noise, 2 * i + 1)});
    }
    return runs;
}

TEST(MemoryGrowth, TheSlopeOfALineIsTheLinesAndOutliersDoNotCarryItAway) {
    auto run = run_of(3 * mib, 0, 1);
    const auto line = slope_of(run);
    ASSERT_TRUE(line);
    EXPECT_NEAR(line->value, 3 * mib, 1);
    EXPECT_NEAR(line->low, 3 * mib, 1);
    EXPECT_NEAR(line->high, 3 * mib, 1);
    for (std::size_t i = 7; i < run.size(); i += 10) run[i].bytes += 500 * mib;
    EXPECT_NEAR(slope_of(run)->value, 3 * mib, 0.05 * mib);
    EXPECT_FALSE(slope_of(run_of(mib, 0, 1, 29))) << "too few to say anything";
    EXPECT_EQ(slope_of(run_of(0, 0, 1))->high, 0) << "memory that stands still";
}

TEST(MemoryGrowth, TheIntervalHoldsTheSlopeInNineteenOfTwentyRuns) {
    int held = 0;
    constexpr int rounds = 400;
    for (int i = 0; i < rounds; ++i) {
        const auto slope = slope_of(run_of(mib, 0.2 * mib, 100 + static_cast<std::uint64_t>(i), 40));
        ASSERT_TRUE(slope);
        EXPECT_LT(slope->low, slope->high);
        held += slope->low <= mib && mib <= slope->high;
    }
    EXPECT_GE(held, 0.92 * rounds);
    EXPECT_LE(held, 0.99 * rounds);
}

TEST(MemoryGrowth, WarmUpAndEndAreLeftOut) {
    auto run = run_of(0, 0, 1);
    for (std::size_t i = 0; i < 20; ++i) run[i].bytes -= static_cast<double>(20 - i) * mib;
    run.back().bytes = 0;
    EXPECT_EQ(slope_of(settled_part(run))->value, 0);
}

TEST(MemoryGrowth, ALeakOfHeadAsksForAReviewAndNeverBlocks) {
    const auto verdict = judge_memory(runs_of(0, 2 * mib, 0.1 * mib));
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->kind, VerdictKind::regressed);
    EXPECT_EQ(verdict->action, model::Action::review);
    EXPECT_NEAR(*verdict->head_value, 2 * mib, 0.1 * mib);
    EXPECT_NE(verdict->reason.find("MiB/s on head"), std::string::npos) << verdict->reason;
    EXPECT_EQ(judge_memory(runs_of(2 * mib, 0, 0.1 * mib))->kind, VerdictKind::improved);
}

TEST(MemoryGrowth, WhatBothSidesDoAndWhatIsBelowTheFloorIsNoChange) {
    EXPECT_EQ(judge_memory(runs_of(5 * mib, 5 * mib, 1000))->kind, VerdictKind::unchanged);
    EXPECT_EQ(judge_memory(runs_of(0, memory_growth_floor / 2, 10))->kind, VerdictKind::unchanged);
    EXPECT_EQ(judge_memory(runs_of(0, 0, 20 * mib))->kind, VerdictKind::inconclusive)
        << "what scatters so much may hide anything";
    EXPECT_FALSE(judge_memory({{{Side::base, run_of(0, 0, 1)}}, "smaps"})) << "one side alone";
    EXPECT_FALSE(judge_memory({}));
}

TEST(MemoryGrowth, ItIsOneVerdictMoreOfABundleAndBundlesWithoutItAreJudgedAsTheyWere) {
    model::Bundle bundle;
    for (int number = 0; number < 64; ++number) {
        model::Trial trial;
        trial.number = number;
        trial.block = number / 8;
        trial.position = number % 8;
        trial.side = number % 2 == 0 ? Side::base : Side::head;
        model::Measurement value;
        value.series = {{"a", "time"}, "ns", model::Better::lower, true};
        value.samples = {1000.0 + number % 7};
        trial.values = {value};
        bundle.trials.push_back(trial);
    }
    const auto before = judge_explained(bundle);
    EXPECT_EQ(before.judgement.gate, model::Gate::success);
    bundle.memory = runs_of(0, 3 * mib, 0.1 * mib);
    const auto after = judge_explained(bundle);
    ASSERT_EQ(after.judgement.verdicts.size(), before.judgement.verdicts.size() + 1);
    EXPECT_EQ(after.judgement.verdicts.front(), before.judgement.verdicts.front());
    EXPECT_EQ(after.explanations.size(), after.judgement.verdicts.size());
    EXPECT_EQ(after.judgement.verdicts.back().series.key.metric, "memory_growth");
    EXPECT_EQ(after.judgement.gate, model::Gate::neutral);
}

}  // namespace
}  // namespace benchgate::judging
