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

using namespace std::chrono_literals;

/// Takes everything; what goes to pull request 7 takes until it is let through.
class SlowSeven : public platform::HttpClient {
  public:
    platform::HttpResult send(const platform::HttpRequest& request, std::stop_token) override {
        if (request.url.ends_with("/access_tokens"))
            return platform::HttpResponse{201, {}, R"({"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z"})"};
        if (request.method == "GET") return platform::HttpResponse{200, {}, "[]"};
        std::unique_lock lock(mutex_);
        const bool is_slow = request.url.find("/issues/7/") != std::string::npos;
        if (is_slow) {
            ++waiting;
            changed_.notify_all();
            changed_.wait(lock, [&] { return is_open_; });
        }
        return platform::HttpResponse{201, {}, R"({"id": 42})"};
    }
    void wait_until_slow() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting > 0; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        is_open_ = true;
        changed_.notify_all();
    }
    int waiting = 0;

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = false;
};

class OutboxWorkerTest : public store::TestDatabase {
  protected:
    OutboxWorkerTest() {
        tokens.set_app(github::test_app());
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        });
    }
    void put(const std::string& target, const json::Json& body) {
        pool.transaction([&](store::Tx& tx) {
            store::put_outbox(tx, {1, target, "comment", json::dump(body), start()}, start());
        });
    }
    store::OutboxCounts counts() {
        return pool.transaction([](store::Tx& tx) { return store::outbox_counts(tx); });
    }

    const json::Json comment{{"marker", "<!-- m -->"}, {"markdown", "text <!-- m -->"}};
    SlowSeven client;
    github::Api api{{}, client, github::real_timing()};
    github::Tokens tokens{api};
    github::Rest rest{api, tokens};
    OutboxWorker worker{pool, rest, github::real_timing()};
};

TEST_F(OutboxWorkerTest, WhatCanNeverBeSentIsGivenUpAndHoldsUpNothing) {
    put("pull/8", {{"marker", "<!-- m -->"}, {"markdown", "a comment without its marker"}});
    put("pull/9", comment);
    EXPECT_TRUE(worker.work({}));
    EXPECT_TRUE(worker.work({}));
    EXPECT_FALSE(worker.work({}));
    EXPECT_EQ(counts().dead, 1);
    EXPECT_EQ(counts().waiting, 0);
}

TEST_F(OutboxWorkerTest, OneSlowAnswerHoldsUpNoOtherTargetAndKeepsNoConnection) {
    put("pull/7", comment);
    put("pull/9", comment);
    auto slow = std::async(std::launch::async, [&] { return worker.work({}); });
    client.wait_until_slow();
    EXPECT_EQ(pool.counts().busy, 0u);
    EXPECT_TRUE(worker.work({}));
    EXPECT_EQ(counts().waiting, 1);
    client.open();
    EXPECT_TRUE(slow.get());
    EXPECT_EQ(counts().waiting, 0);
}

}  // namespace
}  // namespace benchgate::workers
