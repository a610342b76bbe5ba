// Order, replacement and remembering within one installation; outbox_lanes_test.cpp has what holds between them.
#include "service/store/outbox.h"

#include <latch>
#include <thread>

#include "service/store/outbox_fixture_for_tests.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

TEST_F(OutboxFixture, ANewerUnsentItemReplacesTheOlderAndKeepsItsPlace) {
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

TEST_F(OutboxFixture, RetriesLaterAndForgetsWhatWasOvertaken) {
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

TEST_F(OutboxFixture, AnItemThatIsTriedLaterDoesNotHoldUpOtherTargets) {
    put("pull/7", "comment", "1");
    put("pull/8", "comment", "2");
    retry(*claim(start()), start() + 10min);
    const auto other = claim(start());
    ASSERT_TRUE(other);
    EXPECT_EQ(other->target, "pull/8");
    sent(*other);
    put("pull/7", "comment", "3");
    EXPECT_EQ(claim(start())->body_json, "3") << "a newer one need not wait for what the older one did wrong";
}

TEST_F(OutboxFixture, ASenderThatDiedIsReplaced) {
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

TEST_F(OutboxFixture, ASenderThatWasTakenForDeadChangesNothingAnyMore) {
    put("pull/7", "comment", "1");
    const auto slow = claim(start());
    const auto quick = claim(start() + 60s);
    ASSERT_TRUE(quick);
    pool.transaction([&](Tx& tx) {
        EXPECT_FALSE(retry_item(tx, *slow, "late", start() + 1h));
        EXPECT_FALSE(mark_dead(tx, *slow, "late", start()));
        EXPECT_FALSE(mark_sent(tx, *slow, "41", start()));
        EXPECT_EQ(find_github_object(tx, 1, "pull/7", "comment"), "41") << "but what it made is known";
        release_lane(tx, slow->lane, {.writes = 50, .rest_until = start() + 1h}, {}, start());
        EXPECT_TRUE(resting_lanes(tx, start(), 10).empty());
    });
    EXPECT_FALSE(claim(start() + 61s)) << "the other one still sends";
    sent(*quick, "42");
    pool.transaction([&](Tx& tx) { EXPECT_EQ(outbox_counts(tx).waiting, 0); });
}

TEST_F(OutboxFixture, ANewerItemKnowsThatAnOlderOneMayHaveMadeTheObject) {
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

TEST_F(OutboxFixture, ANewerItemKnowsItEvenIfItComesInTheSameMoment) {
    for (int repository = 2; repository < 202; ++repository) {
        install(repository, repository);
        put("sha/abc", "check", "1", repository);
        const auto older = claim(start());
        ASSERT_TRUE(older);
        std::latch both(2);
        std::jthread newer([&] {
            both.arrive_and_wait();
            put("sha/abc", "check", "2", repository);
        });
        both.arrive_and_wait();
        try {
            retry(*older, start());
        } catch (const StoreError&) {
            continue;  // the two met at the index of pending items; the older one is let go when its time is over
        }
        newer.join();
        const auto next = claim(start());
        ASSERT_TRUE(next);
        ASSERT_EQ(next->body_json, "2");
        EXPECT_GE(next->attempts, 1) << "it would make a second check";
        sent(*next, "42");
    }
}

TEST_F(OutboxFixture, WhatWasGivenUpIsToldUntilItIsSaidAfterAll) {
    const auto told = [&] {
        return pool.transaction([&](Tx& tx) { return given_up_items(tx, 1, {"pull/7", "sha/abc"}); });
    };
    put("pull/7", "comment", "1");
    put("pull/8", "comment", "1");
    for (int i = 0; i < 2; ++i) {
        const auto item = claim(start());
        pool.transaction([&](Tx& tx) {
            mark_dead(tx, *item, "422: too long", start());
            release_lane(tx, item->lane, {}, {}, start());
        });
    }
    ASSERT_EQ(told().size(), 1u);
    EXPECT_EQ(told()[0].target, "pull/7");
    EXPECT_EQ(told()[0].kind, "comment");
    EXPECT_EQ(told()[0].error, "422: too long");
    put("pull/7", "comment", "2");
    sent(*claim(start()), "42");
    EXPECT_TRUE(told().empty());
}

TEST_F(OutboxFixture, RemembersWhatAnItemBecame) {
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

TEST_F(OutboxFixture, ATransactionThatIsStillOpenHoldsNobodyUp) {
    put("pull/7", "comment", "1");
    pool.transaction([&](Tx& stage) {
        put_outbox(stage, {1, "pull/7", "comment", "2", start()}, start());
        put_outbox(stage, {1, "pull/8", "comment", "3", start()}, start());
        EXPECT_FALSE(claim(start())) << "what is being replaced is left alone, without waiting for it";
        put("pull/9", "comment", "4");
        const auto other = claim(start());
        ASSERT_TRUE(other);
        EXPECT_EQ(other->body_json, "4");
        sent(*other);
    });
    std::vector<std::string> bodies;
    while (const auto item = claim(start() + 1s)) {
        bodies.push_back(item->body_json);
        sent(*item);
    }
    EXPECT_EQ(bodies, (std::vector<std::string>{"2", "3"}));
}

TEST_F(OutboxFixture, ARetryThatMeetsANewerItemAtThatMomentIsRepeated) {
    put("pull/7", "comment", "1");
    const auto item = claim(start());
    std::thread stage;
    {
        std::promise<void> written;
        stage = std::thread([&] {
            pool.transaction([&](Tx& tx) {
                put_outbox(tx, {1, "pull/7", "comment", "2", start()}, start());
                written.set_value();
                std::this_thread::sleep_for(200ms);
            });
        });
        written.get_future().wait();
    }
    EXPECT_THROW(retry(*item, start() + 1min), StoreError);
    stage.join();
    retry(*item, start() + 1min);
    EXPECT_EQ(claim(start())->body_json, "2");
}

}
}
