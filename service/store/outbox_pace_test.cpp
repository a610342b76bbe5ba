#include "service/store/outbox_pace.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

const Time start(1'800'000'000s);

/// When each of `count` writes goes out if all wait from the start, or come `apart` from each other.
std::vector<Time> sent(int count, std::chrono::milliseconds apart = 0ms, int created_each = 1) {
    const WriteLimits limits;
    Written written{Time{}, Time{}};
    std::vector<Time> times;
    for (int k = 0; k < count; ++k) {
        const auto now = std::max(start + k * apart, std::max(next_write(written, limits), start));
        times.push_back(now);
        written = after(written, 1, created_each, limits, now);
    }
    return times;
}

int most_within(const std::vector<Time>& times, std::chrono::seconds window) {
    std::size_t most = 0, from = 0;
    for (std::size_t to = 0; to < times.size(); ++to) {
        while (times[to] - times[from] >= window) ++from;
        most = std::max(most, to - from + 1);
    }
    return static_cast<int>(most);
}

TEST(OutboxPace, InCalmTimesNothingWaits) {
    EXPECT_EQ(sent(5), std::vector<Time>(5, start));
    for (const auto& times : {sent(100, 20s), sent(30, 2s)})
        for (std::size_t k = 1; k < times.size(); ++k) EXPECT_EQ(times[k] - times[k - 1], times[1] - times[0]);
}

TEST(OutboxPace, AQueueGoesOutAtIntervalsOfMoreThanASecond) {
    const auto times = sent(40);
    for (std::size_t k = 5; k < times.size(); ++k) EXPECT_EQ(times[k] - times[k - 1], 1200ms);
}

TEST(OutboxPace, NoMinuteAndNoHourHoldsMoreThanGitHubAllows) {
    EXPECT_EQ(most_within(sent(2000, 0ms, 0), 1min), 54);
    EXPECT_EQ(most_within(sent(2000), 1min), 54);
    EXPECT_EQ(most_within(sent(2000), 1h), 449);
    std::mt19937 random(7);
    const WriteLimits limits;
    Written written{Time{}, Time{}};
    std::vector<Time> times;
    Time now = start;
    for (int k = 0; k < 20'000; ++k) {
        if (random() % 10 == 0) now += std::chrono::milliseconds(random() % 60'000);
        now = std::max(now, next_write(written, limits));
        const int writes = static_cast<int>(1 + random() % 3);
        for (int w = 0; w < writes; ++w) times.push_back(now);
        written = after(written, writes, writes, limits, now);
    }
    // An item is sent whole, so the last one may stand a little over.
    EXPECT_LE(most_within(times, 1min), 60);
    EXPECT_LE(most_within(times, 1h), 460);
}

TEST(OutboxPace, WhatCostNothingDelaysNothing) {
    const WriteLimits limits;
    const Written written{start + 5s, start};
    const auto same = after(written, 0, 0, limits, start + 1h);
    EXPECT_EQ(same.minute_at, written.minute_at);
    EXPECT_EQ(same.hour_at, written.hour_at);
}

}
}
