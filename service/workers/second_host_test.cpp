// A red verdict on its way over two hosts: real PostgreSQL, runners whose measurements the test chooses.

#include "service/workers/second_host.h"

#include <gmock/gmock.h>

#include "service/workers/judged_pull_request_for_tests.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class SecondHostTest : public JudgedPullRequest {};

TEST_F(SecondHostTest, RedWaitsForTheSecondHostAndSaysSo) {
    join(oak, "oak");
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}, {"find", 1.0}}));
    EXPECT_EQ(stored_run().state, model::RunState::running) << reason_of("sort");
    const auto waiting = said();
    EXPECT_EQ(text(waiting, "check:benchgate", "status"), "in_progress");
    EXPECT_EQ(text(waiting, "check:benchgate", "title"),
              "A regression was seen and is being confirmed on another host");
    EXPECT_THAT(text(waiting, "check:benchgate", "summary"),
                HasSubstr("a regression was seen on ash and is to be confirmed on oak"));
    EXPECT_THAT(text(waiting, "comment", "markdown"), HasSubstr("is being confirmed on another host"));
    EXPECT_THAT(text(waiting, "comment", "markdown"), HasSubstr("is to be confirmed on oak"));
    EXPECT_EQ(text(waiting, "comment", "gate"), "") << "nothing is decided yet";

    EXPECT_FALSE(lease(ash)) << "the host that alarmed is no second one";
    const auto job = confirmation();
    ASSERT_TRUE(job);
    EXPECT_EQ(job->job.priority, 31);
    const auto asked = protocol::read_job_spec(json::parse(job->job.spec_json).value()).value();
    EXPECT_EQ(asked.confirm, (std::vector<model::SeriesKey>{{"sort", "time"}})) << "only what alarmed";
    EXPECT_EQ(asked.base.sha, std::string(40, 'c')) << "what was measured, whatever the branch does";
    EXPECT_EQ(asked.head.sha, spec.head.sha);
    EXPECT_NE(asked.experiment.seed, spec.experiment.seed) << "fresh blocks";
    EXPECT_FALSE(asked.experiment.confirm);
    EXPECT_EQ(asked.experiment.max_trials, spec.experiment.max_trials);
    EXPECT_EQ(asked.experiment.false_alarms, spec.experiment.false_alarms);

    ASSERT_TRUE(measures(oak, {{"sort", 1.28}, {"find", 1.0}}));
    EXPECT_EQ(stored_run().conclusion, "failure");
    const auto red = said();
    EXPECT_EQ(text(red, "check:benchgate", "conclusion"), "failure");
    EXPECT_THAT(text(red, "check:benchgate", "summary"), HasSubstr("; regression confirmed on oak"));
    EXPECT_EQ(text(red, "comment", "gate"), "failure");
    EXPECT_THAT(reason_of("sort"), HasSubstr("confirmed on ash: +"));
    EXPECT_THAT(reason_of("sort"), HasSubstr("and on oak: +2"));
    const auto told = document()["suites"][0];
    EXPECT_EQ(document()["suites"].size(), 1u) << "it is no suite of its own";
    EXPECT_EQ(told["second_host"]["state"], "answered");
    EXPECT_EQ(told["second_host"]["runner"], "oak");
    EXPECT_EQ(told["second_host"]["findings"][0]["answer"], "confirmed");
    EXPECT_EQ(told["second_host"]["bundle_url"], "/api/v1/jobs/" + job->job.job_id + "/bundle");
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(store::list_verdicts(tx, 1, run.run_id).size(), 1u) << "what the first host saw stays";
        const auto confirmations = store::list_confirmations(tx, 1, run.run_id);
        ASSERT_EQ(confirmations.size(), 1u);
        EXPECT_EQ(confirmations[0].judgement.tests, 1) << "N is the number of benchmarks being confirmed";
    });
}

