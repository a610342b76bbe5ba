#include "service/store/recovery.h"

#include "service/store/inbox.h"
#include "service/store/pull_requests.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

class RecoveryTest : public TestDatabase {
  protected:
    void know(std::int64_t id, bool active = true) {
        pool.transaction([&](Tx& tx) {
            upsert_repository(tx, {id, "octo", std::to_string(id), "main", 5, false, active}, start());
        });
    }
    std::int64_t next(Time before, const std::vector<std::int64_t>& resting = {}) {
        return pool.transaction([&](Tx& tx) {
            const auto next = next_to_reconcile(tx, before, {resting, {}});
            return next ? next->repository.repository_id : 0;
        });
    }
};

TEST_F(RecoveryTest, RemembersHowFarItLooked) {
    RecoveryRow row{.app_id = 7, .reconcile_since = start()};
    pool.transaction([&](Tx& tx) {
        EXPECT_FALSE(find_recovery(tx, 7));
        ask_for_reconciliation(tx, start());
        put_recovery(tx, row);
        EXPECT_EQ(find_recovery(tx, 7), row);
        row.looked_until = row.walk_from = row.looked_at = start() + 1s;
        row.walk_cursor = "v1_123";
        put_recovery(tx, row);
        row.reach_at = start();
        set_reach_compared(tx, 7, start());
        EXPECT_EQ(find_recovery(tx, 7), row);
    });
}

TEST_F(RecoveryTest, AWishToCompareEverythingIsNotLostToWhoReadsTheLogMeanwhile) {
    RecoveryRow row{.app_id = 7, .reconcile_since = start()};
    pool.transaction([&](Tx& tx) { put_recovery(tx, row); });
    pool.transaction([&](Tx& tx) { ask_for_reconciliation(tx, start() + 1min); });
    pool.transaction([&](Tx& tx) { put_recovery(tx, row); });
    pool.transaction([&](Tx& tx) { EXPECT_EQ(find_recovery(tx, 7)->reconcile_since, start() + 1min); });
}

TEST_F(RecoveryTest, RepositoriesComeOneAfterTheOtherAndOnlyThoseInReach) {
    know(1);
    know(2);
    know(3, false);
    EXPECT_EQ(next(start(), {5}), 0) << "GitHub asked its installation to wait";
    EXPECT_EQ(next(start()), 1);
    pool.transaction([&](Tx& tx) { set_reconciled(tx, 1, start()); });
    EXPECT_EQ(next(start()), 2);
    pool.transaction([&](Tx& tx) { set_reconciled(tx, 2, start() + 1s); });
    EXPECT_EQ(next(start()), 0);
    EXPECT_EQ(next(start() + 1min), 1) << "the one compared longest ago";
}

TEST_F(RecoveryTest, ADeliveryKeepsHowItCame) {
    const std::vector<Delivery> batch{{"a", "push", "{}", "{}", Origin::recovered},
                                      {"b", "push", "{}", "{}", Origin::reconciled},
                                      {"c", "push", "{}", "{}"}};
    pool.transaction([&](Tx& tx) { insert_deliveries(tx, batch, start()); });
    pool.transaction([&](Tx& tx) {
        for (const auto& one : batch) EXPECT_EQ(find_delivery(tx, one.delivery_id)->delivery.origin, one.origin);
        EXPECT_EQ(missing_deliveries(tx, {"z", "a", "y\"},{\\", "c"}), (std::vector<std::string>{"z", "y\"},{\\"}));
        EXPECT_TRUE(missing_deliveries(tx, {}).empty());
    });
}

TEST_F(RecoveryTest, WhatGitHubSaysNowStandsButTakesNoLaterEventsWord) {
    PullRequestRow row{1, 7, std::string(40, 'a'), "main", std::nullopt, false, true, std::nullopt, false};
    pool.transaction([&](Tx& tx) {
        EXPECT_TRUE(upsert_pull_request(tx, row, 10, start()));
        row.head_sha = std::string(40, 'b');
        EXPECT_FALSE(upsert_pull_request(tx, row, 5, start())) << "an old event";
        EXPECT_TRUE(upsert_pull_request(tx, row, Telling{5, true}, start())) << "asked of GitHub";
        EXPECT_EQ(find_pull_request(tx, 1, 7), row);
        EXPECT_FALSE(upsert_pull_request(tx, row, 9, start())) << "older than the event that told before";
        row.draft = true;
        EXPECT_TRUE(upsert_pull_request(tx, row, 11, start()));
        EXPECT_EQ(find_pull_request(tx, 1, 7)->draft, true);
    });
}

TEST_F(RecoveryTest, NamesThePullRequestsThatMayHaveMovedUnheard) {
    const auto pull = [&](std::int64_t number, bool open) {
        pool.transaction([&](Tx& tx) {
            upsert_pull_request(tx, {1, number, std::string(40, 'a'), "main", std::nullopt, false, open, std::nullopt},
                                1, start());
        });
    };
    const auto run = [&](const std::string& id, std::int64_t number, model::RunKind kind) {
        RunRow row{.repository_id = 1,
                   .run_id = "00000000-0000-4000-8000-00000000000" + id,
                   .kind = kind,
                   .number = number,
                   .created_at = start()};
        pool.transaction([&](Tx& tx) { insert_run(tx, row); });
        return row.run_id;
    };
    EXPECT_FALSE(pool.transaction([&](Tx& tx) { return has_runs(tx, 1); }));
    pull(5, true);
    for (const std::int64_t number : {6, 7, 8, 9}) pull(number, false);
    run("1", 7, model::RunKind::pull_request);
    run("2", 7, model::RunKind::command);
    run("3", 8, model::RunKind::merge_group);
    const auto over = run("4", 9, model::RunKind::pull_request);
    pool.transaction([&](Tx& tx) {
        EXPECT_TRUE(has_runs(tx, 1));
        cancel_run(tx, 1, over, start());
        std::string found;
        for (const auto& one : known_pulls(tx, 1, {6, 4711}))
            found += std::to_string(one.pull.number) + (one.has_open_runs ? "+ " : " ");
        EXPECT_EQ(found, "5 6 7+ ");
    });
}

}
}
