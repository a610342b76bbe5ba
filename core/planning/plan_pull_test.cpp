// Pull requests, forks and pushes.

#include <gtest/gtest.h>

#include <set>

#include "core/planning/auto_profile.h"
#include "core/planning/plan_for_tests.h"

namespace benchgate::planning {
namespace {

using namespace for_tests;
using model::RunState;
using Names = std::vector<std::string>;

TEST(PlanPull, RunsTheSuitesThatItsPathsConcern) {
    const auto planned = plan(pull_input());
    ASSERT_EQ(suites(planned), Names{"micro"});
    const auto& run = planned.runs[0];
    EXPECT_EQ(run.kind, model::RunKind::pull_request);
    EXPECT_EQ(run.base_sha, base);
    EXPECT_EQ(run.head_sha, head);
    EXPECT_EQ(run.pull_number, 12);
    EXPECT_EQ(run.attempt, 1);
    EXPECT_EQ(run.priority, 30);
    EXPECT_EQ(run.jobs[0].host_class, Names{"bare-metal"});
    EXPECT_DOUBLE_EQ(run.jobs[0].false_alarms, 0.0075);
    EXPECT_TRUE(planned.checks.empty());  // one check for all suites, and it is the run's
    EXPECT_EQ(planned, plan(pull_input()));
}

TEST(PlanPull, SuitesShareTheRateOfFalseAlarms) {
    auto input = pull_input();
    input.changed_paths.reset();  // unknown: everything runs
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), (Names{"micro", "load"}));
    EXPECT_DOUBLE_EQ(planned.runs[0].jobs[0].false_alarms, 0.00375);
    EXPECT_NE(planned.runs[0].jobs[0].seed, planned.runs[0].jobs[1].seed);
}

TEST(PlanPull, SaysWhyNothingRuns) {
    auto input = pull_input();
    input.changed_paths = Names{"README.md"};
    auto planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    ASSERT_EQ(planned.checks.size(), 1u);
    EXPECT_EQ(planned.checks[0].title, "Nothing to measure: no suite matches the changed paths");
    EXPECT_EQ(planned.checks[0].conclusion, "skipped");

    input = pull_input();
    input.pull->draft = true;
    planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.checks.at(0).title, "Not measured while it is a draft");

    input = pull_input();
    input.base_sha.reset();
    planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.checks.at(0).conclusion, "neutral");
}

TEST(PlanPull, LoadSuitesAreSaidToBeLeftOut) {
    auto input = pull_input();
    input.config.suites[1] = load_suite("load");
    auto planned = plan(input);
    EXPECT_EQ(suites(planned), Names{"micro"});
    EXPECT_DOUBLE_EQ(planned.runs[0].jobs[0].false_alarms, 0.0075);

    input.config.suites.erase(input.config.suites.begin());
    planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    ASSERT_EQ(planned.checks.size(), 1u);
    EXPECT_EQ(planned.checks[0].conclusion, "skipped");
    EXPECT_EQ(planned.checks[0].title, "Nothing to measure: no suite says what to run");
    EXPECT_EQ(planned.reason, "suite load: there is nothing to run");
    input.pull.reset();
    input.trigger = PushTrigger{"main", head};
    EXPECT_EQ(plan(input).reason, "suite load: there is nothing to run");
}

TEST(PlanPull, NewHeadReplacesOlderOnes) {
    auto input = pull_input(PullRequestAction::synchronize);
    input.existing = {existing("1", old_head, RunState::running), existing("2", old_head, RunState::finished),
                      existing("3", old_head, RunState::queued), existing("4", base, RunState::queued),
                      existing("5", old_head, RunState::running)};
    input.existing[2].pull_number = 13;                    // somebody else's
    input.existing[3].kind = model::RunKind::calibration;  // says nothing of the head
    input.existing[4].kind = model::RunKind::merge_group;  // ends with its own event
    const auto planned = plan(input);
    EXPECT_EQ(planned.superseded, Names{"1"});
    EXPECT_EQ(planned.runs.size(), 1u);
}

TEST(PlanPull, ProfilesThatNobodyAskedForGoWithTheirHead) {
    auto input = pull_input(PullRequestAction::synchronize);
    input.existing = {existing("1", old_head, RunState::queued), existing("2", old_head, RunState::queued),
                      existing("3", head, RunState::queued), existing("4", old_head, RunState::finished)};
    for (auto& run : input.existing) {
        run.kind = model::RunKind::profile;
        run.request = request_of_profile("9", "micro", "sort");
    }
    input.existing[1].request = "comment:500";
    EXPECT_EQ(plan(input).superseded, Names{"1"}) << "a host has something better to do";
}

TEST(PlanPull, ReplayedDeliveryDoesNothingTwice) {
    auto input = pull_input();
    for (const auto state : {RunState::queued, RunState::running, RunState::finished, RunState::failed}) {
        input.existing = {existing("1", head, state)};
        EXPECT_TRUE(plan(input).runs.empty());
        EXPECT_TRUE(plan(input).superseded.empty());
    }
    input.existing = {existing("1", head, RunState::cancelled)};
    ASSERT_EQ(plan(input).runs.size(), 1u);
    EXPECT_EQ(plan(input).runs[0].attempt, 2);
}

