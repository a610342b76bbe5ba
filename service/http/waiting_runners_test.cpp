// Who is called when a job comes: as many as there are jobs for, who waits longest first, and never in vain for long.
#include "service/http/waiting_runners.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace benchgate::http {
namespace {

using namespace std::chrono_literals;
using Asking = WaitingRunners::Asking;
using Jobs = std::vector<store::WaitingJobs>;

class WaitingRunnersTest : public ::testing::Test {
  protected:
    WaitingRunnersTest()
        : room(
              [this] {
                  ++looks;
                  const std::lock_guard lock(mutex);
                  return std::exchange(queue, {});
              },
              {.recheck = 1h, .pause = 0ms}) {}

    void queue_jobs(Jobs jobs) {
        {
            const std::lock_guard lock(mutex);
            queue = std::move(jobs);
        }
        room.wake();
    }
    static bool is_called(WaitingRunners::Place& place, std::chrono::milliseconds patience = 5s) {
        return place.wait(std::chrono::steady_clock::now() + patience, {});
    }

    std::mutex mutex;
    Jobs queue;
    std::atomic<int> looks{0};
    WaitingRunners room;
};

TEST_F(WaitingRunnersTest, OneJobCallsOneRunnerAndTheOneThatWaitsLongest) {
    WaitingRunners::Place first(room, {"a", {"x86_64"}, 4});
    WaitingRunners::Place second(room, {"b", {"x86_64"}, 4});
    queue_jobs({{.labels = {"x86_64"}, .jobs = 1}});
    EXPECT_TRUE(is_called(first));
    EXPECT_FALSE(is_called(second, 50ms));
    EXPECT_EQ(looks, 1) << "one look for all of them";
}

TEST_F(WaitingRunnersTest, OnlyWhoMayHaveTheJobIsCalled) {
    WaitingRunners::Place arm(room, {"a", {"arm64"}, 4});
    WaitingRunners::Place old(room, {"b", {"x86_64"}, 1});
    WaitingRunners::Place alarmed(room, {"c", {"x86_64"}, 4});
    WaitingRunners::Place fits(room, {"d", {"fast", "x86_64"}, 4});
    queue_jobs({{.labels = {"x86_64"}, .protocol = 4, .never_runner_id = "c", .jobs = 5}});
    EXPECT_TRUE(is_called(fits));
    for (auto* other : {&arm, &old, &alarmed}) EXPECT_FALSE(is_called(*other, 20ms));
    fits.has_looked();
    queue_jobs({{.labels = {}, .only_runner_id = "b", .jobs = 1}});
    EXPECT_TRUE(is_called(old)) << "a wish for one host goes past who waits longer";
    EXPECT_FALSE(is_called(fits, 20ms));
}

TEST_F(WaitingRunnersTest, WhoIsCalledAndLeavesWithoutAJobPassesTheCallOn) {
    auto gone = std::make_unique<WaitingRunners::Place>(room, Asking{"a", {"x86_64"}, 4});
    WaitingRunners::Place next(room, {"b", {"x86_64"}, 4});
    queue_jobs({{.labels = {"x86_64"}, .jobs = 1}});
    EXPECT_TRUE(is_called(*gone));
    {
        const std::lock_guard lock(mutex);
        queue = {{.labels = {"x86_64"}, .jobs = 1}};
    }
    gone.reset();
    EXPECT_TRUE(is_called(next)) << "its peer had hung up";
}

TEST_F(WaitingRunnersTest, WhoStandsAsideWaitsAndIsNotCalled) {
    WaitingRunners::Place drained(room, {"a", {"x86_64"}, 4});
    WaitingRunners::Place fits(room, {"b", {"x86_64"}, 4});
    drained.stand_aside();
    queue_jobs({{.labels = {"x86_64"}, .jobs = 2}});
    EXPECT_TRUE(is_called(fits));
    EXPECT_FALSE(is_called(drained, 20ms));
}

TEST_F(WaitingRunnersTest, AStopEndsEveryWait) {
    WaitingRunners::Place place(room, {"a", {}, 4});
    std::stop_source stop;
    auto waiting = std::async(std::launch::async,
                              [&] { return place.wait(std::chrono::steady_clock::now() + 1min, stop.get_token()); });
    stop.request_stop();
    EXPECT_FALSE(waiting.get());
}

TEST(WaitingRunners, ADatabaseThatIsAwayIsAskedAgain) {
    std::atomic<int> looks{0};
    WaitingRunners room(
        [&]() -> Jobs {
            if (++looks == 1) throw store::DatabaseLost("away");
            return {{.labels = {}, .jobs = 1}};
        },
        {.recheck = 10ms, .pause = 0ms});
    WaitingRunners::Place place(room, {"a", {}, 4});
    EXPECT_TRUE(place.wait(std::chrono::steady_clock::now() + 5s, {}));
}

}
}
