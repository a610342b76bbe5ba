#include "core/judging/claims.h"

#include <gtest/gtest.h>

#include <cmath>

namespace benchgate::judging {
namespace {

using model::ClaimState;
using model::Gate;
using model::Side;

/// Trials of a job: each side's values of a benchmark scatter by at most 2 % around a value.
struct Made {
    std::vector<model::Trial> trials;
    std::int64_t number = 0;

    struct Of {
        std::string benchmark;
        double base, head;  ///< not above zero: not on that side
    };

    void trial(const std::vector<Of>& of, Side side, model::Phase phase, int block) {
        model::Trial made;
        made.number = number++;
        made.phase = phase;
        made.block = block;
        made.side = side;
        for (const auto& one : of) {
            const double centre = side == Side::base ? one.base : one.head;
            if (centre <= 0) continue;
            model::Measurement value;
            value.series = {{one.benchmark, "time"}, "ns", model::Better::lower, true};
            value.samples = {centre * (1 + 0.02 * std::sin(static_cast<double>(number * 7 + std::ssize(made.values))))};
            made.values.push_back(value);
        }
        trials.push_back(made);
    }

    Made(const std::vector<Of>& of, int blocks) {
        for (const auto side : {Side::base, Side::head}) trial(of, side, model::Phase::warmup, 0);
        for (int block = 0; block < blocks; ++block)
            for (int i = 0; i < 4; ++i)
                for (const auto side : {Side::base, Side::head}) trial(of, side, model::Phase::measure, block);
    }
};

model::Claim from(const std::string& ref, double at_least, const std::string& benchmark = "sort") {
    model::Claim claim{benchmark, "time", ref, at_least};
    claim.line = 7;
    return claim;
}

model::Claim against(const std::string& other, double at_least, const std::string& benchmark) {
    model::Claim claim{benchmark, "time", "", at_least};
    claim.against = other;
    return claim;
}

model::ClaimFinding only_finding(const Made& made, const model::Claim& claim) {
    const auto findings = judge_claims(made.trials, std::vector{claim}, {});
    return findings.size() == 1 ? findings[0] : unmeasured_claim(claim, "not one finding");
}

TEST(Claims, AnImprovementHoldsWhenItIsShownToBeAsLargeAsClaimed) {
    const Made job({{"sort", 250, 40}}, 3);
    const auto finding = only_finding(job, from("v1.0", -0.82));
    EXPECT_EQ(finding.state, ClaimState::holds);
    EXPECT_NEAR(*finding.ratio, 0.16, 0.005);
    EXPECT_LE(*finding.interval.high, 0.18) << "the interval must not reach over what is claimed";
    EXPECT_EQ(finding.trials_used, 12);
    EXPECT_EQ(finding.compared, "v1.0");
    EXPECT_EQ(finding.line, 7);
    EXPECT_TRUE(claim_progress(job.trials, std::vector{from("v1.0", -0.82)}, {}).over);
}

TEST(Claims, ASmallerImprovementDoesNotHoldHoweverReal) {
    const auto finding = only_finding(Made({{"sort", 250, 50}}, 3), from("v1.0", -0.82));
    EXPECT_EQ(finding.state, ClaimState::broken);
    EXPECT_GT(*finding.interval.low, 0.18);
}

TEST(Claims, NothingIsSaidWhereTheIntervalReachesOverTheClaim) {
    const Made job({{"sort", 250, 45}}, 15);
    const auto finding = only_finding(job, from("v1.0", -0.82));
    EXPECT_EQ(finding.state, ClaimState::unshown) << "it is 82 %, to the hair";
    EXPECT_LT(*finding.interval.low, 0.18);
    EXPECT_GT(*finding.interval.high, 0.18);
    EXPECT_EQ(finding.trials_used, 60);
    const Made first({{"sort", 250, 45}}, 3);
    const auto progress = claim_progress(first.trials, std::vector{from("v1.0", -0.82)}, {});
    EXPECT_FALSE(progress.over);
    EXPECT_EQ(progress.next_blocks, 5);
    EXPECT_EQ(progress.open, (std::vector<model::SeriesKey>{{"sort", "time"}}));
}

TEST(Claims, MoreIsClaimedWithAPlus) {
    EXPECT_EQ(only_finding(Made({{"sort", 100, 320}}, 3), from("v1", 2.0)).state, ClaimState::holds);
    EXPECT_EQ(only_finding(Made({{"sort", 100, 250}}, 3), from("v1", 2.0)).state, ClaimState::broken);
}

TEST(Claims, OneBenchmarkOfTheHeadAgainstAnother) {
    // The base's values must not matter: there the old one was as fast as the new one.
    const Made job({{"old/64", 10, 100}, {"new/64", 10, 60}, {"old/512", 10, 800}, {"new/512", 10, 790}}, 3);
    const auto findings = judge_claims(job.trials, std::vector{against("old/*", -0.2, "new/*")}, {});
    ASSERT_EQ(findings.size(), 2u);
    EXPECT_EQ(findings[0].series.key.benchmark, "new/512");
    EXPECT_EQ(findings[0].compared, "old/512");
    EXPECT_FALSE(findings[0].between_refs);
    EXPECT_EQ(findings[0].state, ClaimState::broken);
    EXPECT_EQ(findings[1].state, ClaimState::holds);
    EXPECT_NEAR(*findings[1].ratio, 0.6, 0.02);
    const Made begun({{"old/64", 10, 100}, {"new/64", 10, 80}}, 1);
    EXPECT_EQ(claim_progress(begun.trials, std::vector{against("old/*", -0.2, "new/*")}, {}).open.size(), 2u)
        << "both must be measured on";
}

TEST(Claims, WhatIsNotThereIsSaidAndNotWaitedFor) {
    const Made job({{"sort", 0, 100}, {"new", 10, 10}}, 0);
    const auto fresh = only_finding(job, from("v1.0", -0.1));
    EXPECT_EQ(fresh.state, ClaimState::unmeasured);
    EXPECT_EQ(fresh.reason, "'v1.0' has no such benchmark");
    EXPECT_TRUE(claim_progress(job.trials, std::vector{from("v1.0", -0.1)}, {}).over);
    EXPECT_EQ(only_finding(job, against("old", -0.1, "new")).reason,
              "the head has no benchmark 'old' with the metric time");
    EXPECT_TRUE(judge_claims(job.trials, std::vector{from("v1.0", -0.1, "other")}, {}).empty());
}

TEST(Claims, AValueOfZeroIsNoRatio) {
    Made job({{"sort", 100, 10}}, 3);
    for (auto& trial : job.trials)
        if (trial.side == Side::head) trial.values.at(0).samples = {0};
    EXPECT_EQ(only_finding(job, from("v1", -0.5)).state, ClaimState::unmeasured);
}

TEST(Claims, WhatDoesNotVaryIsComparedExactly) {
    Made job({{"sort", 200, 100}}, 2);
    for (auto& trial : job.trials) trial.values.at(0).samples = {trial.side == Side::base ? 200.0 : 100.0};
    EXPECT_EQ(only_finding(job, from("v1", -0.5)).state, ClaimState::holds) << "exactly what is claimed";
    EXPECT_EQ(only_finding(job, from("v1", -0.51)).state, ClaimState::broken);
    EXPECT_EQ(only_finding(job, from("v1", -0.51)).trials_used, 8);
}

TEST(Claims, TheRunnerGoesOnForThemAndForTheVerdicts) {
    const Progress verdicts{{{"a", "time"}}, {{"b", "time"}}, {}, false, 5};
    const Progress claims{{{"b", "time"}}, {}, {}, false, 3};
    const auto all = both(verdicts, claims);
    EXPECT_EQ(all.open.size(), 2u);
    EXPECT_TRUE(all.settled.empty());
    EXPECT_EQ(all.next_blocks, 3);
    const auto later = both(Progress{{}, {{"b", "time"}}, {}, true, 0}, claims);
    EXPECT_FALSE(later.over);
    EXPECT_EQ(later.next_blocks, 3);
    EXPECT_TRUE(both(Progress{{}, {}, {}, true, 0}, Progress{{}, {}, {}, true, 0}).over);
}

TEST(Claims, TheGateDoesWhatTheClaimAsksFor) {
    const auto with = [](ClaimState state, model::Action action, bool block = false) {
        auto finding = unmeasured_claim(from("v1", -0.1), "");
        finding.state = state;
        finding.action = action;
        return gate_with_claims({Gate::success, "before"}, std::vector{finding},
                                block ? model::InconclusiveAction::block : model::InconclusiveAction::neutral);
    };
    EXPECT_EQ(with(ClaimState::holds, model::Action::block).gate, Gate::success);
    EXPECT_EQ(with(ClaimState::broken, model::Action::block).gate, Gate::failure);
    EXPECT_EQ(with(ClaimState::broken, model::Action::block).reason, "1 claim does not hold");
    EXPECT_EQ(with(ClaimState::broken, model::Action::review).gate, Gate::neutral);
    EXPECT_EQ(with(ClaimState::broken, model::Action::log).gate, Gate::success);
    EXPECT_EQ(with(ClaimState::unshown, model::Action::block).gate, Gate::neutral);
    EXPECT_EQ(with(ClaimState::unshown, model::Action::block, true).gate, Gate::action_required);
    EXPECT_EQ(with(ClaimState::unmeasured, model::Action::block).reason, "1 claim is not shown");
    EXPECT_EQ(with(ClaimState::unshown, model::Action::log, true).gate, Gate::success);
}

TEST(Claims, TooManyBenchmarksForThemAreSaidAndNotWalkedThrough) {
    std::vector<Made::Of> many;
    for (std::size_t i = 0; i < most_claimed / 2 + 1; ++i) many.push_back({"b" + std::to_string(i), 1, 1});
    const Made job(many, 0);
    const std::vector claims{from("v1.0", -0.1, "b*"), from("v2.0", -0.1, "b*")};
    const auto findings = judge_claims(job.trials, claims, {});
    ASSERT_EQ(findings.size(), many.size() + 1);
    EXPECT_EQ(findings.back().state, ClaimState::unmeasured);
    EXPECT_EQ(findings.back().series.key.benchmark, "b*");
    EXPECT_EQ(findings.back().reason, "it names 10001 benchmarks; all claims together may name 20000");
}

}  // namespace
}  // namespace benchgate::judging
