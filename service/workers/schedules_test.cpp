// From a configuration that schedules suites to the run of a due time, and what becomes of the next one.
#include "service/workers/schedules.h"

#include <set>
#include <thread>

#include "core/json/json.h"
#include "core/planning/plan.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"
#include "service/workers/calibrations.h"
#include "service/workers/inbox.h"
#include "service/workers/supposing.h"

namespace benchgate::workers {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const std::string nightly =
    "suites:\n  micro: { run: ./bench }\n"
    "  load: { run: ./load, on: { schedule: '0 2 * * *' } }\n"
    "  soak: { run: ./soak, on: { schedule: '0 2 * * *', push: true } }\n";

std::string sha(char digit) {
    return std::string(40, digit);
}

/// A branch that nobody has to fetch.
class Branch final : public Supposing {
  public:
    Branch(std::string config, std::vector<std::string> line)
        : Supposing({std::move(config), planning::Permission::none}, nullptr, nullptr, {}), line_(std::move(line)) {}
    std::optional<OwnCommit> resolve(const github::Repository&, const std::string& name, std::stop_token) override {
        return OwnCommit{line_.back(), name};
    }
    std::vector<std::string> line(const github::Repository&, const std::string&, const std::string&, std::size_t,
                                  std::stop_token) override {
        return line_;
    }

  private:
    std::vector<std::string> line_;
};

class SchedulesTest : public store::TestDatabase {
  protected:
    SchedulesTest() { put_repository(7); }
    void put_repository(std::int64_t id) {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {id, "acme", "engine", "main", 5, false, true}, now);
        });
    }
    void keep(std::int64_t repository_id, const std::vector<std::string>& suites,
              const std::string& line = "0 2 * * *") {
        pool.transaction([&](store::Tx& tx) {
            std::vector<store::ScheduleRow> rows;
            for (const auto& suite : suites) rows.push_back({repository_id, suite, line, night});
            store::keep_schedules(tx, repository_id, rows, now);
        });
    }
    std::vector<store::ScheduleRow> kept(std::int64_t repository_id = 7) {
        return pool.transaction([&](store::Tx& tx) { return store::schedules_of(tx, repository_id); });
    }
    std::string said_of(const std::string& suite) {
        for (const auto& row : kept())
            if (row.suite == suite) return row.said;
        return "(no such schedule)";
    }
    void look(store::Time at) {
        ScheduleWorker(pool, [at] { return at; }).work({});
    }
    std::int64_t waiting() {
        return pool.transaction([](store::Tx& tx) { return store::inbox_counts(tx).waiting; });
    }
    /// Takes what waits in the inbox up, with the branch as it is.
    void handle(Asking& branch) {
        Intake intake(branch, {"http://bench.invalid", ""});
        InboxWorker inbox(pool, intake, [this] { return now; });
        while (inbox.work({})) continue;
    }
    std::vector<store::RunRow> runs() {
        return pool.transaction([](store::Tx& tx) { return store::list_runs(tx, 7, {}, 10); });
    }
    /// Every job that waits is done by some runner.
    void measure(store::Outcome outcome = store::Outcome::succeeded) {
        const std::string runner = "00000001-0000-4000-8000-000000000001";
        pool.transaction([&](store::Tx& tx) {
            while (const auto job = store::lease_job(tx, {runner, {}, std::chrono::seconds(90), now}))
                store::finish_job(tx, {job->job.job_id, job->epoch, runner},
                                  {.outcome = outcome,
                                   .phase = "upload",
                                   .reason = "",
                                   .manifest_json = "{}",
                                   .signature = "",
                                   .now = now});
        });
    }

    const store::Time night = std::chrono::floor<days>(start()) + hours(26);
    store::Time now = night - hours(3);
};

TEST_F(SchedulesTest, SuitesThatAreDueTogetherAreOneRunAndTheNextTimeIsTheNextNight) {
    keep(7, {"load", "soak"});
    look(night - minutes(1));
    EXPECT_EQ(waiting(), 0);
    now = night;
    look(now);
    look(now);
    EXPECT_EQ(waiting(), 1);
    EXPECT_EQ(kept().at(0).next_at, night + days(1));
    Branch branch(nightly, {sha('1'), sha('2')});
    handle(branch);
    ASSERT_EQ(runs().size(), 1u);
    const auto run = runs().at(0);
    EXPECT_EQ(run.kind, model::RunKind::schedule);
    EXPECT_EQ(run.head_sha, sha('2'));
    EXPECT_EQ(run.merge_base, sha('1'));
    EXPECT_EQ(said_of("load"), "222222222 is measured against 111111111");
    std::set<std::string> checks;
    for (const auto& item : store::send_everything(pool, now)) checks.insert(item.kind);
    EXPECT_EQ(checks, (std::set<std::string>{"check:benchgate/load", "check:benchgate/soak"}))
        << "the commit's own check is the push's";
    const auto jobs = pool.transaction([&](store::Tx& tx) { return store::jobs_of_run(tx, 7, run.run_id); });
    EXPECT_EQ(jobs.at(0).job.priority, 10);
}

