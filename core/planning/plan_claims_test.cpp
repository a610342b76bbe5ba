// Claims since a ref: which jobs ask for them.

#include <gtest/gtest.h>

#include "core/planning/plan_for_tests.h"

namespace benchgate::planning {
namespace {

using namespace for_tests;
using model::JobState;
using model::RunState;

const std::string old_release(40, 'c');

/// Of two suites; both run.
PlanInput claiming(PlanInput input) {
    input.config.claims = {
        {"sort", "time", "v1.0", -0.5}, {"sort", "time", "v0.9", -0.8}, {"io", "time", "v1.0", -0.1}};
    model::Claim against{"new", "time", "", -0.2};
    against.against = "old";
    input.config.claims.push_back(against);
    input.claimed_refs = {{"v1.0", old_release, "refs/tags/v1.0"}, {"v0.9", {}, ""}};
    input.changed_paths.reset();
    return input;
}

TEST(PlanClaims, EachSuiteIsMeasuredAgainstEachRefOfItsClaims) {
    const auto planned = plan(claiming(pull_input()));
    ASSERT_EQ(suites(planned), (std::vector<std::string>{"micro", "load"}));
    const std::vector<PlannedClaims> both{
        {"v1.0", old_release, "refs/tags/v1.0"},
        {"v0.9", "", "", "'v0.9' is no branch or tag of this repository, nor a commit that one of them holds"}};
    EXPECT_EQ(planned.runs[0].jobs[0].claims_since, both);
    EXPECT_EQ(planned.runs[0].jobs[1].claims_since, both) << "nobody knows yet which benchmarks they have";
    EXPECT_TRUE(plan(pull_input()).runs.at(0).jobs[0].claims_since.empty());
}

TEST(PlanClaims, WhatWasNotLookedUpIsNotSaidToBeMissing) {
    auto input = claiming(pull_input());
    input.claimed_refs.clear();
    const auto planned = plan(input);
    EXPECT_EQ(planned.runs.at(0).jobs.at(0).claims_since.at(0).problem,
              "claims speak of more than 10 refs, and it is left out");
}

TEST(PlanClaims, NoRefIsBuiltForBenchmarksThatASuiteDoesNotHave) {
    auto input = claiming(pull_input());
    input.known_series = {{"micro", {{"sort", "time"}}}, {"load", {{"sort", "bytes"}, {"io", "time"}}}};
    const auto planned = plan(input);
    ASSERT_EQ(planned.runs.at(0).jobs.size(), 2u);
    EXPECT_EQ(planned.runs[0].jobs[0].claims_since.size(), 2u);
    ASSERT_EQ(planned.runs[0].jobs[1].claims_since.size(), 1u);
    EXPECT_EQ(planned.runs[0].jobs[1].claims_since[0].ref, "v1.0");
}

TEST(PlanClaims, TheyAreForWhoeverDecidesOnThePullRequest) {
    const auto asked = plan(claiming(said("/rebench")));
    EXPECT_EQ(asked.runs.at(0).jobs.at(0).claims_since.size(), 2u);
    EXPECT_TRUE(plan(claiming(said("/rebench aa"))).runs.at(0).jobs.at(0).claims_since.empty());
    auto push = claiming(pull_input());
    push.pull.reset();
    push.trigger = PushTrigger{"main", head};
    EXPECT_TRUE(plan(push).runs.at(0).jobs.at(0).claims_since.empty());
    auto group = claiming(pull_input());
    MergeGroupTrigger trigger;
    trigger.head_sha = head;
    trigger.base_sha = base;
    group.trigger = trigger;
    EXPECT_TRUE(plan(group).runs.at(0).jobs.at(0).claims_since.empty());
}

TEST(PlanClaims, TheirJobsAreNoOtherAnswerForTheSuite) {
    auto input = claiming(said("/rebench suite=micro"));
    auto under_way = existing("r1", head, RunState::running);
    under_way.jobs = {existing_job("micro", JobState::running), existing_job("micro", JobState::queued)};
    under_way.jobs[1].claims_since = "v1.0";
    input.existing = {under_way};
    EXPECT_TRUE(plan(input).runs.empty()) << "the same is under way, claims and all";

    // With the comparison measured already, a new one is wanted.
    input.existing[0].jobs[0].state = JobState::succeeded;
    const auto again = plan(input);
    ASSERT_EQ(again.runs.size(), 1u);
    EXPECT_EQ(again.runs[0].jobs.at(0).claims_since.size(), 2u);

    // Asked for otherwise, the whole run goes.
    input = claiming(said("/rebench suite=micro trials=12"));
    input.existing = {under_way};
    EXPECT_EQ(plan(input).superseded, std::vector<std::string>{"r1"});
    EXPECT_TRUE(plan(input).superseded_jobs.empty());
}

TEST(PlanClaims, ARetryTakesThemUpAgain) {
    auto input = claiming(said("/rebench retry"));
    auto over = existing("r1", head, RunState::finished);
    over.jobs = {existing_job("micro", JobState::succeeded), existing_job("micro", JobState::failed)};
    over.jobs[1].claims_since = "v1.0";
    input.existing = {over};
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), std::vector<std::string>{"micro"});
    EXPECT_EQ(planned.runs[0].jobs[0].claims_since.size(), 2u);
}

TEST(PlanClaims, TheStatusTellsThemApart) {
    auto input = said("/rebench status");
    auto under_way = existing("r1", head, RunState::running);
    under_way.jobs = {existing_job("micro", JobState::succeeded), existing_job("micro", JobState::queued)};
    under_way.jobs[1].claims_since = "v1.0";
    input.existing = {under_way};
    EXPECT_TRUE(holds(answer(plan(input)), "\n- `micro` since `v1.0`: queued")) << answer(plan(input));
}

}  // namespace
}  // namespace benchgate::planning