TEST_F(SecondHostTest, WhatTheSecondHostDoesNotSeeIsInconclusiveAndListedWithBoth) {
    join(oak, "oak");
    ask();
    measures(ash, {{"sort", 1.3}, {"find", 1.4}});
    said();
    measures(oak, {{"sort", 1.0}, {"find", 1.4}});
    EXPECT_EQ(stored_run().conclusion, "failure") << "the other one is confirmed";
    EXPECT_THAT(reason_of("sort"), HasSubstr("seen on ash: +"));
    EXPECT_THAT(reason_of("sort"), HasSubstr("not confirmed on oak: "));
    const auto items = said();
    EXPECT_THAT(text(items, "comment", "markdown"), HasSubstr("Inconclusive (1)"));
    EXPECT_THAT(text(items, "comment", "markdown"), HasSubstr("1 of 2 regressions confirmed on oak"));
    const auto told = document()["suites"][0]["second_host"]["findings"];
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[1]["benchmark"], "sort");
    EXPECT_EQ(told[1]["answer"], "not confirmed");
    EXPECT_NEAR(told[1]["first_ratio"].get<double>(), 1.3, 0.01);
    EXPECT_NEAR(told[1]["ratio"].get<double>(), 1.0, 0.01);
    EXPECT_TRUE(told[1]["interval"][1].is_number());
}

TEST_F(SecondHostTest, WithNothingConfirmedTheCheckIsNotRed) {
    join(oak, "oak");
    ask(model::RunKind::merge_group);
    measures(ash, {{"sort", 1.3}});
    EXPECT_EQ(said().count("comment"), 0u) << "the merge queue has its check only";
    measures(oak, {{"sort", 1.0}});
    EXPECT_EQ(stored_run().conclusion, "neutral");
    EXPECT_EQ(document()["suites"][0]["verdicts"][0]["verdict"], "inconclusive");
}

TEST_F(SecondHostTest, ABenchmarkThatOnlyTheFirstHostCouldMeasureStands) {
    join(oak, "oak");
    ask();
    measures(ash, {{"sort", 1.3}, {"find", 1.3}});
    measures(oak, {{"find", 1.0}});
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_THAT(reason_of("sort"), HasSubstr("confirmed on ash only: oak gave no result"));
    EXPECT_THAT(reason_of("find"), HasSubstr("not confirmed on oak"));
}

TEST_F(SecondHostTest, WithoutASecondHostTheVerdictStandsAndSaysSo) {
    Host late, old;
    join(late, "late");
    now += 3min;
    join(old, "old", 3);
    ask();
    measures(ash, {{"sort", 1.3}});
    EXPECT_FALSE(confirmation()) << "one is away, the other too old";
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_THAT(reason_of("sort"), HasSubstr("confirmed on ash only"));
    EXPECT_THAT(text(said(), "check:benchgate", "summary"), HasSubstr("regressions confirmed on one host only"));
    EXPECT_EQ(document()["suites"][0]["second_host"]["state"], "unavailable");
}

TEST_F(SecondHostTest, NothingThatWouldNotBeRedIsAskedAbout) {
    join(oak, "oak");
    ask();
    measures(ash, {{"sort", 1.12}});
    EXPECT_FALSE(confirmation()) << "a review blocks nothing";
    EXPECT_EQ(stored_run().conclusion, "neutral");
    ask(model::RunKind::push);
    measures(ash, {{"sort", 1.3}});
    EXPECT_FALSE(confirmation()) << "a push holds no merge";
    pool.transaction([&](store::Tx& tx) {
        store::WaiverRow waiver;
        waiver.repository_id = 1;
        waiver.number = 7;
        waiver.waiver = {platform::random_uuid(), "sort", "", 0.5, "2099-01-31", "known", "ada"};
        waiver.created_at = now;
        store::insert_waiver(tx, waiver);
    });
    ask();
    measures(ash, {{"sort", 1.3}});
    EXPECT_FALSE(confirmation()) << "what is waived holds nothing either";
    EXPECT_EQ(stored_run().conclusion, "success");
}

TEST_F(SecondHostTest, NobodyIsWaitedForForEver) {
    join(oak, "oak");
    ask();
    measures(ash, {{"sort", 1.3}});
    now += 19min;
    reap();
    EXPECT_EQ(stored_run().state, model::RunState::running);
    now += 1min;
    reap();
    EXPECT_EQ(stored_run().conclusion, "failure") << "what one host has confirmed stands";
    EXPECT_THAT(reason_of("sort"), HasSubstr("confirmed on ash only: no other host took it within 20 minutes"));
    EXPECT_THAT(text(said(), "comment", "markdown"), HasSubstr("no other host took it within 20 minutes"));
}