TEST_F(SchedulesTest, TheNextNightIsComparedWithThisOneAndNothingIsMeasuredTwice) {
    keep(7, {"load", "soak"});
    const auto next_night = [&](const std::vector<std::string>& line) {
        now += days(1);
        look(now);
        Branch branch(nightly, line);
        handle(branch);
    };
    now = night - days(1);
    next_night({sha('1'), sha('2')});
    next_night({sha('1'), sha('2'), sha('3')});
    EXPECT_EQ(runs().size(), 1u) << "nobody has measured the first night yet";
    EXPECT_EQ(said_of("soak"), "not started again: the run of an earlier time is not over");
    measure();
    next_night({sha('1'), sha('2')});
    EXPECT_EQ(runs().size(), 1u);
    EXPECT_EQ(said_of("soak"), "skipped: nothing changed, 222222222 is measured already");
    next_night({sha('1'), sha('2'), sha('3'), sha('4')});
    ASSERT_EQ(runs().size(), 2u);
    EXPECT_EQ(runs().at(0).merge_base, sha('2')) << "last night's commit, not the one before the head";
    measure(store::Outcome::failed);
    next_night({sha('1'), sha('2'), sha('3'), sha('4')});
    EXPECT_EQ(runs().size(), 3u) << "it was not measured yet";
}

TEST_F(SchedulesTest, OneRunHoweverManyProcessesLookAtOnce) {
    for (std::int64_t id = 7; id < 17; ++id) {
        put_repository(id);
        keep(id, {"a", "b", "c", "d"});
    }
    std::vector<std::jthread> processes;
    for (int i = 0; i < 4; ++i)
        processes.emplace_back([&] {
            store::Pool own({.url = url, .connections = 1});
            ScheduleWorker worker(own, [this] { return night; });
            for (int look = 0; look < 5; ++look) worker.work({});
        });
    processes.clear();
    EXPECT_EQ(waiting(), 10) << "one for each repository";
}

TEST_F(SchedulesTest, TimesThatPassedUnnoticedAreMadeUpForByOneRun) {
    keep(7, {"load"}, "*/5 * * * *");
    look(night + days(9) + minutes(2));
    look(night + days(9) + minutes(3));
    EXPECT_EQ(waiting(), 1);
    EXPECT_EQ(kept().at(0).next_at, night + days(9) + minutes(5));
}

TEST_F(SchedulesTest, NothingIsStartedWhereTheAppIsNotInReach) {
    keep(7, {"load"});
    pool.transaction([&](store::Tx& tx) { store::set_installation_suspended(tx, 5, true, now); });
    look(night);
    EXPECT_EQ(waiting(), 0);
    pool.transaction([&](store::Tx& tx) { store::set_installation_suspended(tx, 5, false, now); });
    look(night + hours(1));
    EXPECT_EQ(waiting(), 1);
}

TEST_F(SchedulesTest, APushKeepsWhatTheHeadSchedulesAndALineThatStaysKeepsItsTime) {
    const auto push = [&](const std::string& config) {
        const json::Json payload{
            {"ref", "refs/heads/main"},
            {"before", sha('1')},
            {"after", sha('2')},
            {"repository", {{"id", 7}, {"name", "engine"}, {"owner", {{"login", "acme"}}}, {"default_branch", "main"}}},
            {"installation", {{"id", 5}}}};
        Branch branch(config, {sha('1'), sha('2')});
        Intake intake(branch, {});
        store::InboxRow row;
        row.delivery = {"guid", "push", "{}", json::dump(payload)};
        const auto deed = intake.prepare(row, {});
        pool.transaction([&](store::Tx& tx) { intake.write(deed, tx, now); });
    };
    push(nightly);
    ASSERT_EQ(kept().size(), 2u);
    EXPECT_EQ(kept().at(0).next_at, night);
    now = night + minutes(1);
    push(nightly);
    EXPECT_EQ(kept().at(0).next_at, night) << "due, and not started yet";
    push("suites:\n  load: { run: ./load, on: { schedule: '30 2 * * *' } }\n");
    ASSERT_EQ(kept().size(), 1u);
    EXPECT_EQ(kept().at(0).next_at, night + minutes(30));
    push("suites: 7\n");
    EXPECT_EQ(kept().size(), 1u) << "a mistake ends nothing";
    push("suites:\n  micro: { run: ./bench }\n");
    EXPECT_TRUE(kept().empty());
}

TEST_F(SchedulesTest, ARepositoryInUseIsReadOnceWithoutWaitingForAPush) {
    put_repository(8);
    pool.transaction([&](store::Tx& tx) {
        store::RunRow run;
        run.repository_id = 7;
        run.run_id = platform::random_uuid();
        run.created_at = now;
        run.state = model::RunState::finished;
        store::insert_run(tx, run);
    });
    look(now);
    look(now);
    EXPECT_EQ(waiting(), 1) << "of one that nobody uses nothing is fetched";
    Branch branch(nightly, {sha('1'), sha('2')});
    handle(branch);
    EXPECT_EQ(kept().size(), 2u);
    EXPECT_EQ(runs().size(), 1u) << "nothing is due";
}

TEST_F(SchedulesTest, WhatCannotBeStartedIsSaidBesideTheSchedule) {
    keep(7, {"load"});
    look(night);
    now = night;
    Branch branch("suites: 7\n", {sha('1'), sha('2')});
    handle(branch);
    EXPECT_EQ(said_of("load"), "the configuration at 222222222 has mistakes");
    EXPECT_TRUE(runs().empty());
}

TEST_F(SchedulesTest, NobodyElseMayStartOne) {
    const auto request =
        own_request(planning::schedule_event, {7, "acme", "engine", "main", 5, false, true}, "x", {"load"});
    auto forged = request;
    forged.origin = store::Origin::webhook;
    pool.transaction([&](store::Tx& tx) { store::insert_deliveries(tx, std::span(&forged, 1), now); });
    Branch branch(nightly, {sha('1'), sha('2')});
    handle(branch);
    EXPECT_TRUE(runs().empty());
    EXPECT_TRUE(kept().empty());
}

}  // namespace
}  // namespace benchgate::workers
