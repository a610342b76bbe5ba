#include "service/http/webhook.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <set>

#include "service/http/health.h"
#include "service/http/raw_client_for_tests.h"

namespace benchgate::http {
namespace {

using testing::body_of;
using testing::RawClient;
using testing::status_of;

// GitHub's published example: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
const std::string secret = "It's a Secret to Everybody";
const std::string body = "Hello, World!";
const std::string signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

// A store in memory that can be held at its commit, or fail.
struct MemoryInbox final : DeliveryInbox {
    void store(std::span<Delivery> batch) override {
        std::unique_lock lock(mutex);
        entered = true;
        changed.notify_all();
        changed.wait(lock, [this] { return !held; });
        if (broken) throw std::runtime_error("connection to password=hunter2 lost");
        batches.push_back(batch.size());
        for (Delivery& delivery : batch) stored.push_back(std::move(delivery));
    }
    void set(bool MemoryInbox::*flag, bool value) {
        const std::lock_guard lock(mutex);
        this->*flag = value;
        changed.notify_all();
    }
    void wait_entered() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return entered; });
    }
    std::mutex mutex;
    std::condition_variable changed;
    bool held = false, broken = false, entered = false;
    std::vector<std::size_t> batches;
    std::vector<Delivery> stored;
};

std::string delivery(const std::string& id, const std::string& signed_with = signature,
                     const std::string& payload = body, const std::string& type = "application/json") {
    return "POST /webhooks/github HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: " + id +
           "\r\nX-GitHub-Hook-ID: 42\r\nX-Hub-Signature-256: " + signed_with + "\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(payload.size()) + "\r\n\r\n" + payload;
}

class WebhookTest : public ::testing::Test {
  protected:
    void start(WriterOptions writer_options = {}) {
        writer = std::make_unique<DeliveryWriter>(inbox, writer_options);
        EdgeOptions options;
        options.body_limits = {{"/webhooks/github", webhook_body_bytes}};
        count_into(metrics, options);
        edge = std::make_unique<Edge>(std::move(options));
        serve_webhook(*edge,
                      {[this] { return secrets; }, *writer, [this](std::string_view r) { metrics.count_delivery(r); }});
        serve_health(*edge, {{"store", [this] { return problem; }}}, metrics);
        edge->start();
    }
    std::string ask(const std::string& bytes) { return RawClient(edge->port()).ask(bytes); }
    int status(const std::string& bytes) { return status_of(ask(bytes)); }

    MemoryInbox inbox;
    Metrics metrics;
    std::optional<std::string> problem;
    std::vector<std::string> secrets{secret};
    std::unique_ptr<DeliveryWriter> writer;
    std::unique_ptr<Edge> edge;
};

TEST_F(WebhookTest, StoresTheRawBytesBeforeItAnswers) {
    start();
    EXPECT_EQ(status(delivery("guid-1")), 202);
    ASSERT_EQ(inbox.stored.size(), 1u);
    EXPECT_EQ(inbox.stored[0].delivery_id, "guid-1");
    EXPECT_EQ(inbox.stored[0].event, "push");
    EXPECT_EQ(inbox.stored[0].body, body);
    EXPECT_EQ(inbox.stored[0].headers_json, "{\"X-GitHub-Hook-ID\":\"42\"}");
    secrets = {"fresh", secret};
    EXPECT_EQ(status(delivery("guid-1")), 202) << "the old secret counts while it is being changed; a redelivery too";
}

TEST_F(WebhookTest, RefusesWhatIsNotFromGitHub) {
    start();
    EXPECT_EQ(status(delivery("g", signature, "Hello, Mallory")), 401);
    EXPECT_EQ(status(delivery("g", "sha256=" + std::string(64, '0'))), 401);
    EXPECT_EQ(status(delivery("g", "")), 400);
    EXPECT_EQ(status(delivery("")), 400);
    EXPECT_EQ(status(delivery("a b")), 400);
    EXPECT_EQ(status(delivery("%0d%0a")), 400);
    EXPECT_EQ(status(delivery(std::string(101, 'g'))), 400);
    EXPECT_EQ(status(delivery("g\r\nX-GitHub-Delivery: h")), 400);
    EXPECT_EQ(status(delivery("g", signature, body, "text/plain")), 415);
    EXPECT_EQ(status("POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 27000000\r\n\r\n"), 413);
    secrets.clear();
    EXPECT_EQ(status(delivery("g")), 503);
    EXPECT_TRUE(inbox.stored.empty());
}

