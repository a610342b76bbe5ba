#include "service/workers/calibrations.h"

#include "core/json/json.h"
#include "core/planning/events.h"
#include "service/store/judged_for_tests.h"

namespace benchgate::workers {
namespace {

using std::chrono::hours;

class CalibrationScheduleTest : public store::TestDatabase {
  protected:
    CalibrationScheduleTest() {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, repository, start());
            store::insert_judged_run(tx, {.kind = model::RunKind::push,
                                          .runner_id = "00000001-0000-4000-8000-000000000001",
                                          .at = start(),
                                          .repository_id = repository.repository_id});
        });
    }
    std::int64_t waiting() {
        return pool.transaction([](store::Tx& tx) { return store::inbox_counts(tx).waiting; });
    }
    const store::RepositoryRow repository{7, "acme", "engine", "main", 5, true, true};
};

TEST_F(CalibrationScheduleTest, AsksOnceHoweverManyProcessesLook) {
    const auto in_a_week = [&] { return start() + hours(170); };
    CalibrationSchedule one(pool, in_a_week, hours(168)), other(pool, in_a_week, hours(168));
    one.work({});
    other.work({});
    one.work({});
    EXPECT_EQ(waiting(), 1);
}

TEST_F(CalibrationScheduleTest, RepositoriesThatCannotBeCalibratedHoldUpNoOther) {
    pool.transaction([&](store::Tx& tx) {
        for (std::int64_t id = 8; id < 8 + 50; ++id) {
            store::upsert_repository(tx, {id, "acme", "r" + std::to_string(id), "main", 5, true, true}, start());
            store::insert_judged_run(tx, {.kind = model::RunKind::push,
                                          .runner_id = "00000001-0000-4000-8000-000000000001",
                                          .at = start(),
                                          .repository_id = id});
        }
    });
    auto later = start() + hours(170);
    CalibrationSchedule schedule(
        pool, [&] { return later; }, hours(168));
    schedule.work({});
    EXPECT_EQ(waiting(), 50);
    schedule.work({});
    EXPECT_EQ(waiting(), 51) << "of none came a run, so all are due still";
    later += hours(24);
    schedule.work({});
    EXPECT_EQ(waiting(), 101) << "and asked for again the next day";
}

TEST_F(CalibrationScheduleTest, AsksNothingTooEarlyOrWhereItIsTurnedOff) {
    CalibrationSchedule early(
        pool, [&] { return start() + hours(160); }, hours(168));
    CalibrationSchedule off(
        pool, [&] { return start() + hours(1000); }, hours(0));
    early.work({});
    off.work({});
    EXPECT_EQ(waiting(), 0);
}

TEST_F(CalibrationScheduleTest, TheRequestIsReadAsItWasMeant) {
    const auto request = calibration_request(repository, "calibration-1", {"micro", "load"});
    EXPECT_EQ(request.origin, store::Origin::asked);
    const auto event = planning::read_event(request.event, json::parse(request.body).value());
    ASSERT_TRUE(event) << event.error().message;
    const auto& read = std::get<planning::CalibrationEvent>(*event);
    EXPECT_EQ(read.source.repository.id, 7);
    EXPECT_EQ(read.source.repository.full_name(), "acme/engine");
    EXPECT_EQ(read.source.repository.default_branch, "main");
    EXPECT_EQ(read.source.installation_id, 5);
    EXPECT_EQ(read.suites, (std::vector<std::string>{"micro", "load"}));
}

}  // namespace
}  // namespace benchgate::workers
