#include "service/reports/runner_states.h"

#include <gtest/gtest.h>

namespace benchgate::reports {
namespace {

using namespace std::chrono_literals;

TEST(RunnerStates, OneWordAndWhy) {
    const store::Time now = std::chrono::system_clock::now();
    store::RunnerRow runner;
    runner.last_seen_at = now;
    const auto word = [&](bool is_busy) { return state_of(runner, is_busy, now).word; };
    EXPECT_EQ(word(false), "idle");
    EXPECT_EQ(word(true), "busy");
    runner.last_seen_at = now - 3min;
    EXPECT_EQ(word(false), "offline");
    EXPECT_EQ(word(true), "busy") << "its lease has not run out yet";

    runner.drained_at = now;
    runner.drain_reason = "new memory";
    EXPECT_EQ(word(true), "draining");
    EXPECT_EQ(word(false), "drained") << "switched off or not: the operator is to see that it was drained";
    EXPECT_EQ(state_of(runner, false, now).reason, "new memory");

    runner.drained_at.reset();
    runner.last_seen_at = now;
    runner.state = "quarantined";
    runner.reason = "32 % slower than it used to be";
    EXPECT_EQ(word(false), "quarantined");
    EXPECT_EQ(state_of(runner, false, now).reason, runner.reason);
    runner.state = "ready";
    runner.failures = store::max_failures;
    EXPECT_EQ(word(false), "quarantined");
}

}  // namespace
}  // namespace benchgate::reports