TEST(PlanPull, WhatSomebodyAskedForIsNotMeasuredTwiceAndTheRestIs) {
    auto input = pull_input(PullRequestAction::ready_for_review);
    input.changed_paths.reset();
    input.existing = {existing("1", head, RunState::finished)};
    input.existing[0].kind = model::RunKind::command;
    EXPECT_EQ(suites(plan(input)), Names{"load"});
    input.existing[0].jobs.push_back(existing_job("load", model::JobState::queued));
    EXPECT_TRUE(plan(input).runs.empty());
    input.existing[0].jobs.pop_back();
    input.existing[0].jobs[0].filter = "Sort/*";  // a part of it is not all of it
    EXPECT_EQ(suites(plan(input)), (Names{"micro", "load"}));
    input.existing[0] = existing("1", head, RunState::running);
    input.existing[0].kind = model::RunKind::command;
    input.existing[0].base_ref = "v1";  // another comparison, but the suite has one place only
    EXPECT_EQ(suites(plan(input)), Names{"load"});
}

TEST(PlanPull, AnotherBaseBranchIsAnotherQuestion) {
    auto input = pull_input(PullRequestAction::base_changed);
    input.existing = {existing("1", head, RunState::running)};
    EXPECT_TRUE(plan(input).runs.empty()) << "it was changed back";
    input.pull->base_ref = "release/1.x";
    const auto planned = plan(input);
    EXPECT_EQ(planned.superseded, Names{"1"});
    ASSERT_EQ(suites(planned), Names{"micro"});
    EXPECT_EQ(planned.runs[0].base_ref, "release/1.x");
    EXPECT_EQ(planned.runs[0].attempt, 2);
}

TEST(PlanPull, ClosingCancels) {
    auto input = pull_input(PullRequestAction::closed);
    input.existing = {existing("1", head, RunState::running), existing("2", old_head, RunState::finished),
                      existing("3", base, RunState::queued)};
    input.existing[2].kind = model::RunKind::bisection;
    const auto planned = plan(input);
    EXPECT_EQ(planned.cancelled, (Names{"1", "3"}));
    EXPECT_TRUE(planned.runs.empty());
}

TEST(PlanPull, ADraftKeepsOnlyWhatSomebodyAskedFor) {
    auto input = pull_input(PullRequestAction::converted_to_draft);
    input.pull->draft = true;
    input.existing = {existing("1", head, RunState::running)};
    auto planned = plan(input);
    EXPECT_EQ(planned.cancelled, Names{"1"});
    EXPECT_EQ(planned.checks.at(0).conclusion, "skipped");
    input.existing[0].kind = model::RunKind::command;
    planned = plan(input);
    EXPECT_TRUE(planned.cancelled.empty());
    EXPECT_TRUE(planned.checks.empty());
    input.existing = {existing("1", head, RunState::finished)};
    EXPECT_TRUE(plan(input).checks.empty());
    input.existing[0].kind = model::RunKind::command;
    input.trigger = PullRequestTrigger{PullRequestAction::reopened};
    EXPECT_TRUE(plan(input).checks.empty()) << "what was measured on command is not overwritten";
}

TEST(PlanPull, WhatACommandMeasuredIsNotOverwrittenByNothingToMeasure) {
    for (const auto action : {PullRequestAction::reopened, PullRequestAction::ready_for_review}) {
        auto input = pull_input(action);
        input.changed_paths = Names{"README.md"};
        input.existing = {existing("1", head, RunState::finished)};
        input.existing[0].kind = model::RunKind::command;
        EXPECT_TRUE(plan(input).checks.empty()) << "a red check passes as skipped";
        EXPECT_EQ(plan(input).restated_head, head);
        EXPECT_TRUE(plan(input).runs.empty());

        input.config.forks = model::ForkPolicy::never;  // since then
        input.pull->fork = true;
        EXPECT_TRUE(plan(input).checks.empty());
        input.config.forks = model::ForkPolicy::approve;
        EXPECT_EQ(plan(input).checks.at(0).conclusion, "action_required") << "this one lets nothing pass";
        input.pull->fork = false;

        input.existing[0].base_ref = "v1";
        EXPECT_EQ(plan(input).checks.at(0).conclusion, "skipped") << "the base was another one then";
        input.existing[0].aside = true;
        EXPECT_TRUE(plan(input).checks.empty()) << "it was asked for in this way";
        input.existing[0].state = RunState::cancelled;
        EXPECT_EQ(plan(input).checks.at(0).conclusion, "skipped");
    }
}

PlanInput fork_input() {
    auto input = pull_input();
    input.pull->fork = true;
    return input;
}

