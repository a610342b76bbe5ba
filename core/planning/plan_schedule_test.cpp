// What a due schedule leads to: which suites, of which commits, and what is said where nothing is measured.
#include <gtest/gtest.h>

#include "core/planning/plan_for_tests.h"

namespace benchgate::planning {
namespace {

using namespace for_tests;

const std::string first(40, '5'), middle(40, '6'), tip(40, '7');

model::Suite nightly(const std::string& name) {
    auto made = suite(name);
    made.on = {};
    made.on.pull_request = made.on.push = false;
    made.on.schedule = "0 2 * * *";
    return made;
}

/// Two suites are due on a branch of three commits; neither was ever measured.
PlanInput due_input() {
    PlanInput input;
    input.repository = {7, "acme", "engine", "main", false, ""};
    input.now = now;
    input.config.host_class = {"bare-metal"};
    input.config.suites = {suite("micro"), nightly("load"), nightly("soak")};
    input.trigger = ScheduleTrigger{"main", {"load", "soak"}, {first, middle, tip}, {"micro", "load", "soak"}};
    return input;
}

ExistingRun run_at(model::RunKind kind, const std::string& sha, const std::string& suite, model::JobState state) {
    ExistingRun run;
    run.id = "r1";
    run.kind = kind;
    run.head_sha = sha;
    run.base_sha = first;
    run.base_ref = "main";
    run.state = model::RunState::finished;
    run.jobs = {existing_job(suite, state)};
    return run;
}

std::string words_for(const Plan& plan, const std::string& suite) {
    for (const auto& one : plan.schedule_words)
        if (one.suite == suite) return one.words;
    return "(nothing)";
}

TEST(PlanSchedule, SuitesThatAreDueAtOnceAreOneRunOfTheHead) {
    const auto planned = plan(due_input());
    ASSERT_EQ(planned.runs.size(), 1u);
    const auto& run = planned.runs[0];
    EXPECT_EQ(run.kind, model::RunKind::schedule);
    EXPECT_EQ(run.priority, 10);
    EXPECT_EQ(run.base_sha, middle) << "the first parent, since nothing was measured before";
    EXPECT_EQ(run.head_sha, tip);
    EXPECT_EQ(run.base_ref, "main");
    EXPECT_EQ(suites(planned), (std::vector<std::string>{"load", "soak"}));
    EXPECT_DOUBLE_EQ(run.jobs[0].false_alarms, 0.005) << "they share the run's rate, as those of a push";
    EXPECT_EQ(words_for(planned, "load"), "777777777 is measured against 666666666");
    EXPECT_EQ(plan(due_input()), planned) << "the same again";
}

TEST(PlanSchedule, TonightIsComparedWithTheLastNightThatWasMeasured) {
    auto input = due_input();
    input.scheduled["load"] = {first, 2, false};
    input.scheduled["soak"] = {first, 0, false};
    auto planned = plan(input);
    ASSERT_EQ(planned.runs.size(), 1u);
    EXPECT_EQ(planned.runs[0].base_sha, first);
    input.scheduled["soak"].measured_sha = std::string(40, '9');
    planned = plan(input);
    ASSERT_EQ(planned.runs.size(), 2u) << "each has its own commit to be compared with";
    EXPECT_EQ(planned.runs[0].base_sha, first);
    EXPECT_EQ(planned.runs[1].base_sha, middle) << "its commit is not on the branch any more";
    EXPECT_NE(planned.runs[0].attempt, planned.runs[1].attempt);
    input.scheduled["load"].failed_since = 3;
    EXPECT_EQ(plan(input).runs.at(0).base_sha, middle) << "a base that does not build any more does not hold it up";
}

TEST(PlanSchedule, ACommitThatIsMeasuredAlreadyIsNotMeasuredAgain) {
    auto input = due_input();
    input.scheduled["load"] = {tip, 0, false};
    input.existing = {run_at(model::RunKind::push, tip, "soak", model::JobState::succeeded)};
    auto planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(words_for(planned, "load"), "skipped: nothing changed, 777777777 is measured already");
    EXPECT_EQ(words_for(planned, "soak"), words_for(planned, "load"));
    input.existing = {run_at(model::RunKind::push, tip, "soak", model::JobState::failed),
                      run_at(model::RunKind::calibration, tip, "soak", model::JobState::succeeded),
                      run_at(model::RunKind::schedule, middle, "soak", model::JobState::succeeded)};
    EXPECT_EQ(suites(plan(input)), std::vector<std::string>{"soak"}) << "never measured at this commit";
    input.existing = {run_at(model::RunKind::schedule, tip, "soak", model::JobState::queued)};
    EXPECT_TRUE(plan(input).runs.empty()) << "the same request again";
}

TEST(PlanSchedule, NothingIsPiledUpOverARunThatIsNotOver) {
    auto input = due_input();
    input.scheduled["load"] = {first, 0, true};
    const auto planned = plan(input);
    EXPECT_EQ(suites(planned), std::vector<std::string>{"soak"});
    EXPECT_EQ(words_for(planned, "load"), "not started again: the run of an earlier time is not over");
}

TEST(PlanSchedule, WithoutACommitBeforeThereIsNothingToCompareWith) {
    auto input = due_input();
    auto& trigger = std::get<ScheduleTrigger>(input.trigger);
    trigger.suites_before = {"micro", "load"};
    auto planned = plan(input);
    EXPECT_EQ(suites(planned), std::vector<std::string>{"load"});
    EXPECT_EQ(
        words_for(planned, "soak"),
        "skipped: 777777777 brought this suite, so that there is nothing to compare it with before the next commit");
    trigger.line = {tip};
    EXPECT_EQ(words_for(plan(input), "load"), "skipped: the branch has one commit, and nothing to compare it with");
    trigger.line = {};
    EXPECT_TRUE(plan(input).runs.empty());
}

TEST(PlanSchedule, WhatTheConfigurationDoesNotScheduleAnyMoreIsLeftAlone) {
    auto input = due_input();
    input.config.suites[1].on.schedule.reset();
    auto& trigger = std::get<ScheduleTrigger>(input.trigger);
    trigger.suites.push_back("gone");
    EXPECT_EQ(suites(plan(input)), std::vector<std::string>{"soak"});
    trigger.suites = {"micro"};
    EXPECT_TRUE(plan(input).runs.empty());
}

TEST(PlanSchedule, SuitesOfASchedulesAloneRunOnNothingElse) {
    auto input = due_input();
    input.base_sha = middle;
    input.trigger = PushTrigger{"main", tip};
    EXPECT_EQ(suites(plan(input)), std::vector<std::string>{"micro"});
    auto pull = pull_input();
    pull.config.suites = {suite("micro"), nightly("load")};
    EXPECT_EQ(suites(plan(pull)), std::vector<std::string>{"micro"});
}

TEST(PlanSchedule, AConfigurationSaysWhenEachIsDueNext) {
    const auto due = schedules_of(due_input().config, now);
    ASSERT_EQ(due.size(), 2u);
    EXPECT_EQ(due[0], (DueSuite{"load", "0 2 * * *", today + std::chrono::hours(26)}));
}

TEST(PlanSchedule, TheButtonOfOneOfItsChecksRunsItAgain) {
    auto input = due_input();
    input.existing = {run_at(model::RunKind::schedule, tip, "load", model::JobState::failed),
                      run_at(model::RunKind::push, tip, "micro", model::JobState::succeeded)};
    input.existing[1].id = "r2";
    CheckTrigger trigger;
    trigger.head_sha = tip;
    trigger.permission = Permission::write;
    trigger.run_id = "r1";
    input.trigger = trigger;
    auto planned = plan(input);
    ASSERT_EQ(planned.runs.size(), 1u);
    EXPECT_EQ(planned.runs[0].kind, model::RunKind::schedule);
    EXPECT_EQ(planned.runs[0].base_sha, first);
    EXPECT_EQ(planned.runs[0].priority, priority::asked_for);
    trigger.permission = Permission::read;
    input.trigger = trigger;
    EXPECT_EQ(plan(input).restated_run, "r1") << "GitHub waits for this check, not for the commit's";
    trigger.run_id = "r2";
    trigger.permission = Permission::write;
    input.trigger = trigger;
    EXPECT_EQ(plan(input).runs.at(0).kind, model::RunKind::push);
}

}  // namespace
}  // namespace benchgate::planning