TEST_F(WebhookTest, SaysBusyWhenTheStoreFailsAndRecovers) {
    start();
    inbox.broken = true;
    const std::string response = ask(delivery("g"));
    EXPECT_EQ(status_of(response), 503);
    EXPECT_NE(response.find("Retry-After: "), std::string::npos);
    EXPECT_EQ(response.find("hunter2"), std::string::npos);
    inbox.set(&MemoryInbox::broken, false);
    EXPECT_EQ(status(delivery("g")), 202);
}

TEST_F(WebhookTest, WhatWaitsTogetherIsCommittedTogetherAndAFullQueueSaysSo) {
    WriterOptions options;
    options.waiting = 20;
    options.writers = 1;
    start(options);
    inbox.set(&MemoryInbox::held, true);
    std::vector<std::future<int>> answers;
    const auto send = [&](int n) {
        answers.push_back(
            std::async(std::launch::async, [&, n] { return status(delivery("g-" + std::to_string(n))); }));
    };
    send(0);
    inbox.wait_entered();
    for (int n = 1; n <= 20; ++n) send(n);
    while (writer->waiting() < 20) std::this_thread::yield();
    EXPECT_EQ(status(delivery("one-too-many")), 503);
    inbox.set(&MemoryInbox::held, false);
    for (auto& answer : answers) EXPECT_EQ(answer.get(), 202);
    EXPECT_EQ(inbox.batches, (std::vector<std::size_t>{1, 20}));
    std::set<std::string> ids;
    for (const Delivery& d : inbox.stored) ids.insert(d.delivery_id);
    EXPECT_EQ(ids.size(), 21u);
}

TEST_F(WebhookTest, ABatchThatFailsIsOwnedUpToByEveryMember) {
    start();
    inbox.held = inbox.broken = true;
    std::vector<std::future<int>> answers;
    for (int n = 0; n < 8; ++n)
        answers.push_back(
            std::async(std::launch::async, [&, n] { return status(delivery("g-" + std::to_string(n))); }));
    inbox.wait_entered();
    inbox.set(&MemoryInbox::held, false);
    for (auto& answer : answers) EXPECT_EQ(answer.get(), 503);
    EXPECT_TRUE(inbox.stored.empty());
}

TEST_F(WebhookTest, AStoreThatHangsIsGivenUpInTime) {
    WriterOptions options;
    options.patience = std::chrono::milliseconds(100);
    start(options);
    inbox.set(&MemoryInbox::held, true);
    EXPECT_EQ(status(delivery("g")), 503);
    inbox.set(&MemoryInbox::held, false);
}

TEST_F(WebhookTest, HealthTellsAliveFromReadyAndCounts) {
    start();
    EXPECT_EQ(status("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    EXPECT_EQ(status("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    problem = "no connection";
    const std::string unready = ask("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(unready), 503);
    EXPECT_NE(unready.find("\"store\": \"no connection\""), std::string::npos);
    EXPECT_EQ(status("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
    EXPECT_EQ(status(delivery("g")), 202);
    EXPECT_EQ(status(delivery("g", "sha256=0")), 401);
    EXPECT_EQ(status("nonsense\r\n\r\n"), 400);
    const std::string text = body_of(ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_NE(text.find("benchgate_webhook_deliveries_total{result=\"accepted\"} 1"), std::string::npos) << text;
    EXPECT_NE(text.find("benchgate_webhook_deliveries_total{result=\"unsigned\"} 1"), std::string::npos) << text;
    EXPECT_NE(text.find("benchgate_http_responses_total{method=\"-\",status=\"400\"} 1"), std::string::npos) << text;
}

}
}
