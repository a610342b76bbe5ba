// What people see of a run that nobody finishes: a check and a comment that end within a day and say why.
#include "service/workers/closing.h"

#include <gtest/gtest.h>

#include <map>

#include "core/config/config.h"
#include "core/json/json.h"
#include "core/protocol/spec_json.h"
#include "platform/ids.h"
#include "service/store/closing.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/outbox_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/run_for_tests.h"
#include "service/store/test_database.h"
#include "service/workers/announce.h"
#include "service/workers/judge.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;

const std::string blocking = "suites:\n  micro: { run: ./bench, format: json }\npolicy: { inconclusive: block }\n";

class ClosingTest : public store::TestDatabase {
  protected:
    ClosingTest() {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        });
    }
    /// A run of pull request 7 with one job for such a host. Returns its id.
    std::string ask(std::vector<std::string> labels, const std::string& config = "") {
        auto run = store::some_run(start());
        run.head_sha = "abc";
        run.config = config;
        store::NewJob job;
        job.repository_id = 1;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = "micro";
        job.labels = std::move(labels);
        protocol::JobSpec spec;
        spec.repository = "octo/engine";
        spec.base.sha = std::string(40, 'a');
        spec.head.sha = std::string(40, 'b');
        spec.suite.name = spec.experiment.suite = "micro";
        if (!config.empty()) spec.experiment.policy = config::parse(config).value().policy;
        job.spec_json = json::dump(to_json(spec));
        pool.transaction([&](store::Tx& tx) {
            store::insert_run(tx, run);
            store::insert_job(tx, job, start());
        });
        return run.run_id;
    }
    std::optional<store::JobRow> lease(store::Time when) {
        return pool.transaction([&](store::Tx& tx) {
            return store::lease_job(tx, {runner_, {"bare-metal", "x86_64"}, 90s, when});
        });
    }
    /// One round of the clock-driven work, and the judge after it.
    void pass(store::Time when) {
        now_ = when;
        closer_.work({});
        while (judge_.work({})) continue;
    }
    /// What waits to be said, by kind.
    std::map<std::string, json::Json> said() {
        std::map<std::string, json::Json> found;
        for (const auto& item : store::take_waiting(pool, now_)) found[item.kind] = json::parse(item.body_json).value();
        return found;
    }
    static std::string text(const json::Json& body, const char* key) { return json::text(body, key).value_or(""); }
    model::RunState state(const std::string& run) {
        return pool.transaction([&](store::Tx& tx) { return store::find_run(tx, run)->state; });
    }

    const std::string runner_ = platform::random_uuid();
    store::Time now_ = start();
    Closer closer_{pool, [this] { return now_; }};
    JudgeWorker judge_{pool, {"http://bench.invalid", ""}, [this] { return now_; }};
};

TEST_F(ClosingTest, ARunThatNoRunnerCameForIsClosedAfterADayAndSaysSo) {
    const auto run = ask({"bare-metal", "riscv"});
    pass(start() + 24h - 1s);
    EXPECT_EQ(state(run), model::RunState::queued);
    EXPECT_TRUE(said().empty());
    pass(start() + 24h);
    EXPECT_EQ(state(run), model::RunState::finished);
    auto all = said();
    EXPECT_EQ(text(all["check:benchgate"], "status"), "completed");
    EXPECT_EQ(text(all["check:benchgate"], "conclusion"), "neutral");
    for (const auto& words : {text(all["check:benchgate"], "summary"), text(all["comment"], "markdown")}) {
        EXPECT_NE(words.find("no runner with the labels bare-metal, riscv took it within 24 hours"), std::string::npos)
            << words;
        EXPECT_NE(words.find("`/rebench retry` measures"), std::string::npos) << words;
        EXPECT_EQ(words.find("End of the log"), std::string::npos) << words;
    }
    pass(start() + 48h);
    EXPECT_TRUE(said().empty()) << "said once";
}

TEST_F(ClosingTest, WhereNoResultBlocksTheCheckWaitsForAPerson) {
    ask({}, blocking);
    pass(start() + 25h);
    const auto check = said()["check:benchgate"];
    EXPECT_EQ(text(check, "conclusion"), "action_required");
    EXPECT_NE(text(check, "summary").find("no runner took it within 24 hours"), std::string::npos)
        << text(check, "summary");
}

TEST_F(ClosingTest, AJobThatARunnerHasIsTakenFromItAfterADayToo) {
    const auto run = ask({"bare-metal"});
    const auto job = lease(start() + 23h + 50min);
    ASSERT_TRUE(job);
    pass(start() + 24h);
    EXPECT_EQ(state(run), model::RunState::finished);
    EXPECT_NE(text(said()["comment"], "markdown").find("not finished within 24 hours"), std::string::npos);
    pool.transaction([&](store::Tx& tx) {
        store::Beat beat;
        beat.now = now_;
        EXPECT_EQ(store::heartbeat(tx, {job->job.job_id, job->epoch, runner_}, beat).fence, store::Fence::gone)
            << "its runner is not told to stop";
    });
}

TEST_F(ClosingTest, ARunThatCannotBeClosedOtherwiseGetsAClosedCheckAllTheSame) {
    const auto run = ask({}, blocking);
    pool.transaction([&](store::Tx& tx) {
        // As after a report that could not be rendered: the job is judged, the run open.
        const auto job = store::jobs_of_run(tx, 1, run).at(0).job.job_id;
        store::give_up_jobs(tx, start(), 24, start());
        store::mark_job_judged(tx, job, start());
    });
    pass(start() + 24h);
    EXPECT_EQ(state(run), model::RunState::failed);
    const auto check = said()["check:benchgate"];
    EXPECT_EQ(text(check, "status"), "completed");
    EXPECT_EQ(text(check, "conclusion"), "action_required");
    EXPECT_EQ(text(check, "external_id"), run);
    pass(start() + 25h);
    EXPECT_TRUE(said().empty());
}

}  // namespace
}  // namespace benchgate::workers
