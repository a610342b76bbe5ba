// Runners that wait, that were drained, and that speak another protocol, over real sockets and a real PostgreSQL.
#include "service/http/runner_api_for_tests.h"
#include "service/reports/runner_states.h"

namespace benchgate::http {
namespace {

TEST_F(RunnerApiTest, ARunnerOfAnotherTimeIsShownWithTheReason) {
    token = registered();
    auto request = lease_request();
    request.protocol = 99;
    EXPECT_EQ(post("leases", to_json(request), token).status, 426);
    const auto row = pool.transaction([](store::Tx& tx) { return store::list_runners(tx); }).at(0);
    EXPECT_EQ(row.state, "quarantined");
    EXPECT_EQ(row.reason, "it speaks protocol 99, which this service does not: one of the two must be upgraded");
    EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 204);
    EXPECT_EQ(pool.transaction([](store::Tx& tx) { return store::list_runners(tx); }).at(0).reason, "") << "upgraded";
}

TEST_F(RunnerApiTest, ADrainedRunnerWaitsInVainUntilItIsResumed) {
    token = registered();
    const auto drain = [&] {
        pool.transaction([&](store::Tx& tx) { EXPECT_TRUE(store::drain_runner(tx, "box", "new memory", start())); });
    };
    drain();
    const std::string id = queue_job();
    EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 204);
    pool.transaction([](store::Tx& tx) { EXPECT_TRUE(store::resume_runner(tx, "box")); });
    EXPECT_EQ(post("leases", to_json(lease_request()), token).body.at("job"), id);
    drain();
    EXPECT_EQ(post("jobs/" + id + "/1/heartbeat", beat(), token).status, 200) << "what it has it finishes";
}

TEST_F(RunnerApiTest, ARunnerWhoseProcessWasToldToEndIsNotCountedOn) {
    token = registered();
    const auto runner = [&] { return pool.transaction([](store::Tx& tx) { return store::list_runners(tx); }).at(0); };
    const std::string id = queue_job();
    ASSERT_EQ(post("leases", to_json(lease_request()), token).body.at("job"), id);
    ASSERT_EQ(post("jobs/" + id + "/1/heartbeat", beat(), token).status, 200);
    EXPECT_EQ(reports::state_of(runner(), true, clock.now()).word, "busy");
    auto last = beat();
    last["state"] = "draining";
    ASSERT_EQ(post("jobs/" + id + "/1/heartbeat", last, token).status, 200);
    EXPECT_EQ(reports::state_of(runner(), true, clock.now()).word, "draining");
    EXPECT_EQ(reports::state_of(runner(), true, clock.now()).reason, "its process was told to end");
    auto goodbye = lease_request();
    goodbye.state = "draining";
    const std::string other = queue_job();
    EXPECT_EQ(post("leases", to_json(goodbye), token).status, 204);
    EXPECT_EQ(reports::state_of(runner(), false, clock.now()).word, "drained");
    EXPECT_EQ(post("leases", to_json(lease_request()), token).body.at("job"), other) << "it was started again";
    EXPECT_EQ(runner().state, "ready");
}

TEST_F(RunnerApiTest, AThousandthRunnerThatWaitsCostsTheDatabaseNothing) {
    token = registered();
    auto held = std::async(std::launch::async, [&] { return post("leases", to_json(lease_request(25)), token); });
    while (waiting.count() == 0) std::this_thread::yield();
    std::this_thread::sleep_for(50ms);
    const auto writes = [&] {
        return pool.transaction([](store::Tx& tx) { return store::list_runners(tx); })[0].last_seen_at;
    };
    const auto before = writes();
    clock.advance(1s);
    for (int i = 0; i < 20; ++i) {
        waiting.wake();
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(writes(), before) << "nobody was called";
    const std::string id = queue_job();
    EXPECT_EQ(held.get().body.at("job"), id);
}

}
}
