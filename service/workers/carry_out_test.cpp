#include "service/workers/carry_out.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/config/config.h"
#include "core/json/json.h"
#include "core/protocol/spec_json.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "service/store/approvals.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/outbox.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"
#include "service/store/verdicts.h"
#include "service/store/waivers.h"
#include "service/workers/announce.h"
#include "service/workers/known.h"

namespace benchgate::workers {
namespace {

class CarryOutTest : public store::TestDatabase {
  protected:
    CarryOutTest() {
        context.config_text = "suites:\n  micro: { build: make, run: ./bench, format: json }\n";
        context.trigger_id = "delivery";
        context.number = 7;
        auto& input = context.input;
        input.config = config::parse(context.config_text).value();
        input.repository = {1, "octo", "engine", "main", false, ""};
        input.base_sha = std::string(40, 'b');
        planning::PullRequest pull;
        pull.number = 7;
        pull.head_sha = std::string(40, 'a');
        pull.head_ref = "change";
        pull.base_ref = "main";
        pull.base_sha = std::string(40, 'b');
        input.pull = pull;
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        });
    }
    void handle(planning::Trigger trigger) {
        context.input.trigger = std::move(trigger);
        pool.transaction([&](store::Tx& tx) {
            auto fresh = context;
            look_up_pull(tx, fresh.input, start());
            carry_out(tx, planning::plan(fresh.input), fresh, {"http://bench.invalid", ""}, start());
        });
    }
    static std::vector<store::RunRow> runs(store::Tx& tx) { return store::list_runs(tx, 1, 7, 10); }
    std::vector<model::RunState> states() {
        std::vector<model::RunState> newest_first;
        for (const auto& run : pool.transaction(runs)) newest_first.push_back(run.state);
        return newest_first;
    }
    /// The check that waits to be sent for a head: its status and whose run it is.
    std::string waiting_check(const std::string& head_sha) {
        std::string found;
        for (const auto& item : store::send_everything(pool, start())) {
            const auto body = json::parse(item.body_json).value();
            if (item.target == "sha/" + head_sha)
                found += json::text(body, "status").value() + " " + json::text(body, "external_id").value() + ";";
        }
        return found;
    }

    planning::CommandTrigger command(planning::Verb verb, std::vector<std::string> words = {},
                                     std::map<std::string, std::string> values = {}) {
        return {{verb, std::move(values), std::move(words)}, ++comment, "dev", planning::Permission::write};
    }
    /// The newest run ends with "sort" 7 % slower, at a level that blocks.
    store::RunRow end_red() {
        const auto run = pool.transaction(runs).front();
        pool.transaction([&](store::Tx& tx) {
            const auto job = store::jobs_of_run(tx, 1, run.run_id).front();
            store::JudgedJob judged{1, run.run_id, job.job.job_id, "micro", start(), {}};
            model::Verdict verdict;
            verdict.series = {{"sort", "time"}, "ns", model::Better::lower, true};
            verdict.kind = model::VerdictKind::regressed;
            verdict.ratio = 1.07;
            verdict.level = "critical";
            verdict.action = model::Action::block;
            judged.judgement.verdicts = {verdict};
            judged.judgement.gate = model::Gate::failure;
            judged.judgement.gate_reason = "1 benchmark regressed at a level that blocks";
            judged.judgement.judge_version = "1";
            store::replace_verdicts(tx, judged);
            store::cancel_run(tx, 1, run.run_id, start());  // its job is over
            store::mark_job_judged(tx, job.job.job_id, start());
        });
        return run;
    }
    model::Gate gate_of(const store::RunRow& run) {
        return pool.transaction([&](store::Tx& tx) {
            const auto report = reports::run_report(tx, run, {"http://bench.invalid", ""});
            return report.suites.at(0).judgement->gate;
        });
    }

    PlanContext context;
    std::int64_t comment = 9000;
};

TEST_F(CarryOutTest, ARebenchOfTheSameHeadTakesThePlaceOfTheRunThatIsOpen) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    handle(command(planning::Verb::run));
    EXPECT_EQ(states().size(), 1u) << "the same is queued already: it is answered, not asked for twice";
    handle(command(planning::Verb::run, {}, {{"trials", "12"}}));
    using enum model::RunState;
    EXPECT_EQ(states(), (std::vector{queued, superseded})) << "two runs at once would both write the one check";
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(store::open_jobs(tx, 10, {}).size(), 1u);
        EXPECT_EQ(store::open_jobs(tx, 10, {}).front().job.run_id, runs(tx).front().run_id);
    });
    const auto newest = pool.transaction(runs).front();
    EXPECT_EQ(waiting_check(newest.head_sha), "queued " + newest.run_id + ";");
}

