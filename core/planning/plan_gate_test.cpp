// Re-requests of a check, and the merge queue.

#include <gtest/gtest.h>

#include "core/planning/plan_for_tests.h"

namespace benchgate::planning {
namespace {

using namespace for_tests;
using model::RunState;
using Names = std::vector<std::string>;

const std::string group_head(40, '9');
const std::string group_base(40, '8');

PlanInput rerun(Permission permission = Permission::write, const std::string& sha = head) {
    auto input = pull_input();
    input.trigger = CheckTrigger{CheckRequest::rerun, sha, "carol", permission};
    return input;
}

TEST(PlanCheck, RerunMeasuresTheHeadAgain) {
    auto input = rerun();
    input.existing = {existing("1", head, RunState::finished)};
    auto planned = plan(input);
    ASSERT_EQ(suites(planned), Names{"micro"});
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::command);
    EXPECT_EQ(planned.runs[0].attempt, 2);
    EXPECT_EQ(planned.runs[0].priority, 50);
    EXPECT_EQ(planned.runs[0].requested_by, "carol");
    EXPECT_FALSE(planned.reply);
}

TEST(PlanCheck, RerunMeasuresWhatACommandMeasuredWhateverThePaths) {
    auto input = rerun();
    input.changed_paths = Names{"README.md"};
    input.existing = {existing("1", head, RunState::finished)};
    input.existing[0].kind = model::RunKind::command;
    auto planned = plan(input);
    EXPECT_EQ(suites(planned), Names{"micro"});
    EXPECT_TRUE(planned.checks.empty()) << "a red check passes as skipped";
    input.existing[0].jobs[0].suite = "gone";
    planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_TRUE(planned.checks.empty());
    EXPECT_EQ(planned.restated_head, head);
}

TEST(PlanCheck, ThePressThatIsHandledOnceMoreMeasuresNothingMore) {
    auto input = rerun();
    std::get<CheckTrigger>(input.trigger).delivery = "guid-1";
    input.existing = {existing("1", head, RunState::finished), existing("2", head, RunState::finished)};
    EXPECT_EQ(plan(input).runs.size(), 1u);
    input.existing[1].request = "guid-1";
    const auto again = plan(input);
    EXPECT_TRUE(again.runs.empty());
    EXPECT_EQ(again.restated_head, head);
}

TEST(PlanCheck, EachRerunLeavesTheCheckWithSomethingToSay) {
    const auto speaks = [](const PlanInput& input) {
        const auto planned = plan(input);
        EXPECT_TRUE(planned.runs.empty());
        return (planned.restated_head.has_value() && !answer(planned).empty()) || !planned.checks.empty();
    };
    EXPECT_TRUE(speaks(rerun(Permission::read)));
    EXPECT_TRUE(speaks(rerun(Permission::write, old_head)));  // a check of a commit that is no head any more
    auto input = rerun();
    input.existing = {existing("1", head, RunState::running)};
    EXPECT_TRUE(speaks(input));
    input = rerun();
    input.pull->open = false;
    EXPECT_TRUE(speaks(input));
    input = rerun();
    input.base_sha.reset();
    EXPECT_TRUE(speaks(input));
    input = rerun();
    input.changed_paths = Names{"README.md"};
    EXPECT_TRUE(speaks(input));
    input = rerun();
    input.pull->fork = true;
    EXPECT_TRUE(speaks(input));
    EXPECT_EQ(plan(input).checks.at(0).conclusion, "action_required");
    input.config.forks = model::ForkPolicy::never;
    EXPECT_EQ(plan(input).checks.at(0).conclusion, "neutral");
    input.pull.reset();
    EXPECT_TRUE(speaks(input));
}

TEST(PlanCheck, ARerunThatCannotBeDoesNotTakeTheVerdictAway) {
    auto input = rerun();
    input.existing = {existing("1", head, RunState::finished)};
    const auto is_restated = [&] {
        const auto planned = plan(input);
        return planned.runs.empty() && planned.checks.empty() && planned.restated_head == head &&
               !answer(planned).empty();
    };
    input.base_sha.reset();
    EXPECT_TRUE(is_restated()) << "the base's history was written anew";
    input = rerun();
    input.existing = {existing("1", head, RunState::finished)};
    input.pull->fork = true;
    EXPECT_TRUE(is_restated()) << "its approval was taken back";
    input.config.forks = model::ForkPolicy::never;
    EXPECT_TRUE(is_restated());
}

TEST(PlanCheck, ACommitOfABranchIsMeasuredAsBefore) {
    auto input = rerun(Permission::write, old_head);
    input.pull.reset();
    input.existing = {existing("1", old_head, RunState::finished)};
    input.existing[0].kind = model::RunKind::push;
    input.existing[0].pull_number.reset();
    input.existing[0].jobs[0].max_trials = 20;
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), Names{"micro"});
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::push);
    EXPECT_EQ(planned.runs[0].base_sha, base);
    EXPECT_EQ(planned.runs[0].head_ref, "main");
    EXPECT_EQ(planned.runs[0].jobs[0].max_trials, 20);
    input.existing[0].state = RunState::running;
    EXPECT_EQ(plan(input).restated_head, old_head);
    input.existing[0].state = RunState::finished;
    input.existing[0].jobs[0].suite = "gone";
    EXPECT_EQ(plan(input).restated_head, old_head);
}

