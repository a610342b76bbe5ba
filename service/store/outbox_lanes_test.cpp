// One writer an installation: what holds between senders, between processes, and through limits.
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "service/store/outbox_fixture_for_tests.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

using OutboxLanesTest = OutboxFixture;

TEST_F(OutboxLanesTest, AnInstallationIsWrittenForOneItemAtATime) {
    install(2, 1);
    put("pull/7", "comment", "1");
    put("pull/8", "comment", "2");
    put("pull/7", "comment", "3", 2);
    const auto first = claim(start());
    EXPECT_EQ(first->body_json, "1");
    EXPECT_TRUE(claim_many(start(), 10).items.empty()) << "another repository of it neither";
    sent(*first);
    EXPECT_EQ(claim(start())->body_json, "2");
}

TEST_F(OutboxLanesTest, ABusyInstallationHoldsUpNoOther) {
    install(2, 2);
    install(3, 3);
    for (int k = 0; k < 20; ++k) put("pull/" + std::to_string(k), "comment", "1");
    put("pull/7", "comment", "2", 2);
    put("pull/7", "comment", "3", 3);
    const auto claimed = claim_many(start(), 8);
    std::set<std::int64_t> installations;
    for (const auto& item : claimed.items) installations.insert(item.lane.installation_id);
    EXPECT_EQ(claimed.items.size(), 3u);
    EXPECT_EQ(installations, (std::set<std::int64_t>{1, 2, 3}));
}

TEST_F(OutboxLanesTest, WhoCameLastDoesNotWaitForTheWholeQueuesOfOthers) {
    for (int r = 1; r <= 5; ++r) {
        install(r, r);
        for (int k = 0; k < 20; ++k) put("pull/" + std::to_string(k), "comment", "1", r);
    }
    install(9, 9);
    std::vector<std::int64_t> order;
    for (int k = 0; k < 12; ++k) {
        const auto now = start() + (k + 1) * 10ms;
        if (k == 3) pool.transaction([&](Tx& tx) { put_outbox(tx, {9, "pull/1", "comment", "1", now}, now); });
        const auto item = claim(now);
        ASSERT_TRUE(item);
        order.push_back(item->lane.installation_id);
        sent(*item, {}, {}, now);
    }
    const auto place = std::find(order.begin(), order.end(), 9) - order.begin();
    EXPECT_EQ(place, 5) << "only those go before it that were due at the first moment and have not been served";
    EXPECT_GT(std::count(order.begin(), order.end(), 5), 0) << "and nobody is forgotten for it";
}

TEST_F(OutboxLanesTest, GitHubsWishToWaitHoldsForTheWholeInstallation) {
    install(2, 2);
    put("pull/7", "comment", "1");
    put("pull/8", "comment", "2");
    put("pull/7", "comment", "3", 2);
    const auto limited = claim(start());
    pool.transaction([&](Tx& tx) {
        retry_item(tx, *limited, "rate limited", start() + 90s);
        const auto free_at =
            release_lane(tx, limited->lane, {.rest_until = start() + 90s, .rest_reason = "secondary"}, {}, start());
        EXPECT_EQ(free_at, start() + 90s);
        const auto resting = resting_lanes(tx, start(), 10);
        ASSERT_EQ(resting.size(), 1u);
        EXPECT_EQ(resting[0].installation_id, 1);
        EXPECT_EQ(resting[0].until, start() + 90s);
        EXPECT_EQ(resting[0].reason, "secondary");
    });
    EXPECT_EQ(claim(start())->body_json, "3") << "another installation goes on";
    put("pull/9", "comment", "4");
    const auto nothing = claim_many(start() + 30s, 10);
    EXPECT_TRUE(nothing.items.empty()) << "new items wait too";
    EXPECT_EQ(nothing.next_due, start() + 60s) << "when the other sender would be taken for dead";
    EXPECT_EQ(claim_many(start() + 90s, 10).items.size(), 2u);
}

TEST_F(OutboxLanesTest, AQueueGoesOutAtThePaceAndASingleItemAtOnce) {
    for (int k = 0; k < 80; ++k) put("pull/" + std::to_string(k), "comment", "1");
    std::vector<Time> times;
    for (auto now = start(); times.size() < 80;) {
        const auto claimed = claim_many(now, 1);
        if (claimed.items.empty()) {
            ASSERT_TRUE(claimed.next_due);
            ASSERT_GT(*claimed.next_due, now);
            now = *claimed.next_due;
            continue;
        }
        times.push_back(now);
        sent(claimed.items.front(), {}, {.writes = 1, .created = 1}, now);
    }
    EXPECT_EQ(times[4], start()) << "a few at once";
    for (std::size_t k = 0; k + 60 < times.size(); ++k) EXPECT_GT(times[k + 60] - times[k], 60s);
    const auto quiet = times.back() + 1min;
    pool.transaction([&](Tx& tx) { put_outbox(tx, {1, "pull/1", "comment", "1", quiet}, quiet); });
    EXPECT_TRUE(claim(quiet));
}