TEST_F(CarryOutTest, APushClosesTheCheckOfTheOldHead) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto old = pool.transaction(runs).front();
    context.input.pull->head_sha = std::string(40, 'c');
    handle(planning::PullRequestTrigger{planning::PullRequestAction::synchronize});
    using enum model::RunState;
    EXPECT_EQ(states(), (std::vector{queued, superseded}));
    EXPECT_EQ(waiting_check(old.head_sha), "completed " + old.run_id + ";") << "an open check would block a merge";
}

TEST_F(CarryOutTest, ACancelledRunSaysSoOnItsCheck) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    handle(planning::CommandTrigger{{planning::Verb::cancel, {}, {}}, 9001, "dev", planning::Permission::write});
    EXPECT_EQ(states(), std::vector{model::RunState::cancelled});
    const auto run = pool.transaction(runs).front();
    EXPECT_EQ(waiting_check(run.head_sha), "completed " + run.run_id + ";");
}

TEST_F(CarryOutTest, WhatWasFoundBeforeSpeaksAgainWhenALaterRunIsCancelled) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto first = pool.transaction(runs).front();
    pool.transaction([&](store::Tx& tx) {
        store::set_run_state(tx, 1, first.run_id, {model::RunState::finished, "failure", "", start()});
        store::supersede_job(tx, {1, first.run_id, "micro"}, start());  // its job is over
    });
    end_red();
    handle(command(planning::Verb::run, {}, {{"filter", "sort"}}));
    const auto second = pool.transaction(runs).front();
    ASSERT_EQ(waiting_check(first.head_sha), "queued " + second.run_id + ";");
    handle(command(planning::Verb::cancel));
    using enum model::RunState;
    EXPECT_EQ(states(), (std::vector{cancelled, finished}));
    EXPECT_EQ(waiting_check(first.head_sha), "completed " + first.run_id + ";") << "its verdict is hidden";
}

TEST_F(CarryOutTest, ACheckOfACancelledRunThatIsAskedForAgainStaysClosed) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto run = pool.transaction(runs).front();
    pool.transaction([&](store::Tx& tx) {
        ASSERT_TRUE(store::lease_job(tx, {platform::random_uuid(), {}, std::chrono::seconds(60), start()}));
    });
    context.input.pull->open = false;
    handle(planning::PullRequestTrigger{planning::PullRequestAction::closed});
    context.comment_id.reset();
    handle(planning::CheckTrigger{planning::CheckRequest::rerun, run.head_sha, "dev", planning::Permission::write});
    EXPECT_EQ(waiting_check(run.head_sha), "completed " + run.run_id + ";") << "its runner has not heard of it yet";
}

TEST_F(CarryOutTest, AWaiverOpensTheGateWithoutMeasuringAgainAndUnwaivingClosesIt) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto run = end_red();
    EXPECT_EQ(gate_of(run), model::Gate::failure);
    waiting_check(run.head_sha);

    const auto until = platform::format_utc(start() + std::chrono::hours(48)).substr(0, 10);
    handle(command(planning::Verb::waive, {"sort"}, {{"max", "8%"}, {"until", until}, {"reason", "known"}}));
    EXPECT_EQ(gate_of(run), model::Gate::success);
    const auto stated = pool.transaction([](store::Tx& tx) { return store::waivers_of_pull(tx, 1, 7); });
    ASSERT_EQ(stated.size(), 1u);
    EXPECT_EQ(stated[0].waiver.author, "dev");
    EXPECT_EQ(stated[0].comment_id, comment);
    EXPECT_EQ(states().size(), 1u) << "nothing is measured again";
    EXPECT_EQ(waiting_check(run.head_sha), "completed " + run.run_id + ";") << "the check is not told";

    handle(command(planning::Verb::unwaive, {"sort"}));
    EXPECT_EQ(gate_of(run), model::Gate::failure);
    EXPECT_EQ(waiting_check(run.head_sha), "completed " + run.run_id + ";");
}

