// Who may type what, and the verbs that measure the head, look or stop.

#include <gtest/gtest.h>

#include <cmath>

#include "core/planning/plan_for_tests.h"

namespace benchgate::planning {
namespace {

using namespace for_tests;
using model::RunState;
using Names = std::vector<std::string>;

TEST(PlanCommand, MeasuresWhatItNames) {
    auto planned = plan(said("/rebench"));
    EXPECT_EQ(suites(planned), (Names{"micro", "load"}));
    const auto& run = planned.runs.at(0);
    EXPECT_EQ(run.kind, model::RunKind::command);
    EXPECT_EQ(run.priority, 50);
    EXPECT_EQ(run.comment_id, 500);
    EXPECT_EQ(run.request, "comment:500");
    EXPECT_EQ(run.requested_by, "ann");
    EXPECT_EQ(planned.reply->reaction, "rocket");

    auto against = said("/rebench suite=load filter=get/* profile=quick host=\"arm64, ci\" base=v1");
    against.base_ref = "refs/tags/v1";
    planned = plan(against);
    ASSERT_EQ(suites(planned), Names{"load"});
    EXPECT_EQ(planned.runs[0].jobs[0].filter, "get/*");
    EXPECT_EQ(planned.runs[0].jobs[0].max_trials, 12);
    EXPECT_EQ(planned.runs[0].jobs[0].host_class, (Names{"arm64", "ci"}));
    EXPECT_EQ(planned.runs[0].base_ref, "refs/tags/v1");
    EXPECT_DOUBLE_EQ(planned.runs[0].jobs[0].false_alarms, 0.0075);
    EXPECT_EQ(plan(said("/rebench trials=20")).runs[0].jobs[0].max_trials, 20);

    planned = plan(said("/rebench suite=laod"));
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(answer(planned), "There is no suite `laod`. Did you mean `load`? Suites: `micro`, `load`");

    auto input = said("/rebench base=gone");
    input.base_sha.reset();
    EXPECT_EQ(
        answer(plan(input)),
        "`gone` is no branch or tag of this repository, nor a commit that one of them holds. Commits of forks are "
        "not taken.");
}

TEST(PlanCommand, SaysWhichSuitesCannotBeMeasured) {
    auto asked = said("/rebench suite=micro,load");
    asked.config.suites[1] = load_suite("load");
    auto planned = plan(asked);
    EXPECT_EQ(suites(planned), Names{"micro"});
    EXPECT_EQ(planned.reply->reaction, "rocket");
    EXPECT_EQ(answer(planned), "Suite `load`: there is nothing to run.");
    asked = said("/rebench suite=load");
    asked.config.suites[1] = load_suite("load");
    planned = plan(asked);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_EQ(planned.reply->reaction, "confused");
    EXPECT_EQ(answer(planned), "Suite `load`: there is nothing to run.");
    asked = said("/rebench");
    asked.config.suites = {load_suite("load")};
    EXPECT_EQ(answer(plan(asked)), "Suite `load`: there is nothing to run.");
}

TEST(PlanCommand, NeedsAuthorityAndAnOpenPullRequest) {
    for (const auto permission : {Permission::none, Permission::read}) {
        for (const auto* line :
             {"/rebench", "/rebench cancel", "/rebench retry", "/rebench aa", "/rebench profile x",
              "/rebench bisect x a..b", "/rebench waive x max=1% until=2027-01-31 reason=y", "/rebench unwaive x"}) {
            auto input = said(line, permission);
            input.existing = {existing("1", head, RunState::running)};
            const auto planned = plan(input);
            EXPECT_EQ(planned.reply->reaction, "confused") << line;
            EXPECT_TRUE(holds(answer(planned), "needs write access")) << line;
            EXPECT_TRUE(planned.runs.empty() && planned.cancelled.empty() && planned.waivers.empty() &&
                        planned.superseded.empty());
        }
        EXPECT_EQ(plan(said("/rebench status", permission)).reply->reaction, "eyes");
        EXPECT_EQ(plan(said("/rebench help", permission)).reply->message, help_text());
    }
    auto input = said("/rebench");
    input.pull->open = false;
    EXPECT_EQ(answer(plan(input)), "This pull request is closed.");
    input.pull.reset();
    EXPECT_TRUE(holds(answer(plan(input)), "Commands are heard on pull requests"));
    EXPECT_EQ(plan(input).reply->reaction, "confused");
}

TEST(PlanCommand, IsCarriedOutOnceEvenIfItsDeliveryComesTwice) {
    auto input = said("/rebench");
    input.existing = {existing("1", old_head, RunState::finished)};
    input.existing[0].request = "comment:500";
    EXPECT_FALSE(plan(input).reply);
    EXPECT_TRUE(plan(input).runs.empty());
    // An edit that says something else is another request, and that one is carried out once, too.
    std::get<CommandTrigger>(input.trigger).edited = true;
    const auto planned = plan(input);
    ASSERT_EQ(planned.runs.size(), 1u);
    EXPECT_TRUE(planned.runs[0].request.starts_with("comment:500:"));
    input.existing.push_back(existing("2", head, RunState::finished));
    input.existing[1].request = planned.runs[0].request;
    EXPECT_TRUE(plan(input).runs.empty());
    std::get<CommandTrigger>(input.trigger).command.values["trials"] = "20";
    EXPECT_EQ(plan(input).runs.size(), 1u);
}

TEST(PlanCommand, TheSameRequestIsNotQueuedTwice) {
    auto input = said("/rebench suite=micro");
    input.existing = {existing("1", head, RunState::queued)};
    input.existing[0].jobs[0].position = 3;
    input.existing[0].jobs[0].expected_in = std::chrono::minutes(12);
    auto planned = plan(input);
    EXPECT_TRUE(planned.runs.empty());
    EXPECT_TRUE(planned.superseded.empty());
    EXPECT_EQ(planned.reply->reaction, "eyes");
    EXPECT_EQ(answer(planned),
              "Asked for in the same way before, and not measured twice:\n\n- `micro`: queued, place 3 in the queue, "
              "done in about 12 min, since 2026-11-21 07:10 UTC");

    input = said("/rebench");  // what is missing is added
    input.existing = {existing("1", head, RunState::running)};
    planned = plan(input);
    EXPECT_EQ(suites(planned), Names{"load"});
    EXPECT_EQ(planned.reply->reaction, "rocket");
    EXPECT_TRUE(holds(answer(planned), "`micro`: running"));
    EXPECT_TRUE(planned.superseded.empty());

    input.existing[0].head_sha = old_head;  // of another commit it says nothing
    planned = plan(input);
    EXPECT_EQ(suites(planned), (Names{"micro", "load"}));
    EXPECT_EQ(planned.superseded, Names{"1"});
}

TEST(PlanCommand, OtherParametersReplaceWhatIsQueued) {
    for (const auto* line : {"/rebench suite=micro trials=20", "/rebench suite=micro filter=Sort*",
                             "/rebench suite=micro host=arm64", "/rebench suite=micro profile=quick"}) {
        auto input = said(line);
        input.existing = {existing("1", head, RunState::running)};
        EXPECT_EQ(plan(input).superseded, Names{"1"}) << line;
        EXPECT_EQ(suites(plan(input)), Names{"micro"}) << line;
        // Another suite of the same run goes on.
        input.existing[0].jobs.push_back(existing_job("load", model::JobState::running));
        EXPECT_TRUE(plan(input).superseded.empty()) << line;
        EXPECT_EQ(plan(input).superseded_jobs, (std::vector<SupersededJob>{{"1", "micro"}})) << line;
        // A suite that is over is nobody's business.
        input.existing[0].jobs[0].state = model::JobState::succeeded;
        EXPECT_TRUE(plan(input).superseded_jobs.empty()) << line;
    }
    auto input = said("/rebench suite=micro base=v1");
    input.base_sha = old_head;
    input.existing = {existing("1", head, RunState::running)};
    EXPECT_EQ(plan(input).superseded, Names{"1"});
    input.existing[0].kind = model::RunKind::profile;  // asks something else
    EXPECT_TRUE(plan(input).superseded.empty());
}

TEST(PlanCommand, AMaintainerLetsAForksCommitRun) {
    const auto approve = [](const std::string& words, Permission permission = Permission::write) {
        auto asked = said("/rebench approve" + words, permission);
        asked.pull->fork = true;
        return plan(asked);
    };
    EXPECT_TRUE(approve(" " + head, Permission::read).runs.empty());
    EXPECT_FALSE(approve(" " + head, Permission::read).approval);
    EXPECT_TRUE(approve("").runs.empty());
    EXPECT_TRUE(holds(answer(approve("")), "/rebench approve " + head));
    auto planned = approve(" " + old_head);
    EXPECT_TRUE(planned.runs.empty() && !planned.approval);
    EXPECT_TRUE(holds(answer(planned), "The head has moved"));
    planned = approve(" " + head);
    EXPECT_EQ(suites(planned), Names{"micro"});
    EXPECT_EQ(planned.reply->reaction, "rocket");
    EXPECT_EQ(planned.approval, (Approval{7, 12, head, "ann", 500, now}));

    auto input = said("/rebench");  // to measure is not to approve
    input.pull->fork = true;
    EXPECT_TRUE(plan(input).runs.empty());
    EXPECT_TRUE(holds(answer(plan(input)), "/rebench approve " + head));
    input.approvals = {{7, 12, head, "maintainer", 1, now}};
    EXPECT_EQ(plan(input).runs.size(), 1u);
    input.config.forks = model::ForkPolicy::never;
    EXPECT_TRUE(holds(answer(plan(input)), "forks: never"));

    input = said("/rebench approve " + head);
    input.pull->fork = true;
    input.config.forks = model::ForkPolicy::never;
    EXPECT_FALSE(plan(input).approval);
    input.config.forks = model::ForkPolicy::always;
    EXPECT_EQ(answer(plan(input)), "This commit may run already.");
    EXPECT_TRUE(holds(answer(plan(said("/rebench approve " + head))), "needs no approval"));

    input.config.forks = model::ForkPolicy::approve;
    input.changed_paths = Names{"README.md"};
    planned = plan(input);
    EXPECT_TRUE(planned.approval && planned.runs.empty());
    EXPECT_EQ(planned.checks.at(0).conclusion, "skipped");
}

TEST(PlanCommand, RetryRunsWhatFailedAsItWasAskedFor) {
    auto input = said("/rebench retry");
    EXPECT_TRUE(holds(answer(plan(input)), "was not measured yet"));
    input.existing = {existing("1", head, RunState::running)};
    EXPECT_TRUE(holds(answer(plan(input)), "is not finished yet"));
    input.existing = {existing("1", head, RunState::finished)};
    input.existing[0].base_ref = "v1";
    input.existing[0].base_sha = old_head;
    input.existing[0].jobs[0].filter = "Sort/*";
    input.existing[0].jobs[0].max_trials = 20;
    input.existing[0].jobs.push_back(existing_job("load", model::JobState::succeeded));
    const auto planned = plan(input);
    ASSERT_EQ(suites(planned), Names{"micro"});
    const auto& run = planned.runs[0];
    EXPECT_EQ(run.attempt, 2);
    EXPECT_EQ(run.base_ref, "v1");
    EXPECT_EQ(run.base_sha, old_head);
    EXPECT_EQ(run.jobs[0].filter, "Sort/*");
    EXPECT_EQ(run.jobs[0].max_trials, 20);
    input.existing[0].jobs[0].state = model::JobState::succeeded;
    EXPECT_TRUE(holds(answer(plan(input)), "Every suite of the last run was measured"));
    input.existing[0].jobs[0].state = model::JobState::lost;
    input.pull->fork = true;  // the approval was for a commit before this policy
    EXPECT_TRUE(plan(input).runs.empty());
}

TEST(PlanCommand, CancelEndsWhatIsUnderWayButForTheMergeQueue) {
    auto input = said("/rebench cancel");
    EXPECT_EQ(answer(plan(input)), "Nothing is queued or under way.");
    input.existing = {existing("1", head, RunState::running), existing("2", base, RunState::queued),
                      existing("3", old_head, RunState::queued), existing("4", head, RunState::finished)};
    input.existing[1].kind = model::RunKind::calibration;
    input.existing[2].kind = model::RunKind::merge_group;
    EXPECT_EQ(plan(input).cancelled, (Names{"1", "2"}));
    EXPECT_EQ(plan(input).restated_head, head) << "run 4 has found something";
    input.existing.erase(input.existing.begin());
    EXPECT_FALSE(plan(input).restated_head) << "a calibration has left the check alone";
}

TEST(PlanCommand, StatusSaysWhereThingsStand) {
    auto input = said("/rebench status", Permission::none);
    EXPECT_EQ(answer(plan(input)), "Nothing was measured for the head `222222222`, and nothing is queued.");
    input.existing = {existing("1", head, RunState::running), existing("2", base, RunState::queued)};
    input.existing[0].jobs[0].expected_in = std::chrono::hours(3);
    input.existing[0].jobs.push_back(existing_job("load", model::JobState::queued));
    input.existing[0].jobs[1].position = 2;
    input.existing[1].kind = model::RunKind::calibration;
    EXPECT_EQ(answer(plan(input)),
              "Head `222222222`, attempt 1, asked for on 2026-11-21 07:10 UTC: running.\n\n- `micro`: running, done in "
              "about 3 "
              "h\n- `load`: queued, place 2 in the queue\n\nBesides, a calibration of `bbbbbbbbb`: queued.\n\n- "
              "`micro`: queued");
}

/// A run of the head whose jobs were measured, each with what it was planned to spend.
ExistingRun measured_as(const PlannedRun& planned, int id) {
    auto run = existing(std::to_string(id), head, RunState::finished);
    run.jobs.clear();
    for (const auto& job : planned.jobs) {
        run.jobs.push_back(existing_job(job.suite, model::JobState::succeeded));
        run.jobs.back().false_alarms = job.false_alarms;
    }
    return run;
}

TEST(PlanCommand, AskingAgainSpendsFromTheSameRateOfFalseAlarms) {
    auto input = said("/rebench suite=micro");
    const auto rate = [&] { return plan(input).runs.at(0).jobs.at(0).false_alarms; };
    double spent = rate();
    EXPECT_DOUBLE_EQ(spent, 0.0075) << "the first time";
    for (int asked = 1; asked <= 8; ++asked) {
        input.existing.push_back(measured_as(plan(input).runs.at(0), asked));
        EXPECT_NEAR(rate(), 0.0075 * std::pow(0.25, asked), 1e-12);
        spent += rate();
    }
    EXPECT_LT(spent, 0.01) << "all together keep to it";

    input.existing = {measured_as(plan(input).runs.at(0), 1)};
    input.existing[0].head_sha = std::string(40, 'f');
    EXPECT_DOUBLE_EQ(rate(), 0.0075) << "another head has its own";
    input.existing = {existing("1", head, RunState::failed)};
    input.existing[0].jobs[0].false_alarms = 0.0075;
    EXPECT_DOUBLE_EQ(rate(), 0.0075) << "what could not be measured could not alarm";
}

TEST(PlanCommand, AskingSuiteBySuiteSpendsNoMoreThanAskingForAll) {
    auto input = said("/rebench");
    double spent = 0;
    int id = 0;
    const auto ask = [&](const std::string& comment) {
        auto asked = said(comment);
        asked.existing = input.existing;
        for (const auto& run : plan(asked).runs) {
            for (const auto& job : run.jobs) spent += job.false_alarms;
            input.existing.push_back(measured_as(run, ++id));
        }
    };
    ask("/rebench suite=micro,load");
    EXPECT_DOUBLE_EQ(spent, 0.0075);
    for (int again = 0; again < 3; ++again)
        for (const auto* comment : {"/rebench suite=micro", "/rebench suite=load"}) ask(comment);
    EXPECT_LT(spent, 0.01);

    // What is under way may alarm, too.
    auto first = measured_as(plan(said("/rebench suite=micro")).runs.at(0), 1);
    first.state = RunState::running;
    first.jobs[0].state = model::JobState::running;
    auto second = said("/rebench suite=load");
    second.existing = {first};
    EXPECT_NEAR(plan(second).runs.at(0).jobs.at(0).false_alarms, 0.0075 * 0.25, 1e-12);
}

TEST(PlanCommand, AnotherBaseAndOtherHostsAreAskedAside) {
    const auto is_aside = [](const std::string& comment) {
        auto input = said(comment);
        input.base_ref = "v1";
        return plan(input).runs.at(0).aside;
    };
    EXPECT_FALSE(is_aside("/rebench"));
    EXPECT_FALSE(is_aside("/rebench filter=x trials=12 host=bare-metal"));
    EXPECT_TRUE(is_aside("/rebench base=v1"));
    EXPECT_TRUE(is_aside("/rebench host=arm64"));
}

}  // namespace
}  // namespace benchgate::planning
