#include "service/store/calibrations.h"

#include "platform/ids.h"
#include "service/store/leases.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"
#include "service/store/verdicts.h"

namespace benchgate::store {
namespace {

using model::VerdictKind;

const std::string first_host = "00000001-0000-4000-8000-000000000001";
const std::string second_host = "00000001-0000-4000-8000-000000000002";

struct Seen {
    std::string benchmark;
    VerdictKind kind;
    bool exact = false;
    bool gating = true;
};

class CalibrationsTest : public TestDatabase {
  protected:
    /// One judged job of a run of its own.
    void judged(model::RunKind kind, const std::string& host, const std::vector<Seen>& seen, Time at,
                std::int64_t repository = 1) {
        RunRow run;
        run.repository_id = repository;
        run.run_id = platform::random_uuid();
        run.kind = kind;
        run.head_sha = run.base_sha = run.merge_base = "a";
        run.base_ref = "main";
        run.trigger_id = "delivery";
        run.created_at = at;
        NewJob job;
        job.repository_id = repository;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = "micro";
        job.spec_json = R"({"experiment": {"false_alarms": 0.01}})";
        JudgedJob judgement{repository, run.run_id, job.job_id, job.suite, at, {}};
        judgement.judgement.tests = static_cast<int>(seen.size());
        for (const auto& one : seen) {
            model::Verdict verdict;
            verdict.series.key = {one.benchmark, "time"};
            verdict.series.gating = one.gating;
            verdict.kind = one.kind;
            verdict.exact = one.exact;
            verdict.minimum_detectable = 0.04;
            judgement.judgement.verdicts.push_back(verdict);
        }
        pool.transaction([&](Tx& tx) {
            insert_run(tx, run);
            insert_job(tx, job, at);
            ASSERT_TRUE(lease_job(tx, {.runner_id = host, .labels = {}, .now = at}));
            replace_verdicts(tx, judgement);
        });
    }
    std::vector<CalibratedRow> series(const CalibrationQuery& query) {
        return pool.transaction([&](Tx& tx) { return calibrated_series(tx, query); });
    }
    std::vector<CalibratedHost> hosts(const CalibrationQuery& query) {
        return pool.transaction([&](Tx& tx) { return calibrated_hosts(tx, query); });
    }
};

TEST_F(CalibrationsTest, CountsAlarmsOfBothDirectionsPerHostAndSeries) {
    const auto kind = model::RunKind::calibration;
    judged(kind, first_host, {{"noisy", VerdictKind::regressed}, {"sort", VerdictKind::unchanged}}, start());
    judged(kind, first_host, {{"noisy", VerdictKind::improved}, {"sort", VerdictKind::inconclusive}}, start());
    judged(kind, second_host, {{"noisy", VerdictKind::unchanged}, {"sort", VerdictKind::unchanged}}, start());

    const auto rows = series({.repository_id = 1, .now = start()});
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[0].runner_id, first_host);
    EXPECT_EQ(rows[0].series, (model::CalibratedSeries{{"noisy", "time"}, {2, 2, 0.01}}));
    EXPECT_EQ(rows[0].detectable, 0.04);
    EXPECT_EQ(rows[1].series, (model::CalibratedSeries{{"sort", "time"}, {2, 0, 0.01}}));
    EXPECT_EQ(rows[2].series, (model::CalibratedSeries{{"noisy", "time"}, {1, 0, 0.01}}));

    const auto jobs = hosts({.repository_id = 1, .now = start()});
    ASSERT_EQ(jobs.size(), 2u);
    EXPECT_EQ(jobs[0].jobs, (model::FalseAlarms{2, 2, 0.02}));
    EXPECT_EQ(jobs[1].jobs, (model::FalseAlarms{1, 0, 0.02}));
    EXPECT_EQ(hosts({.repository_id = 1, .runner_id = second_host, .now = start()}).size(), 1u);
    EXPECT_TRUE(hosts({.repository_id = 1, .suite = "other", .now = start()}).empty());
}

TEST_F(CalibrationsTest, OnlyComparisonsOfOneCommitWithItselfCount) {
    judged(model::RunKind::pull_request, first_host, {{"sort", VerdictKind::regressed}}, start());
    judged(model::RunKind::calibration, first_host, {{"sort", VerdictKind::regressed}}, start(), 2);
    judged(model::RunKind::calibration, first_host,
           {{"broken", VerdictKind::failed}, {"recorded", VerdictKind::regressed, false, false}}, start());
    judged(model::RunKind::calibration, first_host, {{"old", VerdictKind::regressed}},
           start() - calibrations_for - std::chrono::hours(1));
    EXPECT_TRUE(series({.repository_id = 1, .now = start()}).empty());
    EXPECT_TRUE(hosts({.repository_id = 1, .now = start()}).empty());
}

TEST_F(CalibrationsTest, AnExactCounterIsPromisedNeverToDiffer) {
    judged(model::RunKind::calibration, first_host, {{"instructions", VerdictKind::regressed, true}}, start());
    EXPECT_EQ(series({.repository_id = 1, .now = start()}).at(0).series.counted, (model::FalseAlarms{1, 1, 0}));
}

}  // namespace
}  // namespace benchgate::store
