#include "service/store/inbox.h"

#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "service/store/listener.h"
#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

class InboxTest : public TestDatabase {
  protected:
    static Delivery delivery(const std::string& id, std::string body = "{}") {
        return {.delivery_id = id,
                .event = "push",
                .headers_json = R"({"X-GitHub-Event": "push"})",
                .body = std::move(body)};
    }
    std::size_t insert(const std::vector<Delivery>& batch) {
        return pool.transaction([&](Tx& tx) { return insert_deliveries(tx, batch, start()); });
    }
};

TEST_F(InboxTest, StoresEveryByteOfADeliveryOnce) {
    std::string body;
    for (int i = 0; i < 256; ++i) body += static_cast<char>(i);
    const std::string hostile_event = "push\"},{\\'";
    Delivery strange = delivery("guid-1", body);
    strange.event = hostile_event;
    strange.headers_json = R"({"name": "nul \u0000 and \\u0000"})";
    EXPECT_EQ(insert({strange, delivery("guid-2", ""), delivery("guid-3", std::string(100'000, 'x'))}), 3u);
    EXPECT_EQ(insert({delivery("guid-2", "forged"), delivery("guid-4"), delivery("guid-4")}), 1u);
    EXPECT_EQ(insert({}), 0u);
    pool.transaction([&](Tx& tx) {
        const auto first = find_delivery(tx, "guid-1");
        ASSERT_TRUE(first);
        EXPECT_EQ(first->delivery.body, body);
        EXPECT_EQ(first->delivery.event, hostile_event);
        EXPECT_EQ(first->delivery.headers_json, "{\"name\": \"nul \xEF\xBF\xBD and \\\\u0000\"}");
        EXPECT_EQ(first->received_at, start());
        EXPECT_EQ(find_delivery(tx, "guid-2")->delivery.body, "");
        EXPECT_EQ(find_delivery(tx, "guid-3")->delivery.body.size(), 100'000u);
        EXPECT_FALSE(find_delivery(tx, "guid-5"));
        EXPECT_EQ(inbox_counts(tx).waiting, 4);
        EXPECT_EQ(recent_deliveries(tx, 10).front().delivery.delivery_id, "guid-4");
    });
}

TEST_F(InboxTest, GivesEachDeliveryToOneWorkerInTheOrderOfArrival) {
    insert({delivery("a"), delivery("b")});
    pool.transaction([&](Tx& tx) {
        const auto held = claim_next_delivery(tx, start());
        ASSERT_TRUE(held);
        EXPECT_EQ(held->delivery.delivery_id, "a");
        pool.transaction([&](Tx& other) {
            EXPECT_EQ(claim_next_delivery(other, start())->delivery.delivery_id, "b");
            mark_delivery_done(other, "b", start());
        });
        pool.transaction([&](Tx& other) { EXPECT_FALSE(claim_next_delivery(other, start())); });
    });
    // The first worker ended without a word: the delivery is due again.
    pool.transaction([&](Tx& tx) { EXPECT_EQ(claim_next_delivery(tx, start())->delivery.delivery_id, "a"); });
}

TEST_F(InboxTest, RetriesWhenToldAndReplaysOnDemand) {
    insert({delivery("a")});
    pool.transaction([&](Tx& tx) { mark_delivery_failed(tx, "a", "later, please", start() + 10s); });
    pool.transaction([&](Tx& tx) {
        EXPECT_FALSE(claim_next_delivery(tx, start() + 9s));
        EXPECT_EQ(claim_next_delivery(tx, start() + 10s)->attempts, 1);
        mark_delivery_failed(tx, "a", "no use", std::nullopt);
        EXPECT_FALSE(claim_next_delivery(tx, start() + 1h));
        EXPECT_EQ(inbox_counts(tx).failed, 1);
        EXPECT_EQ(find_delivery(tx, "a")->error, "no use");
        EXPECT_TRUE(replay_delivery(tx, "a", start()));
        EXPECT_TRUE(claim_next_delivery(tx, start()));
        EXPECT_FALSE(replay_delivery(tx, "unknown", start()));
        EXPECT_EQ(prune_inbox(tx, start() + 1s, 10), 0u) << "what is not done must stay";
        mark_delivery_done(tx, "a", start());
        EXPECT_EQ(prune_inbox(tx, start() + 1s, 10), 1u);
    });
}

TEST_F(InboxTest, ConcurrentWorkersTakeEveryDeliveryExactlyOnce) {
    constexpr int count = 300;
    std::vector<Delivery> batch;
    for (int i = 0; i < count; ++i) batch.push_back(delivery("guid-" + std::to_string(i)));
    insert(batch);
    std::mutex mutex;
    std::multiset<std::string> taken;
    const auto work = [&] {
        while (true) {
            const auto id = pool.transaction([&](Tx& tx) -> std::optional<std::string> {
                const auto row = claim_next_delivery(tx, start());
                if (!row) return std::nullopt;
                mark_delivery_done(tx, row->delivery.delivery_id, start());
                return row->delivery.delivery_id;
            });
            if (!id) return;
            const std::lock_guard lock(mutex);
            taken.insert(*id);
        }
    };
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < 4; ++i) workers.emplace_back(work);
    }
    EXPECT_EQ(taken.size(), static_cast<std::size_t>(count));
    EXPECT_EQ(std::set<std::string>(taken.begin(), taken.end()).size(), static_cast<std::size_t>(count));
}

/// Counts wake-ups of a channel, and waits for them.
class Bell {
  public:
    void ring(Channel channel) {
        const std::lock_guard lock(mutex_);
        if (channel == Channel::inbox) ++count_;
        rung_.notify_all();
    }
    bool wait_for_more_than(int count) {
        std::unique_lock lock(mutex_);
        return rung_.wait_for(lock, 30s, [&] { return count_ > count; });
    }
    int count() {
        const std::lock_guard lock(mutex_);
        return count_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable rung_;
    int count_ = 0;
};

TEST_F(InboxTest, WakesTheListenerAlsoAfterItsConnectionWasCut) {
    Bell bell;
    const Listener listener(url, [&](Channel channel) { bell.ring(channel); });
    ASSERT_TRUE(bell.wait_for_more_than(0)) << "called once on connecting";
    int before = bell.count();
    insert({delivery("a")});
    EXPECT_TRUE(bell.wait_for_more_than(before));
    EXPECT_TRUE(listener.connected());

    cluster::PrivateCluster& server = TestCluster::instance().server();
    before = bell.count();
    ASSERT_EQ(::kill(server.pid(), SIGKILL), 0);
    EXPECT_TRUE(bell.wait_for_more_than(before)) << "called once after reconnecting: something may have been missed";
    before = bell.count();
    while (!pool.ping()) std::this_thread::sleep_for(10ms);
    insert({delivery("b")});
    EXPECT_TRUE(bell.wait_for_more_than(before));
}

}
}