TEST(PlanCheck, KnowsItsButtons) {
    CheckRunEvent event;
    EXPECT_EQ(check_request_of(event), CheckRequest::rerun);
    event.action = CheckRunAction::requested_action;
    event.identifier = "rerun";
    EXPECT_EQ(check_request_of(event), CheckRequest::rerun);
    event.identifier = "waive";
    EXPECT_EQ(check_request_of(event), CheckRequest::waive);
    event.identifier = "explode";
    EXPECT_FALSE(check_request_of(event));
}

PlanInput group_input() {
    PlanInput input = pull_input();
    input.pull.reset();
    MergeGroupTrigger trigger;
    trigger.head_sha = group_head;
    trigger.head_ref = "gh-readonly-queue/main/pr-12-" + group_base;
    trigger.base_sha = group_base;
    trigger.base_ref = "main";
    trigger.pull_number = 12;
    trigger.measured = MeasuredAnswer{"run-1", base, head, "success", "No regression"};
    input.trigger = trigger;
    return input;
}

MergeGroupTrigger& trigger_of(PlanInput& input) {
    return std::get<MergeGroupTrigger>(input.trigger);
}

TEST(PlanMergeGroup, ReusesTheVerdictOfTheSameFiles) {
    auto input = group_input();
    trigger_of(input).tree_equals_measured_run = true;
    for (const auto* conclusion : {"success", "neutral", "failure", "action_required"}) {
        trigger_of(input).measured->conclusion = conclusion;
        const auto planned = plan(input);
        EXPECT_TRUE(planned.runs.empty());
        ASSERT_EQ(planned.checks.size(), 1u);
        EXPECT_EQ(planned.checks[0].conclusion, conclusion);
        EXPECT_EQ(planned.checks[0].head_sha, group_head);
        EXPECT_EQ(planned.checks[0].title, "As measured for #12: No regression");
        EXPECT_TRUE(holds(planned.checks[0].summary, "holds the same files as the head `222222222` of #12"));
    }
}

TEST(PlanMergeGroup, OtherwiseAQuickRunWithALimit) {
    auto input = group_input();
    input.config.merge_group_timeout = std::chrono::minutes(5);
    auto planned = plan(input);
    ASSERT_EQ(suites(planned), Names{"micro"});
    const auto& run = planned.runs[0];
    EXPECT_EQ(run.kind, model::RunKind::merge_group);
    EXPECT_EQ(run.priority, 40);
    EXPECT_EQ(run.pull_number, 12);
    EXPECT_EQ(run.base_sha, group_base);
    EXPECT_EQ(run.head_sha, group_head);
    EXPECT_EQ(run.head_ref, trigger_of(input).head_ref);
    EXPECT_EQ(run.jobs[0].max_trials, 12);
    EXPECT_EQ(run.jobs[0].time_limit, std::chrono::minutes(5));

    trigger_of(input).tree_equals_measured_run = true;  // the same files, but nobody measured them
    trigger_of(input).measured.reset();
    EXPECT_EQ(plan(input).runs.size(), 1u);

    input.config.suites[0].on.merge_group = "full";
    planned = plan(input);
    EXPECT_EQ(planned.runs[0].jobs[0].max_trials, 60);
    EXPECT_EQ(planned.runs[0].jobs[0].time_limit, std::chrono::minutes(5));
}

TEST(PlanMergeGroup, EachSuiteHasItsPolicy) {
    auto input = group_input();
    input.changed_paths.reset();
    input.config.suites[0].on.merge_group = "quick";
    trigger_of(input).tree_equals_measured_run = true;
    EXPECT_EQ(suites(plan(input)), Names{"micro"});  // load's verdict holds
    trigger_of(input).measured->conclusion = "failure";
    auto planned = plan(input);  // and a red one makes any run pointless
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.checks.at(0).conclusion, "failure");
    trigger_of(input).tree_equals_measured_run = false;
    EXPECT_EQ(suites(plan(input)), (Names{"micro", "load"}));
    // A suite that does not run for pull requests takes part if it names the queue.
    input.config.suites[0].on.pull_request = input.config.suites[1].on.pull_request = false;
    EXPECT_EQ(suites(plan(input)), Names{"micro"});
}

TEST(PlanMergeGroup, IsAnsweredEvenIfNothingIsConcerned) {
    auto input = group_input();
    input.changed_paths = Names{"README.md"};
    const auto planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.checks.at(0).conclusion, "skipped");
    EXPECT_EQ(planned.checks.at(0).head_sha, group_head);
}

TEST(PlanMergeGroup, IsPlannedOnceAndEndsWithItsGroup) {
    auto input = group_input();
    input.existing = {existing("1", group_head, RunState::running), existing("2", old_head, RunState::running),
                      existing("3", group_head, RunState::finished), existing("4", head, RunState::running)};
    for (auto i : {0, 1, 2}) input.existing[static_cast<std::size_t>(i)].kind = model::RunKind::merge_group;
    EXPECT_TRUE(plan(input).runs.empty());
    trigger_of(input).action = MergeGroupAction::destroyed;
    EXPECT_EQ(plan(input).cancelled, Names{"1"});

    input = group_input();  // an older group of the same pull request, whose end nobody told
    input.existing = {existing("2", old_head, RunState::running)};
    input.existing[0].kind = model::RunKind::merge_group;
    EXPECT_EQ(plan(input).superseded, Names{"2"});
    EXPECT_EQ(plan(input).runs.size(), 1u);
}

}  // namespace
}  // namespace benchgate::planning
