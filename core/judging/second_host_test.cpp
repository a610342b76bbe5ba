#include "core/judging/second_host.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "core/judging/judge.h"

namespace benchgate::judging {
namespace {

using model::Action;
using model::Gate;
using model::SecondAnswer;
using model::SecondHostState;
using model::VerdictKind;

const std::vector<model::SeriesKey> asked_about_sort{{"sort", "time"}};

model::Verdict verdict_of_kind(VerdictKind kind, double ratio = 1.25) {
    model::Verdict verdict;
    verdict.series = {{"sort", "time"}, "ns", model::Better::lower, true};
    verdict.kind = kind;
    verdict.ratio = ratio;
    verdict.interval = {ratio - 0.02, ratio + 0.02};
    verdict.trials_used = 12;
    if (kind == VerdictKind::regressed) {
        verdict.level = "critical";
        verdict.action = Action::block;
        verdict.confirmed = true;
    }
    return verdict;
}

struct Heeded {
    model::Verdict verdict;
    std::vector<model::SecondFinding> findings;
    Gate gate;
};

Heeded after_answer(const std::vector<model::Verdict>& second,
                    model::Verdict first = verdict_of_kind(VerdictKind::regressed)) {
    std::vector verdicts{std::move(first)};
    SecondHost host{SecondHostState::answered, "ash", "oak", "", asked_about_sort, second};
    auto findings = heed_second_host(verdicts, {}, host);
    const auto decided = gate(verdicts, {}).gate;
    return {std::move(verdicts[0]), std::move(findings), decided};
}

TEST(SecondHost, RedSaysOnWhichHosts) {
    const auto both = after_answer({verdict_of_kind(VerdictKind::regressed, 1.3)});
    EXPECT_EQ(both.gate, Gate::failure);
    EXPECT_TRUE(both.verdict.confirmed);
    EXPECT_EQ(both.verdict.reason, "confirmed on ash: +25 % (+23 % to +27 %), and on oak: +30 % (+28 % to +32 %)");
    const auto huge = after_answer({verdict_of_kind(VerdictKind::regressed, 41.1)});
    EXPECT_NE(huge.verdict.reason.find("on oak: +4010 % (+4008 % to +4012 %)"), std::string::npos)
        << huge.verdict.reason;
    ASSERT_EQ(both.findings.size(), 1u);
    EXPECT_EQ(both.findings[0].answer, SecondAnswer::confirmed);
    EXPECT_EQ(both.findings[0].first_ratio, 1.25);
    EXPECT_EQ(both.findings[0].ratio, 1.3);
}

TEST(SecondHost, WhatItDoesNotSeeIsInconclusiveWithBothEstimates) {
    for (const auto kind : {VerdictKind::unchanged, VerdictKind::improved, VerdictKind::inconclusive}) {
        const auto open = after_answer({verdict_of_kind(kind, 1.001)});
        EXPECT_EQ(open.gate, Gate::neutral);
        EXPECT_EQ(open.verdict.kind, VerdictKind::inconclusive);
        EXPECT_FALSE(open.verdict.confirmed);
        EXPECT_EQ(open.verdict.level, std::nullopt);
        EXPECT_EQ(open.verdict.reason,
                  "seen on ash: +25 % (+23 % to +27 %); not confirmed on oak: +0.1 % (−1.9 % to +2.1 %)");
        EXPECT_EQ(open.findings.at(0).answer, SecondAnswer::not_confirmed);
    }
}

TEST(SecondHost, WhatItCannotMeasureStandsAsOneHostConfirmedIt) {
    auto failed = verdict_of_kind(VerdictKind::failed);
    failed.reason = "the benchmark crashed";
    auto untried = verdict_of_kind(VerdictKind::inconclusive);
    untried.trials_used = 0;
    const std::vector<std::vector<model::Verdict>> answers{
        {}, {failed}, {verdict_of_kind(VerdictKind::missing)}, {verdict_of_kind(VerdictKind::added)}, {untried}};
    for (const auto& answer : answers) {
        const auto stands = after_answer(answer);
        EXPECT_EQ(stands.gate, Gate::failure);
        EXPECT_EQ(stands.findings.at(0).answer, SecondAnswer::unmeasured);
        EXPECT_NE(stands.verdict.reason.find("confirmed on ash only: oak gave no result"), std::string::npos)
            << stands.verdict.reason;
    }
    EXPECT_NE(after_answer({failed}).verdict.reason.find("the benchmark crashed"), std::string::npos);
}

TEST(SecondHost, TheLowerOfBothLevelsCounts) {
    auto second = verdict_of_kind(VerdictKind::regressed, 1.12);
    second.level = "major";
    second.action = Action::review;
    const auto milder = after_answer({second});
    EXPECT_EQ(milder.verdict.kind, VerdictKind::regressed);
    EXPECT_EQ(milder.verdict.level, "major");
    EXPECT_EQ(milder.gate, Gate::neutral) << "one host alone does not block";
    auto first = second;
    first.action = Action::block;
    EXPECT_EQ(after_answer({verdict_of_kind(VerdictKind::regressed)}, first).verdict.level, "major");
    second.level.reset();
    second.action = Action::log;
    EXPECT_EQ(after_answer({second}).verdict.level, std::nullopt) << "below every level";
    EXPECT_EQ(after_answer({second}).gate, Gate::success);
}

TEST(SecondHost, UntilItAnswersNothingIsRed) {
    std::vector verdicts{verdict_of_kind(VerdictKind::regressed)};
    EXPECT_TRUE(
        heed_second_host(verdicts, {}, {SecondHostState::pending, "ash", "oak", "", asked_about_sort, {}}).empty());
    EXPECT_EQ(gate(verdicts, {}).gate, Gate::neutral);
    EXPECT_EQ(verdicts[0].reason, "seen on ash: +25 % (+23 % to +27 %); being confirmed on oak");
}

TEST(SecondHost, WithoutOneTheFirstStandsAndSaysSo) {
    std::vector verdicts{verdict_of_kind(VerdictKind::regressed)};
    heed_second_host(verdicts, {},
                     {SecondHostState::unavailable, "ash", "", "there is no other host", asked_about_sort, {}});
    EXPECT_EQ(gate(verdicts, {}).gate, Gate::failure);
    EXPECT_EQ(verdicts[0].reason, "confirmed on ash only: there is no other host");
    verdicts = {verdict_of_kind(VerdictKind::regressed)};
    heed_second_host(verdicts, {}, {SecondHostState::unavailable, "ash", "", "", asked_about_sort, {}});
    EXPECT_EQ(verdicts[0].reason, "confirmed on ash only");
}

TEST(SecondHost, OnlyWhatWasAskedAboutIsTouched) {
    const auto other = [](VerdictKind kind) {
        auto verdict = verdict_of_kind(kind);
        verdict.series.key = {"find", "time"};
        return verdict;
    };
    std::vector verdicts{other(VerdictKind::regressed), verdict_of_kind(VerdictKind::unchanged)};
    const auto before = verdicts;
    const std::vector second{other(VerdictKind::unchanged), verdict_of_kind(VerdictKind::regressed)};
    EXPECT_TRUE(heed_second_host(verdicts, {}, {SecondHostState::answered, "ash", "oak", "", asked_about_sort, second})
                    .empty());
    EXPECT_EQ(verdicts, before) << "no benchmark becomes worse by being asked about";
}

TEST(SecondHost, OnlyWhatWouldTurnTheCheckRedIsAskedAbout) {
    auto review = verdict_of_kind(VerdictKind::regressed);
    review.action = Action::review;
    const auto red = verdict_of_kind(VerdictKind::regressed);
    const std::vector verdicts{review, red, verdict_of_kind(VerdictKind::inconclusive), red, red, red};
    const std::vector<Waiving> waivings{{3, 0, true, ""}, {4, 0, false, "it ended"}};
    const std::vector<std::size_t> advisory{5};
    EXPECT_EQ(to_confirm(verdicts, {waivings, advisory}), (std::vector<std::size_t>{1, 4}));
    EXPECT_TRUE(to_confirm({}, {waivings, {}}).empty());
}

/// Every pair of answers there is: whatever the second host says, no verdict turns red that was not.
TEST(SecondHost, RedImpliesTheFirstAlarm) {
    constexpr std::array kinds{VerdictKind::regressed,    VerdictKind::improved, VerdictKind::unchanged,
                               VerdictKind::inconclusive, VerdictKind::added,    VerdictKind::missing,
                               VerdictKind::failed};
    int red_before = 0, red_after = 0;
    for (const auto first : kinds)
        for (const auto first_action : {Action::log, Action::review, Action::block})
            for (const auto second : kinds)
                for (const auto second_action : {Action::log, Action::review, Action::block})
                    for (const auto state :
                         {SecondHostState::pending, SecondHostState::answered, SecondHostState::unavailable}) {
                        std::vector verdicts{verdict_of_kind(first)};
                        verdicts[0].action = first_action;
                        std::vector answer{verdict_of_kind(second)};
                        answer[0].action = second_action;
                        const bool was_red = gate(verdicts, {}).gate == Gate::failure;
                        heed_second_host(verdicts, {}, {state, "ash", "oak", "", asked_about_sort, answer});
                        const bool is_red = gate(verdicts, {}).gate == Gate::failure;
                        EXPECT_TRUE(was_red || !is_red);
                        red_before += was_red;
                        red_after += is_red;
                    }
    EXPECT_EQ(red_before, 7 * 3 * 3);
    EXPECT_LT(red_after, red_before);
}

/// One host's trials of unchanged code, each of `benchmarks` with noise of its own.
model::Judgement judged_by_chance(std::mt19937_64& random, const JudgeOptions& options, int benchmarks) {
    std::lognormal_distribution<double> value(0, 0.02);
    std::vector<model::Trial> trials;
    for (int block = 0; block < options.max_trials / 4; ++block)
        for (int position = 0; position < 8; ++position) {
            model::Trial trial;
            trial.phase = model::Phase::measure;
            trial.block = block;
            trial.position = position;
            trial.side = position % 2 == 0 ? model::Side::base : model::Side::head;
            trial.kept = true;
            for (int b = 0; b < benchmarks; ++b) {
                model::Measurement measurement;
                measurement.series = {{std::to_string(b), "time"}, "ns", model::Better::lower, true};
                measurement.samples = {1e6 * value(random)};
                trial.values.push_back(measurement);
            }
            trials.push_back(std::move(trial));
        }
    return judge(JobBlocks{collect_blocks(trials, model::Phase::measure), {}}, options);
}

/// At a level of 40 %, so that a few hundred draws say something: both hosts' plans spend all of it, and yet both
/// together are red less often than the first alone, which keeps its level.
TEST(SecondHost, OnUnchangedCodeBothHostsAreRedNoMoreOftenThanTheFirst) {
    constexpr int pulls = 400, benchmarks = 4;
    JudgeOptions options;
    options.false_alarms = 0.4;
    options.max_trials = 12;
    options.confirmation_required = false;
    options.policy.levels = {{"any", 0, Action::block}};
    options.policy.detect = 0.001;  // the margin goes with it: next to nothing is let pass
    std::mt19937_64 random(20261121);
    int first_red = 0, both_red = 0;
    for (int pull = 0; pull < pulls; ++pull) {
        auto first = judged_by_chance(random, options, benchmarks);
        const auto red = to_confirm(first.verdicts, {});
        if (red.empty()) continue;
        ++first_red;
        std::vector<model::SeriesKey> asked;
        for (const auto at : red) asked.push_back(first.verdicts[at].series.key);
        auto again = options;
        again.tests = static_cast<int>(asked.size());
        const auto second = judged_by_chance(random, again, benchmarks);
        heed_second_host(first.verdicts, options.policy,
                         {SecondHostState::answered, "ash", "oak", "", asked, second.verdicts});
        both_red += gate(first.verdicts, options.policy).gate == Gate::failure;
    }
    EXPECT_GT(first_red, 0.05 * pulls) << "the test would see nothing";
    EXPECT_LT(first_red, 0.46 * pulls) << "40 %, and three standard errors";
    EXPECT_LT(both_red, 0.46 * first_red) << "its second test is a test, too";
    EXPECT_GT(both_red, 0);
}

}  // namespace
}  // namespace benchgate::judging
