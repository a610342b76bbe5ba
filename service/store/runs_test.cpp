#include "service/store/runs.h"

#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/pull_requests.h"
#include "service/store/test_database.h"
#include "service/store/uuid_for_tests.h"
#include "service/store/verdicts.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;
using model::JobState;
using model::RunState;

const std::string runner = uuid(1, 1);

class RunsTest : public TestDatabase {
  protected:
    RunRow run(int n, const std::string& head, std::optional<std::int64_t> number = 7) const {
        RunRow row;
        row.repository_id = 1;
        row.run_id = uuid(3, n);
        row.kind = number ? model::RunKind::pull_request : model::RunKind::push;
        row.number = number;
        row.head_sha = head;
        row.base_sha = row.merge_base = "base";
        row.base_ref = "main";
        row.trigger_id = "delivery";
        row.created_at = start();
        row.config = "suites: {}";
        row.config_sha = "c";
        return row;
    }
    void insert_with_jobs(const RunRow& run, std::initializer_list<int> jobs) {
        pool.transaction([&](Tx& tx) {
            insert_run(tx, run);
            for (const int n : jobs) {
                NewJob job;
                job.repository_id = run.repository_id;
                job.job_id = uuid(2, n);
                job.run_id = run.run_id;
                job.suite = "suite-" + std::to_string(n);
                job.spec_json = "{}";
                insert_job(tx, job, start());
            }
        });
    }
    JobState state_of(int n) {
        return pool.transaction([&](Tx& tx) { return find_job(tx, uuid(2, n))->state; });
    }
};

TEST_F(RunsTest, AreFoundAsTheyWereStored) {
    RunRow row = run(1, "h1");
    row.message = "quotes ' and \" and \\";
    row.conclusion = "neutral";
    pool.transaction([&](Tx& tx) {
        insert_run(tx, row);
        EXPECT_EQ(find_run(tx, 1, row.run_id), row);
        EXPECT_EQ(find_run(tx, row.run_id), row);
        EXPECT_EQ(lock_run(tx, 1, row.run_id), row);
        EXPECT_FALSE(find_run(tx, 2, row.run_id)) << "another repository";
        EXPECT_FALSE(find_run(tx, "1 or true"));
        insert_run(tx, run(2, "h2"));
        insert_run(tx, run(3, "h3", std::nullopt));
        EXPECT_EQ(latest_run_for_pull(tx, 1, 7)->run_id, uuid(3, 2));
        EXPECT_EQ(list_runs(tx, 1, 7, 10).size(), 2u);
        EXPECT_EQ(list_runs(tx, 1, std::nullopt, 2).front().run_id, uuid(3, 3));
        EXPECT_EQ(recent_runs(tx, 10).size(), 3u);
        EXPECT_FALSE(latest_push_run(tx, 1, "h3"));
    });
    EXPECT_THROW(pool.transaction([&](Tx& tx) { insert_run(tx, row); }), StoreError);
}

TEST_F(RunsTest, StayAsTheyAreOnceTheyAreOver) {
    pool.transaction([&](Tx& tx) {
        insert_run(tx, run(1, "h1", std::nullopt));
        EXPECT_TRUE(set_run_state(tx, 1, uuid(3, 1), {RunState::running, std::nullopt, "", start()}));
        EXPECT_FALSE(find_run(tx, uuid(3, 1))->finished_at);
        EXPECT_TRUE(set_run_state(tx, 1, uuid(3, 1), {RunState::finished, "success", "fine", start() + 1s}));
        EXPECT_FALSE(set_run_state(tx, 1, uuid(3, 1), {RunState::failed, "failure", "too late", start() + 2s}));
        const RunRow row = *find_run(tx, uuid(3, 1));
        EXPECT_EQ(row.state, RunState::finished);
        EXPECT_EQ(row.conclusion, "success");
        EXPECT_EQ(row.finished_at, start() + 1s);
        EXPECT_EQ(latest_push_run(tx, 1, "h1")->run_id, uuid(3, 1));
    });
}

TEST_F(RunsTest, ASupersededRunTakesItsJobsAlongAndNoOthers) {
    insert_with_jobs(run(1, "old"), {1, 2});
    insert_with_jobs(run(2, "new"), {3});
    insert_with_jobs(run(3, "old", 8), {4});
    const auto leased = pool.transaction(
        [&](Tx& tx) { return lease_job(tx, {.runner_id = runner, .labels = {}, .ttl = 90s, .now = start()}); });
    ASSERT_EQ(leased->job.job_id, uuid(2, 1));
    const Stopped stopped = pool.transaction([&](Tx& tx) { return supersede_runs(tx, 1, {uuid(3, 1)}, start() + 1s); });
    EXPECT_EQ(stopped.runs, std::vector<std::string>{uuid(3, 1)});
    EXPECT_EQ(stopped.cancelled_jobs, std::vector<std::string>{uuid(2, 2)});
    EXPECT_EQ(stopped.told_jobs, std::vector<std::string>{uuid(2, 1)});
    EXPECT_EQ(state_of(3), JobState::queued);
    EXPECT_EQ(state_of(4), JobState::queued);

    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(find_run(tx, uuid(3, 1))->state, RunState::superseded);
        const BeatAnswer answer = heartbeat(tx, {uuid(2, 1), 1, runner}, {.now = start() + 2s});
        EXPECT_EQ(answer.fence, Fence::current);
        EXPECT_EQ(answer.cancel, "superseded") << "the runner hears of it with its next heartbeat";
        EXPECT_TRUE(supersede_runs(tx, 1, {uuid(3, 1)}, start() + 3s).runs.empty()) << "once is enough";
    });
    // The runner falls silent instead: the job is not measured again.
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(reap_leases(tx, start() + 10min).cancelled, std::vector<std::string>{uuid(2, 1)});
        EXPECT_EQ(heartbeat(tx, {uuid(2, 1), 1, runner}, {.now = start() + 11min}).fence, Fence::gone);
    });
}