TEST_F(OutboxLanesTest, ARepositoryThatChangesHandsTakesItsItemsAlong) {
    install(2, 2);
    put("pull/7", "comment", "1", 2);
    put("pull/8", "comment", "2", 5);  // not known yet
    const auto busy = claim_many(start(), 10);
    ASSERT_EQ(busy.items.size(), 2u);
    for (const auto& item : busy.items) retry(item, start());
    install(2, 1);
    install(5, 1);
    put("pull/9", "comment", "3");
    std::multiset<std::string> bodies;
    while (const auto item = claim(start())) {
        EXPECT_EQ(item->lane.installation_id, 1);
        bodies.insert(item->body_json);
        sent(*item);
    }
    EXPECT_EQ(bodies, (std::multiset<std::string>{"1", "2", "3"}));
}

TEST_F(OutboxLanesTest, WhenNothingIsDueTheNextMomentIsKnown) {
    EXPECT_EQ(claim_many(start(), 1).next_due, std::nullopt);
    put("pull/7", "comment", "1");
    retry(*claim(start()), start() + 10min);
    EXPECT_EQ(claim_many(start(), 1).next_due, start() + 10min);
    sent(*claim(start() + 10min), {}, {}, start() + 10min);
    EXPECT_EQ(claim_many(start() + 11min, 1).next_due, std::nullopt) << "an empty lane is never due";
}

TEST_F(OutboxLanesTest, ConcurrentSendersKeepOrderAndNeverMeetInALane) {
    constexpr int installations = 6, targets = 3, kinds = 6;
    pool.transaction([&](Tx& tx) {
        for (int r = 1; r <= installations; ++r) {
            RepositoryRow row;
            row.repository_id = row.installation_id = r;
            upsert_repository(tx, row, start());
            for (int k = 0; k < kinds; ++k)
                for (int t = 0; t < targets; ++t)
                    put_outbox(tx, {r, "pull/" + std::to_string(t), std::to_string(k), std::to_string(k), start()},
                               start());
        }
    });
    std::mutex mutex;
    std::map<std::string, std::vector<int>> seen;
    std::set<std::int64_t> held;
    std::atomic<int> left{installations * targets * kinds};
    const auto began = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> senders;
        for (int i = 0; i < 4; ++i)
            senders.emplace_back([&] {
                while (left > 0) {
                    // Time goes on: a lane whose items another sender looks at is left alone for a moment.
                    const auto passed = std::chrono::steady_clock::now() - began;
                    if (passed > 1min) return;
                    for (const auto& item : claim_many(start() + 1s + passed, 2).items) {
                        {
                            const std::lock_guard lock(mutex);
                            EXPECT_TRUE(held.insert(item.lane.installation_id).second) << "two in one lane";
                            seen[std::to_string(item.repository_id) + item.target].push_back(std::stoi(item.body_json));
                        }
                        {
                            const std::lock_guard lock(mutex);
                            held.erase(item.lane.installation_id);
                        }
                        sent(item, {}, {}, start());
                        --left;
                    }
                }
            });
    }
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(installations * targets));
    for (const auto& [target, bodies] : seen) {
        EXPECT_EQ(bodies.size(), static_cast<std::size_t>(kinds)) << target;
        EXPECT_TRUE(std::is_sorted(bodies.begin(), bodies.end())) << target;
    }
}

TEST(OutboxLanesMigration, WhatTheFormerVersionWasSendingIsSentAgain) {
    auto& server = TestCluster::instance().server();
    server.create_database("former_outbox");
    Pool pool({.url = server.connection_string("former_outbox")});
    const auto now = std::chrono::system_clock::now();
    auto migrations = embedded_migrations();
    migrations.resize(1);
    migrate(pool, migrations, now);
    migrations.push_back({2, "0002_former.sql", R"(
        insert into outbox (repository_id, target, kind, body, state, created_at, next_at) values
            (1, 'pull/1', 'comment', '1', 'sending', now(), now() + interval '1 minute'),
            (1, 'pull/1', 'comment', '2', 'pending', now(), now()),
            (1, 'pull/2', 'comment', '3', 'sending', now(), now() + interval '1 minute'))"});
    migrate(pool, migrations, now);
    for (const auto& migration : embedded_migrations())
        if (migration.name.ends_with("_outbox_lanes.sql")) migrations.push_back({3, "0003_lanes.sql", migration.sql});
    migrate(pool, migrations, now);
    std::vector<std::string> bodies;
    for (int k = 0; k < 2; ++k)
        pool.transaction([&](Tx& tx) {
            for (const auto& item : claim_due_items(tx, now + 5s).items) {
                bodies.push_back(item.body_json);
                mark_sent(tx, item, std::nullopt, now);
                release_lane(tx, item.lane, {}, {}, now);
            }
        });
    EXPECT_EQ(bodies, (std::vector<std::string>{"2", "3"}));
}

}
}
