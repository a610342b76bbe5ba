#include "service/store/outbox.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

class OutboxTest : public TestDatabase {
  protected:
    void put(const std::string& target, const std::string& kind, const std::string& body) {
        pool.transaction([&](Tx& tx) {
            put_outbox(tx,
                       {.repository_id = 1, .target = target, .kind = kind, .body_json = body, .not_before = start()},
                       start());
        });
    }
    std::optional<OutboxItem> claim(Time now) {
        return pool.transaction([&](Tx& tx) { return claim_due_item(tx, now, 60s); });
    }
    void sent(const OutboxItem& item, std::optional<std::string> remote_id = std::nullopt) {
        pool.transaction([&](Tx& tx) { mark_sent(tx, item, remote_id, start()); });
    }
    void retry(const OutboxItem& item, Time at) {
        pool.transaction([&](Tx& tx) { retry_item(tx, item, "502", at); });
    }
};

TEST_F(OutboxTest, ANewerUnsentItemReplacesTheOlderAndKeepsItsPlace) {
    put("pull/7", "comment", "1");
    put("pull/7", "reaction", "2");
    put("pull/7", "comment", "3");
    const auto first = claim(start());
    EXPECT_EQ(first->kind, "comment");
    EXPECT_EQ(first->body_json, "3");
    EXPECT_FALSE(claim(start())) << "the reaction waits for its turn";
    sent(*first);
    EXPECT_EQ(claim(start())->body_json, "2");
}

TEST_F(OutboxTest, OneSlowTargetDoesNotHoldUpOthers) {
    put("pull/7", "comment", "1");
    put("pull/8", "comment", "2");
    const auto slow = claim(start());
    EXPECT_EQ(slow->target, "pull/7");
    EXPECT_EQ(claim(start())->target, "pull/8");
    put("pull/7", "comment", "3");
    EXPECT_FALSE(claim(start())) << "never two of one target at a time";
    sent(*slow);
    EXPECT_EQ(claim(start())->body_json, "3");
}

TEST_F(OutboxTest, RetriesLaterAndForgetsWhatWasOvertaken) {
    put("pull/7", "comment", "1");
    put("pull/7", "reaction", R"("r")");
    auto item = claim(start());
    retry(*item, start() + 10s);
    EXPECT_FALSE(claim(start() + 9s)) << "order within the target holds through a retry";
    item = claim(start() + 10s);
    EXPECT_EQ(item->attempts, 1);
    put("pull/7", "comment", "2");
    retry(*item, start() + 20s);
    EXPECT_EQ(claim(start() + 21s)->body_json, "\"r\"");
    pool.transaction([&](Tx& tx) { EXPECT_EQ(outbox_counts(tx).waiting, 2); });
}

TEST_F(OutboxTest, ASenderThatDiedIsReplaced) {
    put("pull/7", "comment", "1");
    const auto lost = claim(start());
    EXPECT_FALSE(claim(start() + 59s));
    const auto again = claim(start() + 60s);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->item_id, lost->item_id);
    EXPECT_EQ(again->attempts, 1);
    put("pull/7", "comment", "2");
    EXPECT_EQ(claim(start() + 3min)->body_json, "2") << "the older of the two is not sent any more";
}

TEST_F(OutboxTest, ANewerItemKnowsThatAnOlderOneMayHaveMadeTheObject) {
    put("sha/abc", "check", "1");
    auto older = claim(start());
    put("sha/abc", "check", "2");  // while the older one is under way
    retry(*older, start() + 10s);
    auto newer = claim(start());
    EXPECT_EQ(newer->body_json, "2");
    EXPECT_EQ(newer->attempts, 1) << "the answer of the older one was lost: look before making another";
    sent(*newer, "42");

    put("sha/def", "check", "1");
    claim(start());  // and its sender dies
    put("sha/def", "check", "2");
    newer = claim(start() + 61s);
    EXPECT_EQ(newer->body_json, "2");
    EXPECT_EQ(newer->attempts, 1);
}

TEST_F(OutboxTest, WhatWasGivenUpIsToldUntilItIsSaidAfterAll) {
    const auto told = [&] {
        return pool.transaction([&](Tx& tx) { return given_up_items(tx, 1, {"pull/7", "sha/abc"}); });
    };
    put("pull/7", "comment", "1");
    put("pull/8", "comment", "1");
    for (int i = 0; i < 2; ++i) {
        const auto item = claim(start());
        pool.transaction([&](Tx& tx) { mark_dead(tx, *item, "422: too long", start()); });
    }
    ASSERT_EQ(told().size(), 1u);
    EXPECT_EQ(told()[0].target, "pull/7");
    EXPECT_EQ(told()[0].kind, "comment");
    EXPECT_EQ(told()[0].error, "422: too long");
    put("pull/7", "comment", "2");
    sent(*claim(start()), "42");
    EXPECT_TRUE(told().empty());
}

TEST_F(OutboxTest, RemembersWhatAnItemBecame) {
    put("sha/abc", "check:benchgate", "1");
    auto item = claim(start());
    EXPECT_EQ(item->remote_id, std::nullopt);
    sent(*item, "42");
    put("sha/abc", "check:benchgate", "2");
    item = claim(start());
    EXPECT_EQ(item->remote_id, "42");
    pool.transaction([&](Tx& tx) {
        mark_dead(tx, *item, "404", start());
        EXPECT_EQ(find_github_object(tx, 1, "sha/abc", "check:benchgate"), "42");
        set_github_object(tx, 1, "sha/abc", "check:benchgate", std::nullopt, start());
        EXPECT_FALSE(find_github_object(tx, 1, "sha/abc", "check:benchgate"));
        EXPECT_EQ(outbox_counts(tx).dead, 1);
        EXPECT_EQ(outbox_counts(tx).waiting, 0);
        EXPECT_EQ(prune_outbox(tx, start() + 1s, 10), 1u) << "the sent one; the dead one stays for inspection";
    });
}

TEST_F(OutboxTest, ConcurrentSendersKeepTheOrderOfEachTarget) {
    constexpr int targets = 10, kinds = 12;
    pool.transaction([&](Tx& tx) {
        for (int k = 0; k < kinds; ++k)
            for (int t = 0; t < targets; ++t)
                put_outbox(tx,
                           {.repository_id = 1,
                            .target = "pull/" + std::to_string(t),
                            .kind = std::to_string(k),
                            .body_json = std::to_string(k),
                            .not_before = start()},
                           start());
    });
    std::mutex mutex;
    std::map<std::string, std::vector<int>> seen;
    std::atomic<int> left{targets * kinds};
    {
        std::vector<std::jthread> senders;
        for (int i = 0; i < 4; ++i)
            senders.emplace_back([&] {
                while (left > 0) {
                    const auto item = claim(start());
                    if (!item) continue;
                    {
                        const std::lock_guard lock(mutex);
                        seen[item->target].push_back(std::stoi(item->body_json));
                    }
                    sent(*item);
                    --left;
                }
            });
    }
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(targets));
    for (const auto& [target, bodies] : seen) {
        EXPECT_EQ(bodies.size(), static_cast<std::size_t>(kinds)) << target;
        EXPECT_TRUE(std::is_sorted(bodies.begin(), bodies.end())) << target;
    }
}

}
}
