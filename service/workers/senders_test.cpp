#include "service/workers/senders.h"

#include <atomic>
#include <map>
#include <set>

#include "service/github/scripted_github_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/test_database.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;

/// A GitHub inside the program: it takes its time, and sees who writes at the same time.
class SlowGithub final : public platform::HttpClient {
  public:
    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token stop) override {
        if (request.url.ends_with("/access_tokens"))
            return platform::HttpResponse{201, {}, R"({"token": "ghs_x", "expires_at": "2100-01-01T00:00:00Z"})"};
        const auto name = request.url.substr(request.url.find("/repos/"), 14);
        {
            auto seen = seen_.lock();
            if (!seen->writing.insert(name).second) ++seen->met;
            seen->most = std::max(seen->most, seen->writing.size());
            ++seen->writes[name];
        }
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, takes.load(), [] { return false; });
        seen_.lock()->writing.erase(name);
        if (stop.stop_requested())
            return tl::make_unexpected(platform::HttpError{platform::HttpErrorKind::stopped, "stopped"});
        return platform::HttpResponse{201, {}, R"({"id": 5})"};
    }
    struct Seen {
        std::set<std::string> writing;
        std::map<std::string, int> writes;
        std::size_t most = 0;
        int met = 0;  ///< two writes for one repository at a time
    };
    platform::Sync<Seen> seen_;
    std::atomic<std::chrono::milliseconds> takes{30ms};
};

class SendersTest : public store::TestDatabase {
  protected:
    SendersTest() { tokens_.set_app(github::test_app()); }

    void put(int repository, int item) {
        const auto now = std::chrono::system_clock::now();
        pool.transaction([&](store::Tx& tx) {
            if (!store::find_repository(tx, repository)) {
                store::RepositoryRow row;
                row.repository_id = row.installation_id = repository;
                row.owner = "octo";
                row.name = "r" + std::to_string(repository);
                store::upsert_repository(tx, row, now);
            }
            store::put_outbox(tx,
                              {repository, "sha/" + std::to_string(item), "status:x",
                               R"({"name": "x", "head_sha": "a", "state": "success"})", now},
                              now);
        });
    }
    bool wait_until_sent(std::chrono::seconds limit) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < end) {
            if (pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx).waiting; }) == 0) return true;
            std::this_thread::sleep_for(10ms);
        }
        return false;
    }

    SlowGithub github_;
    github::Api api_{{}, github_, github::real_timing()};
    github::Tokens tokens_{api_};
    github::Rest rest_{api_, tokens_};
    OutboxWorker worker_{pool, rest_, github::real_timing()};
};

TEST_F(SendersTest, ManyInstallationsAreServedAtOnceAndEachByOneSender) {
    for (int r = 1; r <= 9; ++r)
        for (int k = 0; k < 4; ++k) put(r, k);
    Senders one(worker_, {.threads = 4, .period = 100ms});
    Senders other(worker_, {.threads = 4, .period = 100ms});  // as a second process would
    EXPECT_TRUE(wait_until_sent(20s));
    auto seen = github_.seen_.lock();
    EXPECT_EQ(seen->met, 0);
    EXPECT_GT(seen->most, 3u);
    EXPECT_EQ(seen->writes.size(), 9u);
    for (const auto& [name, writes] : seen->writes) EXPECT_EQ(writes, 4) << name;
}

TEST_F(SendersTest, ANewItemIsSentAtOnceWhenTheyAreWoken) {
    Senders senders(worker_, {.threads = 3, .period = 60s});
    std::this_thread::sleep_for(100ms);
    for (int k = 0; k < 3; ++k) {
        put(1, k);
        senders.wake();
        EXPECT_TRUE(wait_until_sent(5s)) << k;
    }
}

TEST_F(SendersTest, WhatMayGoLaterGoesWithoutAnyWakingUp) {
    for (int k = 0; k < 7; ++k) put(1, k);  // five at once, then two at the pace
    const auto began = std::chrono::steady_clock::now();
    Senders senders(worker_, {.threads = 3, .period = 60s});
    EXPECT_TRUE(wait_until_sent(10s));
    EXPECT_GT(std::chrono::steady_clock::now() - began, 2s);
}

TEST_F(SendersTest, TheEndIsQuickAndLeavesEverythingDue) {
    github_.takes = 60'000ms;
    for (int r = 1; r <= 6; ++r) put(r, 0);
    {
        Senders senders(worker_, {.threads = 3, .period = 100ms});
        while (github_.seen_.lock()->writing.size() < 3) std::this_thread::sleep_for(5ms);
    }
    EXPECT_EQ(worker_.claim(10).items.size(), 6u);
}

}  // namespace
}  // namespace benchgate::workers
