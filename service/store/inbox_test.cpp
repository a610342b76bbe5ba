#include "service/store/inbox.h"

#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <map>
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
    /// The body is the repository's number.
    std::optional<InboxRow> take(Time now) {
        const auto repository = [](const Delivery& one) { return std::int64_t{std::atoi(one.body.c_str())}; };
        return pool.transaction([&](Tx& tx) { return take_next_delivery(tx, {now, 30s, repository}); });
    }
    bool hold(const InboxRow& row, Time now) {
        return pool.transaction([&](Tx& tx) { return hold_delivery(tx, row, now, 30s); });
    }
    bool done(const InboxRow& row, Time now) {
        return pool.transaction([&](Tx& tx) { return mark_delivery_done(tx, row, now); });
    }
    bool failed(const InboxRow& row, std::optional<Time> retry_at, Time now) {
        return pool.transaction([&](Tx& tx) { return mark_delivery_failed(tx, row, "reason", retry_at, now); });
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
    const auto first = take(start());
    ASSERT_TRUE(first);
    EXPECT_EQ(first->delivery.delivery_id, "a");
    const auto second = take(start());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->delivery.delivery_id, "b");
    EXPECT_FALSE(take(start()));
    EXPECT_TRUE(done(*second, start() + 1s));
    EXPECT_FALSE(done(*second, start() + 1s)) << "once";
    EXPECT_FALSE(take(start() + 29s));
}

TEST_F(InboxTest, AWorkerThatDiesLosesItsDeliveryAndCanWriteNothingMore) {
    insert({delivery("a")});
    const auto dead = take(start());
    EXPECT_TRUE(hold(*dead, start() + 20s)) << "as long as it renews its hold, the delivery is its own";
    EXPECT_FALSE(take(start() + 49s));
    const auto next = take(start() + 50s);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->attempts, 1) << "a delivery that kills its workers must not be taken up for ever";
    EXPECT_FALSE(hold(*dead, start() + 51s));
    EXPECT_FALSE(done(*dead, start() + 51s));
    EXPECT_FALSE(failed(*dead, std::nullopt, start() + 51s));
    pool.transaction([&](Tx& tx) { give_delivery_back(tx, *dead); });
    EXPECT_FALSE(take(start() + 52s)) << "what the dead one gives back is not its own";
    EXPECT_FALSE(done(*next, start() + 81s)) << "nor may a worker write after its own time";

    const auto third = take(start() + 81s);
    pool.transaction([&](Tx& tx) { give_delivery_back(tx, *third); });
    EXPECT_EQ(take(start() + 82s)->attempts, 2) << "an orderly end costs no attempt";
}

TEST_F(InboxTest, OneSlowRepositoryHoldsUpNoOtherAndKeepsItsOrder) {
    insert({delivery("a1", "1"), delivery("a2", "1"), delivery("b1", "2"), delivery("x1", "0"), delivery("x2", "0")});
    const auto slow = take(start());
    EXPECT_EQ(slow->delivery.delivery_id, "a1");
    EXPECT_EQ(take(start())->delivery.delivery_id, "b1") << "the next one of the slow repository waits";
    EXPECT_EQ(take(start())->delivery.delivery_id, "x1");
    EXPECT_EQ(take(start())->delivery.delivery_id, "x2") << "what concerns no repository waits for nobody";
    EXPECT_FALSE(take(start()));
    // One that is to be tried again later gives way: its commit may never come.
    EXPECT_TRUE(failed(*slow, start() + 10s, start()));
    const auto second = take(start());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->delivery.delivery_id, "a2");
    EXPECT_FALSE(take(start() + 10s));
    EXPECT_TRUE(done(*second, start() + 11s));
    EXPECT_EQ(take(start() + 11s)->delivery.delivery_id, "a1");
}

TEST_F(InboxTest, RetriesWhenToldAndReplaysOnDemand) {
    insert({delivery("a")});
    EXPECT_TRUE(failed(*take(start()), start() + 10s, start()));
    EXPECT_FALSE(take(start() + 9s));
    const auto again = take(start() + 10s);
    EXPECT_EQ(again->attempts, 1);
    EXPECT_TRUE(failed(*again, std::nullopt, start() + 10s));
    EXPECT_FALSE(take(start() + 1h));
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(inbox_counts(tx).failed, 1);
        EXPECT_EQ(find_delivery(tx, "a")->error, "reason");
        EXPECT_TRUE(replay_delivery(tx, "a", start()));
        EXPECT_FALSE(replay_delivery(tx, "unknown", start()));
    });
    const auto replayed = take(start());
    EXPECT_EQ(replayed->attempts, 0);
    pool.transaction([&](Tx& tx) { EXPECT_EQ(prune_inbox(tx, start() + 1s, 10), 0u) << "what is not done must stay"; });
    EXPECT_TRUE(done(*replayed, start()));
    pool.transaction([&](Tx& tx) { EXPECT_EQ(prune_inbox(tx, start() + 1s, 10), 1u); });
}

TEST_F(InboxTest, AFailedDeliveryThatIsDeliveredAgainIsTriedAgain) {
    insert({delivery("a"), delivery("b")});
    EXPECT_TRUE(failed(*take(start()), std::nullopt, start()));
    EXPECT_TRUE(done(*take(start()), start()));
    EXPECT_EQ(insert({delivery("a"), delivery("b"), delivery("c")}), 2u);
    EXPECT_EQ(take(start())->delivery.delivery_id, "a") << "GitHub's button Redeliver must not be answered by nothing";
    EXPECT_EQ(take(start())->delivery.delivery_id, "c");
    EXPECT_FALSE(take(start())) << "what was done is done";
}

TEST_F(InboxTest, ConcurrentWorkersTakeEveryDeliveryExactlyOnceAndNeverTwoOfOneRepository) {
    constexpr int count = 300, repositories = 5;
    std::vector<Delivery> batch;
    for (int i = 0; i < count; ++i)
        batch.push_back(delivery("guid-" + std::to_string(i), std::to_string(1 + i % repositories)));
    insert(batch);
    std::mutex mutex;
    std::multiset<std::string> taken;
    std::map<std::string, int> busy;
    std::map<std::string, std::int64_t> last;
    const auto work = [&] {
        while (true) {
            const auto row = take(start());
            {
                const std::lock_guard lock(mutex);
                if (taken.size() == count) return;
                if (!row) continue;
                taken.insert(row->delivery.delivery_id);
                EXPECT_EQ(++busy[row->delivery.body], 1);
                EXPECT_GT(row->seq, last[row->delivery.body]);
                last[row->delivery.body] = row->seq;
            }
            std::this_thread::sleep_for(100us);
            {
                const std::lock_guard lock(mutex);
                --busy[row->delivery.body];
            }
            EXPECT_TRUE(done(*row, start()));
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
