#include "service/workers/watch.h"

#include <gtest/gtest.h>

#include "platform/ids.h"
#include "service/store/inbox.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"
#include "service/store/trials.h"

namespace benchgate::workers {
namespace {

struct Watch : store::TestDatabase {};

TEST_F(Watch, AServiceThatRunsForMonthsHasAPlaceForNewSamples) {
    const auto in_four_months = start() + std::chrono::days(120);
    const auto partitions = [&] {
        return pool.transaction([&](store::Tx& tx) {
            return store::drop_sample_partitions(tx, in_four_months + std::chrono::days(365)).size();
        });
    };
    EXPECT_EQ(partitions(), 2u) << "this month and the next, made at the start";
    Upkeep upkeep(pool, [&] { return in_four_months; });
    EXPECT_FALSE(upkeep.work({}));
    EXPECT_EQ(partitions(), 2u) << "the month four months on and its next";
}

TEST_F(Watch, WhatHasServedIsForgottenAndWhatHasNotIsKept) {
    const auto kept = [&] {
        return pool.transaction([](store::Tx& tx) { return store::recent_deliveries(tx, 5000).size(); });
    };
    std::vector<store::Delivery> deliveries;
    for (int i = 0; i < 1200; ++i) deliveries.push_back({"done-" + std::to_string(i), "ping", "{}", "{}"});
    deliveries.push_back({"waiting", "ping", "{}", "{}"});
    pool.transaction([&](store::Tx& tx) {
        store::insert_deliveries(tx, deliveries, start());
        for (int i = 0; i < 1200; ++i) {
            const auto none = [](const store::Delivery&) { return std::int64_t{0}; };
            EXPECT_TRUE(store::mark_delivery_done(
                tx, *store::take_next_delivery(tx, {start(), std::chrono::seconds(30), none}), start()));
        }
    });
    Upkeep soon(pool, [&] { return start() + std::chrono::days(29); });
    soon.work({});
    EXPECT_EQ(kept(), 1201u);
    Upkeep later(pool, [&] { return start() + std::chrono::days(31); });
    later.work({});
    EXPECT_EQ(kept(), 1u) << "only what waits";
}

TEST_F(Watch, ARunIsInProgressOnceARunnerHasOneOfItsJobs) {
    store::RunRow run;
    run.repository_id = 1;
    run.created_at = start();
    std::vector<std::string> ids;
    pool.transaction([&](store::Tx& tx) {
        store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        for (const char* label : {"here", "elsewhere"}) {
            run.run_id = platform::random_uuid();
            ids.push_back(run.run_id);
            store::insert_run(tx, run);
            store::NewJob job;
            job.repository_id = 1;
            job.job_id = platform::random_uuid();
            job.run_id = run.run_id;
            job.labels = {label};
            job.spec_json = "{}";
            store::insert_job(tx, job, start());
        }
        EXPECT_TRUE(store::lease_job(tx, {platform::random_uuid(), {"here"}, std::chrono::seconds(90), start()}));
    });
    ProgressWatch progress(pool, {"http://bench.invalid", ""}, [&] { return start(); });
    progress.work({});
    progress.work({});
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(store::find_run(tx, ids[0])->state, model::RunState::running);
        EXPECT_EQ(store::find_run(tx, ids[1])->state, model::RunState::queued);
        EXPECT_EQ(store::outbox_counts(tx).waiting, 1) << "said once";
    });
}

TEST_F(Watch, WhatWasSaidIsForgottenAfterAWeekAndWhatWasGivenUpIsNot) {
    pool.transaction([&](store::Tx& tx) {
        for (int k = 0; k < 1500; ++k) store::put_outbox(tx, {k, "pull/1", "comment", "1", start()}, start());
        auto claimed = store::claim_due_items(tx, start(), {.hold = std::chrono::seconds(60), .most = 1});
        store::mark_dead(tx, claimed.items.at(0), "422", start());
        store::release_lane(tx, claimed.items.at(0).lane, {}, {}, start());
    });
    store::send_everything(pool, start());
    const auto kept = [&] { return pool.transaction([&](store::Tx& tx) { return store::outbox_counts(tx).dead; }); };
    Upkeep upkeep(pool, [&] { return start() + std::chrono::days(8); });
    upkeep.work({});
    EXPECT_EQ(kept(), 1);
    pool.transaction(
        [&](store::Tx& tx) { EXPECT_EQ(store::prune_outbox(tx, start() + std::chrono::days(8), 2000), 0u); });
}

}  // namespace
}  // namespace benchgate::workers
