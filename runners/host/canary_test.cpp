#include "runners/host/canary.h"

#include <gtest/gtest.h>

#include <fstream>

#include "platform/files.h"

namespace benchgate::host {
namespace {

std::vector<CanaryReading> usual(std::size_t count, double wobble = 0.01) {
    std::vector<CanaryReading> readings;
    for (std::size_t i = 0; i < count; ++i) {
        const double factor = 1 + wobble * (static_cast<double>(i % 5) - 2) / 2;
        readings.push_back({0.008 * factor, 0.009 * factor});
    }
    return readings;
}

TEST(Canary, AHostThatRunsSlowerThanItUsedToIsNoticed) {
    const auto why = leaves_history(usual(20), {0.0100, 0.009});
    ASSERT_TRUE(why);
    EXPECT_NE(why->find("arithmetic took 10 ms where 8 ms are usual here (the last 20;"), std::string::npos) << *why;
    EXPECT_TRUE(leaves_history(usual(20), {0.008, 0.012})) << "memory alone";
    EXPECT_TRUE(leaves_history(usual(20), {0.006, 0.009})) << "faster is another machine, too";
}

TEST(Canary, WhatAHostAlwaysDoesIsNoLeaving) {
    EXPECT_FALSE(leaves_history(usual(20), {0.0088, 0.0098})) << "10 % are within the rule";
    EXPECT_FALSE(leaves_history(usual(60, 0.30), {0.0100, 0.011})) << "it was never steadier";
}

TEST(Canary, AYoungHistorySaysNothing) {
    EXPECT_FALSE(leaves_history(usual(least_canaries - 1), {1, 1}));
    EXPECT_FALSE(leaves_history({}, {1, 1}));
    EXPECT_TRUE(leaves_history(usual(least_canaries), {1, 1}));
}

TEST(Canary, TheHistoryOutlivesTheProcessAndNotTheHost) {
    const platform::TempDir folder("canary-");
    const auto file = folder.path() / "canary.json";
    CanaryHistory first(file, "a CPU, a kernel");
    for (std::size_t i = 0; i < most_canaries + 5; ++i) EXPECT_EQ(first.add({0.001 + 1e-6 * double(i), 0.002}), "");
    const CanaryHistory again(file, "a CPU, a kernel");
    EXPECT_EQ(again.readings(), first.readings());
    EXPECT_EQ(again.readings().size(), most_canaries);
    EXPECT_EQ(again.readings().front().arithmetic, 0.001 + 5e-6) << "the oldest goes";
    EXPECT_TRUE(CanaryHistory(file, "a CPU, another kernel").readings().empty());
}

TEST(Canary, AFileThatIsNoHistoryIsNone) {
    const platform::TempDir folder("canary-");
    const auto file = folder.path() / "canary.json";
    for (const char* text : {"", "[", R"({"host":"h","readings":7})",
                             R"({"host":"h","readings":[1,{},{"arithmetic":-1,"memory":1e99}]})"}) {
        std::ofstream(file) << text;
        EXPECT_TRUE(CanaryHistory(file, "h").readings().empty()) << text;
    }
    EXPECT_NE(CanaryHistory(folder.path() / "none" / "canary.json", "h").add({1, 1}), "");
}

TEST(Canary, TakesTimeAndLittleOfIt) {
    const auto reading = take_canary();
    EXPECT_GT(reading.arithmetic, 0);
    EXPECT_GT(reading.memory, 0);
}

}  // namespace
}  // namespace benchgate::host
