#include "service/store/pool.h"

#include <signal.h>

#include <thread>

#include "service/store/inbox.h"
#include "service/store/repositories.h"
#include "service/store/settings.h"
#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

class PoolTest : public TestDatabase {
  protected:
    std::optional<std::string> setting(const std::string& name) {
        return pool.transaction([&](Tx& tx) { return find_setting(tx, name); });
    }
    void put(const std::string& name, const std::string& value) {
        pool.transaction([&](Tx& tx) { put_setting(tx, name, value, start()); });
    }
    /// Backends of a killed server answer for a while; who connects anew meets the next one, which waits for their end.
    void await_another_server() const {
        while (true) try {
                const pqxx::connection reached(url);
                return;
            } catch (const pqxx::broken_connection&) {
                std::this_thread::sleep_for(10ms);
            }
    }
};

TEST_F(PoolTest, AnExceptionRollsBackAndPassesThrough) {
    struct Own {};
    EXPECT_THROW(pool.transaction([&](Tx& tx) {
        put_setting(tx, "a", "1", start());
        throw Own{};
    }),
                 Own);
    EXPECT_EQ(setting("a"), std::nullopt);
    // A statement that the database refuses is a StoreError, and the connection goes on.
    const Delivery broken{.delivery_id = "x", .event = "e", .headers_json = "not json", .body = ""};
    EXPECT_THROW(pool.transaction([&](Tx& tx) { insert_deliveries(tx, {&broken, 1}, start()); }), StoreError);
    put("a", "2");
    EXPECT_EQ(setting("a"), "2");
    EXPECT_EQ(pool.counts().discarded, 0u);
    EXPECT_EQ(pool.counts().busy, 0u);
}

TEST_F(PoolTest, OneThatOnlyReadsIsRefusedEveryWriteByTheServer) {
    Pool reader({.url = url, .read_only = true});
    pool.transaction([&](Tx& tx) { put_setting(tx, "name", "value", start()); });
    const auto read = [](Tx& tx) { return find_setting(tx, "name"); };
    EXPECT_EQ(reader.transaction(read), "value");
    EXPECT_THROW(reader.transaction([&](Tx& tx) { put_setting(tx, "name", "other", start()); }), StoreError);
    EXPECT_EQ(reader.transaction(read), "value");
}

TEST_F(PoolTest, IsBoundedAndSaysSo) {
    Pool small({.url = url, .connections = 1, .acquire_timeout = 50ms});
    small.transaction([&](Tx&) {
        std::string message;
        std::jthread([&] {
            try {
                small.transaction([](Tx&) {});
            } catch (const DatabaseLost& error) {
                message = error.what();
            }
        }).join();
        EXPECT_EQ(message, "all connections to the database are busy");
    });
    EXPECT_EQ(small.transaction([](Tx&) { return 7; }), 7);
}

TEST_F(PoolTest, SaysThatAServerCannotBeReached) {
    Pool nowhere({.url = "host=/nonexistent dbname=x"});
    EXPECT_FALSE(nowhere.ping());
    EXPECT_THROW(nowhere.transaction([](Tx&) {}), DatabaseLost);
    EXPECT_EQ(nowhere.counts().busy, 0u);
    EXPECT_TRUE(pool.ping());
}

TEST_F(PoolTest, ComesBackAfterTheServerWasKilledAndNothingCommittedIsLost) {
    for (int i = 0; i < 20; ++i) put("before-" + std::to_string(i), "kept");
    cluster::PrivateCluster& server = TestCluster::instance().server();
    const pid_t killed = server.pid();
    EXPECT_THROW(pool.transaction([&](Tx& tx) {
        put_setting(tx, "half", "done", start());
        ASSERT_EQ(::kill(killed, SIGKILL), 0);
        // Backends notice the end of the postmaster on their own; until then they answer.
        for (int i = 0; i < 3000; ++i) {
            find_setting(tx, "half");
            std::this_thread::sleep_for(10ms);
        }
    }),
                 DatabaseLost);
    await_another_server();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(setting("before-" + std::to_string(i)), "kept");
    EXPECT_EQ(setting("half"), std::nullopt);
    EXPECT_GE(pool.counts().discarded, 1u);
    put("after", "the crash");
    EXPECT_EQ(setting("after"), "the crash");
}

TEST_F(PoolTest, WritersRideThroughACrashAndEveryAcknowledgedRowIsThere) {
    cluster::PrivateCluster& server = TestCluster::instance().server();
    std::atomic<bool> stop{false};
    std::atomic<int> written{0};
    std::vector<std::vector<std::string>> acknowledged(3);
    {
        std::vector<std::jthread> writers;
        for (std::size_t w = 0; w < acknowledged.size(); ++w)
            writers.emplace_back([&, w] {
                for (int i = 0; !stop; ++i) {
                    const std::string name = std::to_string(w) + "-" + std::to_string(i);
                    try {
                        put(name, "v");
                        acknowledged[w].push_back(name);
                        ++written;
                    } catch (const DatabaseLost&) {
                        std::this_thread::sleep_for(20ms);
                    }
                }
            });
        while (written < 100) std::this_thread::sleep_for(1ms);
        ASSERT_EQ(::kill(server.pid(), SIGKILL), 0);
        await_another_server();
        const int at_crash = written;
        while (written < at_crash + 100) std::this_thread::sleep_for(1ms);
        stop = true;
    }
    for (const auto& names : acknowledged)
        for (const std::string& name : names) ASSERT_EQ(setting(name), "v") << name << " was acknowledged and is lost";
}

TEST_F(PoolTest, RepositoriesKeepTheirHistoryThroughARename) {
    const RepositoryRow old{.repository_id = 7,
                            .owner = "Example",
                            .name = "Engine",
                            .default_branch = "main",
                            .installation_id = 100,
                            .is_private = true,
                            .active = true};
    RepositoryRow renamed = old;
    renamed.name = "motor";
    const RepositoryRow taken{.repository_id = 8,
                              .owner = "example",
                              .name = "engine",
                              .default_branch = "trunk",
                              .installation_id = 100,
                              .is_private = false,
                              .active = true};
    pool.transaction([&](Tx& tx) {
        upsert_repository(tx, old, start());
        EXPECT_EQ(find_repository(tx, "EXAMPLE", "engine"), old);
        upsert_repository(tx, renamed, start() + 1s);
        upsert_repository(tx, taken, start() + 2s);
        EXPECT_EQ(find_repository(tx, 7), renamed);
        EXPECT_EQ(find_repository(tx, "Example", "Engine"), taken);
        EXPECT_EQ(set_installation_suspended(tx, 100, true, start()), 2u);
        EXPECT_FALSE(find_repository(tx, 7)->active);
        EXPECT_EQ(list_repositories(tx).size(), 2u);
        EXPECT_FALSE(find_repository(tx, 9));
    });
}

}
}