TEST(PlanForks, WaitForAMaintainer) {
    const auto planned = plan(fork_input());
    EXPECT_TRUE(planned.runs.empty());
    ASSERT_EQ(planned.checks.size(), 1u);
    EXPECT_EQ(planned.checks[0].conclusion, "action_required");
    EXPECT_TRUE(holds(planned.checks[0].summary, "/rebench approve " + head));
}

TEST(PlanForks, AnApprovalIsBoundToItsCommit) {
    auto input = fork_input();
    input.approvals = {{7, 12, head, "maintainer", 1, now}};
    EXPECT_EQ(suites(plan(input)), Names{"micro"});
    input.approvals[0].head_sha = old_head;  // a push came
    EXPECT_TRUE(plan(input).runs.empty());
    input.approvals[0] = {7, 13, head, "maintainer", 1, now};  // said on another pull request
    EXPECT_TRUE(plan(input).runs.empty());
}

TEST(PlanForks, ThePolicyIsTheRepositorys) {
    auto input = fork_input();
    input.config.forks = model::ForkPolicy::always;
    EXPECT_EQ(plan(input).runs.size(), 1u);

    input.config.forks = model::ForkPolicy::never;
    input.approvals = {{7, 12, head, "maintainer", 1, now}};
    EXPECT_TRUE(plan(input).runs.empty());
    EXPECT_EQ(plan(input).checks.at(0).conclusion, "neutral");
    EXPECT_TRUE(holds(plan(input).checks.at(0).summary, "forks: never"));

    input.config.forks = model::ForkPolicy::contributors;
    input.approvals.clear();
    for (const auto* association : {"OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR"}) {
        input.author_association = association;
        EXPECT_EQ(plan(input).runs.size(), 1u) << association;
    }
    for (const auto* association : {"", "NONE", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN", "contributor"}) {
        input.author_association = association;
        EXPECT_EQ(plan(input).checks.at(0).conclusion, "action_required") << association;
    }
    input.approvals = {{7, 12, head, "maintainer", 1, now}};
    EXPECT_EQ(plan(input).runs.size(), 1u);
}

TEST(PlanPush, ComparesBeforeWithAfter) {
    auto input = pull_input();
    input.pull.reset();
    input.trigger = PushTrigger{"main", head};
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), Names{"micro"});
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::push);
    EXPECT_EQ(planned.runs[0].base_sha, base);
    EXPECT_EQ(planned.runs[0].head_sha, head);
    EXPECT_EQ(planned.runs[0].priority, 20);

    input.existing = {existing("9", head, RunState::queued)};
    input.existing[0].kind = model::RunKind::push;
    input.existing[0].pull_number.reset();
    EXPECT_TRUE(plan(input).runs.empty());
    input.existing.clear();
    input.trigger = PushTrigger{"topic", head};
    EXPECT_TRUE(plan(input).runs.empty());
    input.config.suites[0].on.push_branches = {"release/*", "topic"};
    EXPECT_EQ(plan(input).runs.size(), 1u);
    input.base_sha.reset();
    EXPECT_EQ(plan(input).reason, "the branch is new: there is nothing to compare with");
}

TEST(PlanPush, ABranchThatGoesAwayTakesItsRunsAlong) {
    auto input = pull_input();
    input.pull.reset();
    input.trigger = BranchDeletedTrigger{"topic"};
    input.existing = {existing("1", head, RunState::queued), existing("2", head, RunState::queued),
                      existing("3", head, RunState::finished), existing("4", head, RunState::queued)};
    for (auto& run : input.existing) {
        run.kind = model::RunKind::push;
        run.pull_number.reset();
        run.base_ref = "topic";
    }
    input.existing[1].base_ref = "main";
    input.existing[3].kind = model::RunKind::pull_request;  // its head is still there by refs/pull
    EXPECT_EQ(plan(input).cancelled, Names{"1"});
}

TEST(Plan, SeedIsTheSameForeverAndDiffersByEachPart) {
    std::set<std::uint64_t> seeds{derive_seed({7, head, "micro", 1}), derive_seed({8, head, "micro", 1}),
                                  derive_seed({7, base, "micro", 1}), derive_seed({7, head, "load", 1}),
                                  derive_seed({7, head, "micro", 2})};
    EXPECT_EQ(seeds.size(), 5u);
    EXPECT_LT(*seeds.rbegin(), std::uint64_t{1} << 53);
    // Computed independently from the documented formula; stored bundles name their seeds, so it must never change.
    EXPECT_EQ(derive_seed({1, "", "", 1}), 8976731780753903u);
}

TEST(PlanPull, AHeadThatComesBackToABaseIsToldAgainWhatItWasFoundToBe) {
    auto input = pull_input(PullRequestAction::base_changed);
    input.existing = {existing("1", head, RunState::finished)};
    EXPECT_EQ(plan(input).restated_head, head) << "its check may show what the other base was good for";
    EXPECT_TRUE(plan(input).runs.empty());
    input.trigger = PullRequestTrigger{PullRequestAction::reopened};
    EXPECT_FALSE(plan(input).restated_head);
}

}  // namespace
}  // namespace benchgate::planning
