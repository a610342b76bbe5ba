#include "runners/host/cpus.h"

#include <gtest/gtest.h>

#include <sched.h>

#include <thread>

#include "runners/host/fake_root_for_tests.h"

namespace benchgate::host {
namespace {

using List = std::vector<int>;

/// CPUs 0-7, where n and n + 4 are one core.
void write_eight(const FakeRoot& root) {
    root.write("sys/devices/system/cpu/online", "0-7\n");
    root.write("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-7\n");
    for (int i = 0; i < 8; ++i)
        root.write("sys/devices/system/cpu/cpu" + std::to_string(i) + "/topology/thread_siblings_list",
                   std::to_string(i % 4) + "," + std::to_string(i % 4 + 4) + "\n");
}

TEST(Cpus, ListsAreReadAndWrittenAsTheKernelDoes) {
    EXPECT_EQ(parse_cpus(" 0-2,5,7-8\n"), (List{0, 1, 2, 5, 7, 8}));
    EXPECT_EQ(parse_cpus(""), List{});
    EXPECT_EQ(format_cpus({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
    for (const char* wrong : {"a", "3-1", "-1", "1,,2", "0-99999999", "1-"}) EXPECT_FALSE(parse_cpus(wrong)) << wrong;
}

TEST(Cpus, TheFirstCoreKeepsHouseAndAllOthersMeasure) {
    const FakeRoot root;
    write_eight(root);
    const auto plan = plan_cpus({{}, {}, {}, root.path()});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->bench, (List{1, 2, 3, 5, 6, 7}));
    EXPECT_EQ(plan->housekeeping, (List{0, 4}));
    EXPECT_EQ(plan->build, (List{0, 1, 2, 3, 4, 5, 6, 7})) << "nothing is measured while something is built";
    EXPECT_TRUE(plan->is_apart());
}

TEST(Cpus, WhatTheKernelIsolatesMeasuresAndBuildsNothing) {
    const FakeRoot root;
    write_eight(root);
    root.write("sys/devices/system/cpu/isolated", "2-3,6-7\n");
    root.write("proc/self/status", "Cpus_allowed_list:\t0-1,4-5\n");
    const auto plan = plan_cpus({{}, {}, {}, root.path()});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->bench, (List{2, 3, 6, 7}));
    EXPECT_EQ(plan->housekeeping, (List{0, 1, 4, 5}));
    EXPECT_EQ(plan->build, (List{0, 1, 4, 5}));
}

TEST(Cpus, OnTwoCpusEverythingIsDoneEverywhere) {
    const FakeRoot root;
    root.write("sys/devices/system/cpu/online", "0-1\n");
    const auto plan = plan_cpus({{}, {}, {}, root.path()});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->bench, (List{0, 1}));
    EXPECT_EQ(plan->housekeeping, (List{0, 1}));
    EXPECT_FALSE(plan->is_apart());
    const auto asked = plan_cpus({{1}, {}, {}, root.path()});
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->housekeeping, List{0});
    EXPECT_TRUE(asked->is_apart());
}

TEST(Cpus, AWishThatCannotBeIsRefusedByName) {
    const FakeRoot root;
    write_eight(root);
    EXPECT_EQ(plan_cpus({{8, 9}, {}, {}, root.path()}).error(), "--bench-cpus: there is no CPU 8-9 here, only 0-7");
    EXPECT_EQ(plan_cpus({{1, 2}, {2, 3}, {}, root.path()}).error(),
              "CPU 2 cannot be both: --bench-cpus and --housekeeping-cpus exclude each other");
    EXPECT_EQ(plan_cpus({{}, {0, 1, 2, 3, 4, 5, 6, 7}, {}, root.path()}).error(),
              "--housekeeping-cpus leaves no CPU to measure on");
}

TEST(Cpus, WhatTuningTurnsOffIsNotPlannedWithAnyMore) {
    const FakeRoot root;
    write_eight(root);
    const auto plan = plan_cpus({{}, {}, {}, root.path()});
    ASSERT_TRUE(plan);
    EXPECT_EQ(online_of(*plan, root.path()).bench, plan->bench);
    root.write("sys/devices/system/cpu/online", "0-3\n");
    const auto left = online_of(*plan, root.path());
    EXPECT_EQ(left.bench, (List{1, 2, 3}));
    EXPECT_EQ(left.housekeeping, List{0});
    EXPECT_EQ(left.build, (List{0, 1, 2, 3}));
    const FakeRoot tells_nothing;
    EXPECT_EQ(online_of(*plan, tells_nothing.path()).bench, plan->bench);
}

TEST(Cpus, AHostThatTellsNothingPinsNothing) {
    const FakeRoot root;
    const auto plan = plan_cpus({{}, {}, {}, root.path()});
    EXPECT_TRUE(!plan || plan->bench.empty());
}

TEST(Cpus, AThreadIsPinnedForAWhileOnly) {
    std::thread([] {
        cpu_set_t before, inside, after;
        ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
        int first = 0;
        while (!CPU_ISSET(first, &before)) ++first;
        {
            const PinnedHere here({first});
            ASSERT_EQ(::sched_getaffinity(0, sizeof inside, &inside), 0);
            EXPECT_EQ(CPU_COUNT(&inside), 1);
            EXPECT_TRUE(CPU_ISSET(first, &inside));
        }
        ASSERT_EQ(::sched_getaffinity(0, sizeof after, &after), 0);
        EXPECT_TRUE(CPU_EQUAL(&before, &after));
    }).join();
}

}  // namespace
}  // namespace benchgate::host