TEST_F(RunsTest, CancellingTakesTheJobsAlong) {
    insert_with_jobs(run(1, "h"), {1, 2});
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(cancel_run(tx, 1, uuid(3, 1), start()).cancelled_jobs.size(), 2u);
        EXPECT_TRUE(cancel_run(tx, 1, uuid(3, 1), start()).runs.empty());
        EXPECT_EQ(find_job(tx, uuid(2, 1))->cancel_reason, "user");
        EXPECT_EQ(jobs_of_run(tx, 1, uuid(3, 1)).size(), 2u);
        EXPECT_TRUE(open_jobs(tx, 10, {}).empty());
        EXPECT_FALSE(lease_job(tx, {.runner_id = runner, .labels = {}, .ttl = 90s, .now = start()}));
    });
}

TEST_F(RunsTest, PullRequestsKeepTheirCommentThroughUpdates) {
    PullRequestRow row{.repository_id = 1,
                       .number = 7,
                       .head_sha = "a",
                       .base_ref = "main",
                       .head_full_name = "outsider/engine",
                       .fork = true,
                       .open = true,
                       .comment_id = std::nullopt};
    pool.transaction([&](Tx& tx) {
        EXPECT_TRUE(upsert_pull_request(tx, row, 5, start()));
        EXPECT_EQ(find_pull_request(tx, 1, 7), row);
        set_comment_id(tx, 1, 7, 9'000'000'001);
        row.head_sha = "b";
        row.head_full_name = std::nullopt;
        EXPECT_TRUE(upsert_pull_request(tx, row, 6, start()));
        row.comment_id = 9'000'000'001;
        EXPECT_EQ(find_pull_request(tx, 1, 7), row);
        PullRequestRow late = row;
        late.head_sha = "a";
        EXPECT_FALSE(upsert_pull_request(tx, late, 5, start())) << "an event that was tried again";
        EXPECT_EQ(find_pull_request(tx, 1, 7), row) << "an old head does not come back";
        EXPECT_EQ(open_pull_requests(tx, 1).size(), 1u);
        row.open = false;
        EXPECT_TRUE(upsert_pull_request(tx, row, 6, start()));
        EXPECT_TRUE(open_pull_requests(tx, 1).empty());
        EXPECT_FALSE(find_pull_request(tx, 2, 7));
    });
}

TEST_F(RunsTest, VerdictsComeBackAsTheJudgeGaveThemAndAreReplacedAsAWhole) {
    insert_with_jobs(run(1, "h1", std::nullopt), {1});
    JudgedJob judged{.repository_id = 1,
                     .run_id = uuid(3, 1),
                     .job_id = uuid(2, 1),
                     .suite = "micro",
                     .judged_at = start(),
                     .judgement = {}};
    model::Verdict bad;
    bad.series = {.key = {"Sort/<1024> \"x\"", "time"}, .unit = "ns", .better = model::Better::lower, .gating = true};
    bad.kind = model::VerdictKind::regressed;
    bad.ratio = 1.1000000000000001;
    bad.interval = {1.05, std::nullopt};
    bad.p = 1e-300;
    bad.level = "major";
    bad.action = model::Action::review;
    bad.confirmed = true;
    bad.trials_used = 12;
    model::Verdict fresh = bad;
    fresh.kind = model::VerdictKind::added;
    fresh.series.key.metric = "throughput";
    fresh.ratio = std::nullopt;
    judged.judgement.verdicts = {bad, fresh};
    judged.judgement.gate = model::Gate::action_required;
    judged.judgement.judge_version = "1";
    judged.judgement.tests = 2;
    pool.transaction([&](Tx& tx) {
        replace_verdicts(tx, judged);
        const auto list = list_verdicts(tx, 1, uuid(3, 1));
        ASSERT_EQ(list.size(), 1u);
        EXPECT_EQ(list[0].judgement, judged.judgement);
        EXPECT_EQ(list_series(tx, 1, 10).size(), 2u);
        judged.judgement.verdicts = {fresh};
        replace_verdicts(tx, judged);
        EXPECT_EQ(list_verdicts(tx, 1, uuid(3, 1))[0].judgement, judged.judgement);
        const auto points = series_points(
            tx,
            {.repository_id = 1, .suite = "micro", .key = fresh.series.key, .kind = model::RunKind::push, .limit = 10});
        ASSERT_EQ(points.size(), 1u);
        EXPECT_EQ(points[0].head_sha, "h1");
        EXPECT_EQ(points[0].verdict, fresh);
        EXPECT_TRUE(list_verdicts(tx, 2, uuid(3, 1)).empty());

        NewJob again;
        again.repository_id = 1;
        again.job_id = uuid(2, 77);
        again.run_id = uuid(3, 1);
        again.suite = "micro";
        again.spec_json = "{}";
        again.confirms_job_id = judged.job_id;
        insert_job(tx, again, start());
        auto confirmed = judged;
        confirmed.job_id = again.job_id;
        replace_verdicts(tx, confirmed);
        EXPECT_EQ(list_verdicts(tx, 1, uuid(3, 1)).size(), 1u) << "a second host's verdicts are not the suite's";
        const auto confirmations = list_confirmations(tx, 1, uuid(3, 1));
        ASSERT_EQ(confirmations.size(), 1u);
        EXPECT_EQ(confirmations[0].job_id, again.job_id);
    });
}

}
}