TEST_F(CarryOutTest, TheWaiveButtonCoversWhatBlocksNow) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto run = end_red();
    context.comment_id.reset();
    handle(planning::CheckTrigger{planning::CheckRequest::waive, run.head_sha, "dev", planning::Permission::read});
    EXPECT_EQ(gate_of(run), model::Gate::failure) << "somebody who may only read waives";
    handle(planning::CheckTrigger{planning::CheckRequest::waive, run.head_sha, "dev", planning::Permission::write});
    EXPECT_EQ(gate_of(run), model::Gate::success);
}

TEST_F(CarryOutTest, ARegressionCanBeWaivedAfterAnotherSuiteWasMeasured) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto run = end_red();
    pool.transaction([&](store::Tx& tx) {
        auto second = run;
        second.run_id = platform::random_uuid();
        second.kind = model::RunKind::command;
        second.state = model::RunState::finished;
        store::insert_run(tx, second);
        store::NewJob job;
        job.repository_id = 1;
        job.job_id = platform::random_uuid();
        job.run_id = second.run_id;
        job.suite = "other";
        job.spec_json = "{}";
        store::insert_job(tx, job, start());
        store::JudgedJob judged{1, second.run_id, job.job_id, "other", start(), {}};
        model::Verdict verdict;
        verdict.series.key = {"parse", "time"};
        judged.judgement.verdicts = {verdict};
        store::replace_verdicts(tx, judged);
    });
    const auto until = platform::format_utc(start() + std::chrono::hours(48)).substr(0, 10);
    handle(command(planning::Verb::waive, {"sort"}, {{"max", "8%"}, {"until", until}, {"reason", "known"}}));
    EXPECT_EQ(gate_of(run), model::Gate::success) << "its benchmark is not known any more";
}

TEST_F(CarryOutTest, AChangeOfTheBaseBranchAndBackHidesNoRed) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto run = pool.transaction(runs).front();
    pool.transaction([&](store::Tx& tx) {
        store::set_run_state(tx, 1, run.run_id, {model::RunState::finished, "failure", "", start()});
    });
    context.input.pull->base_ref = "other";
    context.input.base_sha.reset();  // it has no commit in common with the head
    handle(planning::PullRequestTrigger{planning::PullRequestAction::base_changed});
    EXPECT_EQ(waiting_check(run.head_sha), "completed ;") << "nothing can be measured";
    context.input.pull->base_ref = "main";
    context.input.base_sha = std::string(40, 'b');
    handle(planning::PullRequestTrigger{planning::PullRequestAction::base_changed});
    EXPECT_NE(waiting_check(run.head_sha).find(run.run_id), std::string::npos) << "and yet the check stays as it was";
}

TEST_F(CarryOutTest, ASecondPullRequestWithTheSameHeadHidesNoRedByNotBeingMeasured) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto run = pool.transaction(runs).front();
    pool.transaction([&](store::Tx& tx) {
        store::set_run_state(tx, 1, run.run_id, {model::RunState::finished, "failure", "", start()});
        store::upsert_pull_request(tx, {1, 7, run.head_sha, "main", std::nullopt, false, true, std::nullopt}, 1,
                                   start());
    });
    waiting_check(run.head_sha);
    context.number = context.input.pull->number = 8;
    context.input.pull->base_ref = "pages";
    context.input.base_sha.reset();  // it has no commit in common with the head
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    EXPECT_EQ(waiting_check(run.head_sha), "") << "the check of #7 is this one, too";
    const auto is_said_again = [&] { return waiting_check(run.head_sha).find(run.run_id) != std::string::npos; };
    const planning::CheckTrigger button{planning::CheckRequest::rerun, run.head_sha, "dev",
                                        planning::Permission::write};
    handle(button);
    EXPECT_TRUE(is_said_again()) << "GitHub waits for it";
    context.input.pull->open = false;
    handle(button);
    EXPECT_TRUE(is_said_again());
}

