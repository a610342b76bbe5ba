#include "service/store/calibrations.h"

#include "service/store/judged_for_tests.h"
#include "service/store/repositories.h"

namespace benchgate::store {
namespace {

using model::VerdictKind;

const std::string first_host = "00000001-0000-4000-8000-000000000001";
const std::string second_host = "00000001-0000-4000-8000-000000000002";

class CalibrationsTest : public TestDatabase {
  protected:
    void judged(model::RunKind kind, const std::string& host, const std::vector<JudgedSeries>& seen, Time at,
                std::int64_t repository = 1) {
        pool.transaction([&](Tx& tx) { insert_judged_run(tx, {kind, host, seen, at, repository}); });
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
    EXPECT_EQ(jobs[0].jobs.comparisons, 2);
    EXPECT_EQ(jobs[0].jobs.alarms, 2);
    EXPECT_NEAR(jobs[0].jobs.promised, 0.02, 1e-12);
    EXPECT_EQ(jobs[1].jobs.alarms, 0);
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
    judged(model::RunKind::calibration, first_host, {{"later", VerdictKind::regressed}},
           start() + std::chrono::seconds(1));
    EXPECT_TRUE(series({.repository_id = 1, .now = start()}).empty());
    EXPECT_TRUE(hosts({.repository_id = 1, .now = start()}).empty());
}

TEST_F(CalibrationsTest, AnExactCounterIsPromisedNeverToDiffer) {
    judged(model::RunKind::calibration, first_host, {{"instructions", VerdictKind::regressed, true}}, start());
    EXPECT_EQ(series({.repository_id = 1, .now = start()}).at(0).series.counted, (model::FalseAlarms{1, 1, 0}));
}

TEST_F(CalibrationsTest, ARepositoryInUseIsDueOnceAWeek) {
    using std::chrono::hours;
    const hours week{168};
    const auto due = [&](Time now) {
        return pool.transaction([&](Tx& tx) { return due_for_calibration(tx, week, now); });
    };
    for (const std::int64_t id : {1, 3}) judged(model::RunKind::pull_request, first_host, {}, start(), id);
    for (const std::int64_t id : {1, 2, 3})
        pool.transaction([&](Tx& tx) {
            upsert_repository(tx, {id, "acme", "r" + std::to_string(id), "main", 5, false, id != 3}, start());
        });
    EXPECT_TRUE(due(start() + hours(1)).empty()) << "it was measured for the first time an hour ago";
    const auto later = start() + week + hours(1);
    EXPECT_EQ(due(later), std::vector<std::int64_t>{1}) << "2 is not in use, 3 is out of reach";
    judged(model::RunKind::calibration, first_host, {}, later, 1);
    EXPECT_TRUE(due(later + hours(100)).empty());
    EXPECT_EQ(due(later + week + hours(1)), std::vector<std::int64_t>{1});
    EXPECT_TRUE(due(start() + hours(24 * 40)).empty()) << "nobody uses it any more";
}

}  // namespace
}  // namespace benchgate::store
