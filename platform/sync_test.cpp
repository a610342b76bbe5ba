#include "platform/sync.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace benchgate::platform {
namespace {

using namespace std::chrono_literals;

TEST(Sync, ManyThreadsCountWithoutLoss) {
    Sync<int> count;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int k = 0; k < 1000; ++k) ++*count.lock();
            });
    }
    EXPECT_EQ(*count.lock(), 4000);
}

TEST(Sync, AWaiterIsWokenByTheChangeItWaitsFor) {
    Sync<std::vector<int>> queue;
    std::jthread producer([&] {
        auto items = queue.lock();
        items->push_back(7);
        items.notify_all();
    });
    auto items = queue.lock();
    items.wait([](const auto& values) { return !values.empty(); });
    EXPECT_EQ(items->front(), 7);
}

TEST(Sync, AStopEndsAWaitAndTimeDoesToo) {
    Sync<bool> ready(false);
    std::stop_source source;
    std::jthread stopper([&] { source.request_stop(); });
    auto is_ready = [](bool value) { return value; };
    EXPECT_FALSE(ready.lock().wait(source.get_token(), is_ready));
    EXPECT_FALSE(ready.lock().wait_for(1ms, is_ready));
    EXPECT_FALSE(ready.lock().wait_for(std::stop_token{}, 1ms, is_ready));
    *ready.lock() = true;
    EXPECT_TRUE(ready.lock().wait(source.get_token(), is_ready));
}

}
}