TEST_F(CarryOutTest, TheCommentSpeaksOfThePresentHeadOnly) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    auto run = end_red();
    run.state = model::RunState::finished;
    const auto comments_while_head_is = [&](char head) {
        pool.transaction([&](store::Tx& tx) {
            const std::string sha(40, head);
            store::upsert_pull_request(tx, {1, 7, sha, "main", std::nullopt, false, true, std::nullopt}, 1, start());
            announce_run(tx, run, {"http://bench.invalid", ""}, start());
        });
        const auto items = store::send_everything(pool, start());
        return std::count_if(items.begin(), items.end(), [](const auto& item) { return item.kind == "comment"; });
    };
    EXPECT_EQ(comments_while_head_is('c'), 0) << "a former head's check was asked for again";
    EXPECT_EQ(comments_while_head_is('a'), 1);
}

TEST_F(CarryOutTest, AnApprovalIsOfOneCommitOfAFork) {
    context.input.pull->fork = true;
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    EXPECT_TRUE(states().empty()) << "a stranger's code runs";
    handle(command(planning::Verb::approve, {std::string(40, 'a')}));
    EXPECT_EQ(states(), std::vector{model::RunState::queued});
    const auto approval =
        pool.transaction([](store::Tx& tx) { return store::find_approval(tx, 1, 7, std::string(40, 'a')); });
    ASSERT_TRUE(approval);
    EXPECT_EQ(approval->author, "dev");
    context.input.pull->head_sha = std::string(40, 'c');
    handle(planning::PullRequestTrigger{planning::PullRequestAction::synchronize});
    using enum model::RunState;
    EXPECT_EQ(states(), std::vector{superseded}) << "a push needs an approval of its own";
}

TEST_F(CarryOutTest, AMergeGroupIsMeasuredOnItsOwnBranchWithinItsTime) {
    context.input.pull.reset();
    context.number.reset();
    planning::MergeGroupTrigger group;
    group.head_sha = std::string(40, 'd');
    group.head_ref = "gh-readonly-queue/main/pr-7-" + std::string(40, 'b');
    group.base_sha = std::string(40, 'b');
    group.base_ref = "main";
    group.pull_number = 7;
    handle(group);
    const auto run = pool.transaction([](store::Tx& tx) { return store::recent_runs(tx, 1); }).at(0);
    EXPECT_EQ(run.kind, model::RunKind::merge_group);
    const auto jobs = pool.transaction([](store::Tx& tx) { return store::open_jobs(tx, 10, {}); });
    ASSERT_EQ(jobs.size(), 1u);
    const auto spec = json::parse(jobs[0].job.spec_json).value();
    EXPECT_NE(jobs[0].job.spec_json.find("refs/heads/" + group.head_ref), std::string::npos) << jobs[0].job.spec_json;
    EXPECT_EQ(jobs[0].job.spec_json.find("refs/pull/"), std::string::npos) << jobs[0].job.spec_json;
    EXPECT_EQ(jobs[0].job.number, std::nullopt);
    EXPECT_LE(json::integer(json::at(spec, "experiment"), "max_trials").value_or(99), 12);
    EXPECT_EQ(waiting_check(group.head_sha), "queued " + run.run_id + ";");
    group.action = planning::MergeGroupAction::destroyed;
    handle(group);
    EXPECT_TRUE(pool.transaction([](store::Tx& tx) { return store::open_jobs(tx, 10, {}).empty(); }));
}

TEST_F(CarryOutTest, ACalibrationMeasuresTheBaseTwiceAndTouchesNoCheck) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    waiting_check(std::string(40, 'a'));
    handle(command(planning::Verb::aa));
    const auto run = pool.transaction(runs).front();
    EXPECT_EQ(run.kind, model::RunKind::calibration);
    const auto jobs = pool.transaction([](store::Tx& tx) { return store::open_jobs(tx, 10, {}); });
    ASSERT_EQ(jobs.size(), 2u) << "beside the pull request's own, not in its place";
    const auto spec = protocol::read_job_spec(json::parse(jobs[1].job.spec_json).value()).value();
    EXPECT_TRUE(spec.measure_identical);
    EXPECT_EQ(jobs[1].job.protocol, 2) << "a runner that does not know the word would measure nothing";
    EXPECT_FALSE(spec.merge_base);
    EXPECT_EQ(spec.base, spec.head);
    EXPECT_EQ(spec.base, (protocol::Checkout{std::string(40, 'b'), {"refs/heads/main"}}));
    EXPECT_EQ(jobs[1].job.number, std::nullopt);
    EXPECT_EQ(jobs[1].job.priority, 5);
    EXPECT_EQ(waiting_check(run.head_sha), "");
    handle(command(planning::Verb::cancel));
    EXPECT_EQ(waiting_check(run.head_sha), "") << "the base's check is nobody's business here";
    EXPECT_EQ(pool.transaction(runs).front().state, model::RunState::cancelled);
}

