// A GitHub that takes its time: what waits for it, and what does not.
#include "service/workers/outbox.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "core/json/json.h"
#include "service/github/scripted_github_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/test_database.h"

namespace benchgate::workers {
namespace {

/// Takes everything; what goes to pull request 7 takes until it is let through.
class SlowSeven : public platform::HttpClient {
  public:
    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token) override {
        if (request.url.ends_with("/access_tokens"))
            return platform::HttpResponse{201, {}, R"({"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"})"};
        if (request.method == "GET") return platform::HttpResponse{200, {}, "[]"};
        std::unique_lock lock(mutex_);
        if (request.url.find("/issues/7/") != std::string::npos) {
            ++waiting_;
            changed_.notify_all();
            changed_.wait(lock, [&] { return is_open_; });
        }
        return platform::HttpResponse{201, {}, R"({"id": 42})"};
    }
    void wait_until_slow() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_ > 0; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        is_open_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool is_open_ = false;
};

class SlowGithubTest : public store::TestDatabase {
  protected:
    SlowGithubTest() {
        tokens.set_app(github::test_app());
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
            store::upsert_repository(tx, {2, "other", "engine", "main", 6, false, true}, start());
        });
    }
    void put(std::int64_t repository, const std::string& target) {
        const json::Json body{{"marker", "<!-- m -->"}, {"markdown", "text <!-- m -->"}};
        pool.transaction([&](store::Tx& tx) {
            store::put_outbox(tx, {repository, target, "comment", json::dump(body), start()}, start());
        });
    }
    std::int64_t waiting() {
        return pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx); }).waiting;
    }

    SlowSeven client;
    github::Api api{{}, client, github::real_timing()};
    github::Tokens tokens{api};
    github::Rest rest{api, tokens};
    OutboxWorker worker{pool, rest, github::real_timing()};
};

TEST_F(SlowGithubTest, OneSlowAnswerHoldsUpNoOtherInstallationAndKeepsNoConnection) {
    put(1, "pull/7");
    put(1, "pull/9");
    put(2, "pull/9");
    auto slow = std::async(std::launch::async, [&] { return worker.work({}); });
    client.wait_until_slow();
    EXPECT_EQ(pool.counts().busy, 0u);
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(waiting(), 2);
    EXPECT_FALSE(worker.work({})) << "one writer an installation";
    client.open();
    EXPECT_TRUE(slow.get());
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(waiting(), 0);
}

}  // namespace
}  // namespace benchgate::workers