TEST_F(SecondHostTest, OneThatCannotMeasureLeavesTheFirstVerdict) {
    join(oak, "oak");
    ask();
    measures(ash, {{"sort", 1.3}});
    for (int attempt = 0; attempt < store::max_attempts; ++attempt) fails(oak, "the disk is full", true);
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_THAT(reason_of("sort"), HasSubstr("confirmed on ash only: oak could not measure it, the disk is full"));

    now += 1min;
    join(oak, "oak");  // forgiven
    ask();
    measures(ash, {{"sort", 1.3}});
    fails(oak, "head: the build failed", false);
    EXPECT_EQ(stored_run().conclusion, "failure") << "a head that fails elsewhere must not hide what it does here";
    EXPECT_THAT(reason_of("sort"), HasSubstr("oak could not measure it, head: the build failed"));
}

TEST_F(SecondHostTest, ASecondHostThatDiesLeavesTheFirstVerdict) {
    join(oak, "oak");
    ask();
    measures(ash, {{"sort", 1.3}});
    ASSERT_TRUE(lease(oak));
    EXPECT_THAT(report().suites[0].progress, HasSubstr("is being confirmed on oak"));
    now += 21min;
    reap();
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_THAT(reason_of("sort"), HasSubstr("confirmed on ash only: it was lost, and no other host took it again"));
}

TEST_F(SecondHostTest, ANewHeadACancelOrTheEndOfThePullRequestEndTheWaiting) {
    join(oak, "oak");
    const auto stopped = [&](const std::function<void(store::Tx&)>& stop, bool is_leased) {
        ask();
        measures(ash, {{"sort", 1.3}});
        EXPECT_TRUE(!is_leased || lease(oak));
        pool.transaction(stop);
        judge_all();
        const auto job = confirmation().value();
        EXPECT_TRUE(job.cancel_reason) << "whoever has it hears of it";
        EXPECT_EQ(job.state, is_leased ? model::JobState::leased : model::JobState::cancelled);
        EXPECT_FALSE(lease(oak));
        const auto state = stored_run().state;
        EXPECT_NE(state, model::RunState::running);
        EXPECT_NE(state, model::RunState::finished);
        now += 3min;
        reap();
        EXPECT_EQ(stored_run().state, state) << "and no late word of it";
        pool.transaction([&](store::Tx& tx) { store::touch_runner(tx, oak.id, now); });
    };
    for (const bool is_leased : {false, true}) {
        stopped([&](store::Tx& tx) { store::supersede_runs(tx, 1, {run.run_id}, now); }, is_leased);
        stopped([&](store::Tx& tx) { store::cancel_run(tx, 1, run.run_id, now); }, is_leased);
    }
    // A newer request for this suite alone.
    ask();
    measures(ash, {{"sort", 1.3}});
    pool.transaction([&](store::Tx& tx) { store::supersede_job(tx, {1, run.run_id, "micro"}, now); });
    judge_all();
    EXPECT_EQ(stored_run().conclusion, "neutral") << "never red by what is not decided";
    EXPECT_TRUE(report().suites[0].cancelled);
}

TEST_F(SecondHostTest, TheSuiteCountsAsOpenWhileItIsConfirmed) {
    join(oak, "oak");
    ask();
    measures(ash, {{"sort", 1.3}});
    const auto jobs = [&] {
        planning::PlanInput input;
        input.repository.id = 1;
        input.pull = planning::PullRequest();
        input.pull->number = 7;
        input.pull->head_sha = run.head_sha;
        pool.transaction([&](store::Tx& tx) { look_up_pull(tx, input, now); });
        return input.existing.at(0).jobs;
    };
    ASSERT_EQ(jobs().size(), 1u);
    EXPECT_EQ(jobs()[0].state, model::JobState::queued) << "so it is not asked for twice";
    fails(oak, "the build failed", false);
    ASSERT_EQ(jobs().size(), 1u);
    EXPECT_EQ(jobs()[0].state, model::JobState::succeeded) << "nothing to be tried again";
}

}  // namespace
}  // namespace benchgate::workers