TEST_F(CarryOutTest, ACalibrationIsAnsweredWhereItWasAskedForAndKept) {
    handle(command(planning::Verb::aa));
    auto run = pool.transaction(runs).front();
    store::send_everything(pool, start());
    end_red();
    run.state = model::RunState::finished;
    pool.transaction([&](store::Tx& tx) { announce_run(tx, run, {"http://bench.invalid", ""}, start()); });
    const auto said = store::send_everything(pool, start());
    ASSERT_EQ(said.size(), 1u) << "no check, no sticky comment";
    EXPECT_EQ(said[0].kind, "reply:" + std::to_string(comment) + ":result");
    EXPECT_NE(said[0].body_json.find("1 of 1 benchmark alarmed"), std::string::npos) << said[0].body_json;
    EXPECT_NE(said[0].body_json.find("/octo/engine/runs/" + run.run_id), std::string::npos) << said[0].body_json;
    const auto points = pool.transaction([](store::Tx& tx) {
        return store::series_points(tx, {1, "micro", {"sort", "time"}, model::RunKind::calibration, 10});
    });
    ASSERT_EQ(points.size(), 1u) << "its false alarms can be counted later";
    EXPECT_EQ(points[0].verdict.kind, model::VerdictKind::regressed);
    // A waiver of the pull request does not make a false alarm right.
    const auto until = platform::format_utc(start() + std::chrono::hours(48)).substr(0, 10);
    handle(command(planning::Verb::waive, {"sort"}, {{"max", "8%"}, {"until", until}, {"reason", "known"}}));
    EXPECT_EQ(gate_of(run), model::Gate::failure);
}

TEST_F(CarryOutTest, ACheckIsRestatedFromTheHeadsOwnRun) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    const auto own = end_red();
    context.input.base_sha = own.head_sha;  // the head was merged meanwhile: its commit is the base's
    handle(command(planning::Verb::aa));
    waiting_check(own.head_sha);
    context.comment_id.reset();
    handle(planning::CheckTrigger{planning::CheckRequest::waive, own.head_sha, "dev", planning::Permission::read});
    EXPECT_EQ(waiting_check(own.head_sha), "completed " + own.run_id + ";");
}

TEST_F(CarryOutTest, AProfileIsAskedOfARunnerThatKnowsHowAndTouchesNoCheck) {
    handle(planning::PullRequestTrigger{planning::PullRequestAction::opened});
    end_red();
    store::send_everything(pool, start());
    handle(command(planning::Verb::profile, {"sort"}));
    const auto run = pool.transaction(runs).front();
    EXPECT_EQ(run.kind, model::RunKind::profile);
    EXPECT_EQ(run.trigger_id, "comment:9001");
    const auto jobs = pool.transaction([](store::Tx& tx) { return store::open_jobs(tx, 10, {}); });
    ASSERT_EQ(jobs.size(), 1u);
    const auto spec = protocol::read_job_spec(json::parse(jobs[0].job.spec_json).value()).value();
    EXPECT_EQ(spec.profile, "sort");
    EXPECT_EQ(spec.only, "") << "a name is no glob";
    EXPECT_EQ(jobs[0].job.protocol, 3);
    EXPECT_TRUE(spec.merge_base);
    EXPECT_EQ(spec.head.refs, std::vector<std::string>{"refs/pull/7/head"});
    EXPECT_EQ(jobs[0].job.number, std::nullopt) << "it is not the pull request's one open request";
    handle(command(planning::Verb::profile, {"sort"}));
    EXPECT_EQ(states().size(), 2u) << "the same one is under way";
    handle(command(planning::Verb::run));
    EXPECT_EQ(states().size(), 3u) << "measuring goes on beside it";
    for (const auto& item : store::send_everything(pool, start()))
        EXPECT_EQ(item.body_json.find(run.run_id), std::string::npos) << "its check was touched: " << item.body_json;
    handle(command(planning::Verb::cancel));
    EXPECT_EQ(states(), (std::vector(3, model::RunState::cancelled)));
}

}  // namespace
}  // namespace benchgate::workers
