#include "runners/host/deltas.h"

#include <gtest/gtest.h>

#include "runners/host/fake_root_for_tests.h"

namespace benchgate::host {
namespace {

TEST(HostDeltas, CountsForeignAndStolenTimeOfTheWatchedCpus) {
    const FakeRoot root;
    root.write("proc/stat", "cpu  0 0 0 0 0 0 0 0\ncpu0 100 0 100 1000 0 0 0 10\ncpu1 500 0 0 0 0 0 0 0\n");
    root.write("proc/vmstat", "pswpin 5\npswpout 7\n");
    root.write("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n");
    const CounterSource first{root.path(), {0}};
    const auto before = read_counters(first);
    root.write("proc/stat", "cpu  0 0 0 0 0 0 0 0\ncpu0 200 0 150 1000 0 0 0 30\ncpu1 900 0 0 0 0 0 0 0\n");
    root.write("proc/vmstat", "pswpin 5\npswpout 9\n");
    const auto deltas = difference(before, read_counters(first), {1.2});
    EXPECT_NEAR(*deltas.foreign_cpu_seconds, 0.3, 1e-9);
    EXPECT_NEAR(*deltas.steal_seconds, 0.2, 1e-9);
    EXPECT_EQ(deltas.swap_out_pages, 2);
    EXPECT_EQ(deltas.cpu_pressure_seconds, 0);
    EXPECT_EQ(deltas.throttle_events, std::nullopt);
    EXPECT_EQ(difference(before, read_counters(first), {}).foreign_cpu_seconds, std::nullopt);
}

TEST(HostDeltas, WhatTheKernelDoesInInterruptsIsNoOtherProcess) {
    const FakeRoot root;
    root.write("proc/stat", "cpu0 100 0 0 0 0 0 0 0\n");
    const CounterSource source{root.path(), {0}};
    const auto before = read_counters(source);
    root.write("proc/stat", "cpu0 150 0 0 0 0 10 40 0\n");
    EXPECT_EQ(difference(before, read_counters(source), {0.5}).foreign_cpu_seconds, 0)
        << "a trial that sends to itself is served there";
}

TEST(HostDeltas, WhereATrialIsChargedForInterruptsNobodyHidesBehindThem) {
    const FakeRoot root;
    root.write("proc/stat", "cpu0 100 0 0 0 0 0 0 0\n");
    const CounterSource source{root.path(), {0}};
    const auto before = read_counters(source);
    // Half a second of the trial, four tenths of that in interrupts, and three tenths of somebody else.
    root.write("proc/stat", "cpu0 140 0 0 0 0 10 30 0\n");
    const auto after = read_counters(source);
    EXPECT_NEAR(*difference(before, after, {0.5, 0, true}).foreign_cpu_seconds, 0.3, 1e-9);
    EXPECT_EQ(difference(before, after, {0.5}).foreign_cpu_seconds, 0);
}

TEST(HostDeltas, WhoWaitsForMemoryBelowHisOwnLimitLacksNoneOfTheHosts) {
    const FakeRoot root;
    const auto waited = [&](const char* total) {
        root.write("proc/pressure/memory", std::string("some avg10=0.00 avg60=0.00 avg300=0.00 total=") + total + "\n");
        return read_counters({root.path(), {}});
    };
    const auto before = waited("2000000"), after = waited("2400000");
    EXPECT_NEAR(*difference(before, after, {{}, 0.3}).memory_pressure_seconds, 0.1, 1e-9);
    EXPECT_EQ(difference(before, after, {{}, 0.5}).memory_pressure_seconds, 0);
    EXPECT_EQ(difference({}, after, {{}, 0.5}).memory_pressure_seconds, std::nullopt);
}

TEST(HostDeltas, InterruptsOfDevicesAreCountedWhereTheTrialRuns) {
    const FakeRoot root;
    const CounterSource second{root.path(), {1}};
    EXPECT_EQ(read_counters(second).interrupts, std::nullopt);
    root.write("proc/interrupts",
               "           CPU0       CPU1\n 24:    5   70  IO-APIC   5-edge  ACPI:Ged\n 25:  1  2  MSI 1-edge eth0\n"
               "LOC:   99999   99999   Local timer interrupts\nERR:          0\n");
    EXPECT_EQ(read_counters(second).interrupts, 72);
    EXPECT_EQ(read_counters({root.path(), {}}).interrupts, 78);
    root.write("proc/interrupts", "nonsense\n1: 2\n");
    EXPECT_EQ(read_counters(second).interrupts, std::nullopt);
}

TEST(HostDeltas, OnlyTheHostVoidsABlockAndQuietOnesStand) {
    const TrialSpan second{std::chrono::seconds(1), 2};
    EXPECT_FALSE(void_reason({}, second));
    model::HostDeltas deltas;
    deltas.steal_seconds = 0.01;
    deltas.foreign_cpu_seconds = 0.04;
    EXPECT_FALSE(void_reason(deltas, second));
    deltas.memory_pressure_seconds = 0.2;
    EXPECT_EQ(void_reason(deltas, second)->text, "processes waited 200 ms for memory");
    deltas.foreign_cpu_seconds = 0.5;
    EXPECT_EQ(void_reason(deltas, second)->text, "other processes used 500 ms of CPU time");
    deltas.steal_seconds = 0.5;
    EXPECT_EQ(void_reason(deltas, second)->text, "500 ms of CPU time were stolen by the hypervisor");
    deltas.swap_in_pages = 3;
    EXPECT_EQ(void_reason(deltas, second)->text, "the host swapped 3 pages");
    deltas.throttle_events = 2;
    EXPECT_EQ(void_reason(deltas, second)->text, "the CPU was throttled 2 times");
}

TEST(HostDeltas, WaitingForACpuCountsOnlyWhereForeignTimeIsNotKnown) {
    const TrialSpan second{std::chrono::seconds(1), 2};
    model::HostDeltas deltas;
    deltas.cpu_pressure_seconds = 0.5;
    EXPECT_EQ(void_reason(deltas, second)->kind, Disturbance::cpu_pressure);
    deltas.foreign_cpu_seconds = 0;
    EXPECT_FALSE(void_reason(deltas, second)) << "the benchmark has more threads than CPUs";
}

TEST(HostDeltas, WhatABenchmarkMayCauseItselfDecidesNothing) {
    model::HostDeltas deltas;
    deltas.io_pressure_seconds = 0.9;
    deltas.interrupts = 1e6;
    deltas.involuntary_switches = 1e6;
    EXPECT_FALSE(void_reason(deltas, {std::chrono::seconds(1), 2}));
}

TEST(HostDeltas, AFewTicksInAShortTrialAreNoEvidence) {
    model::HostDeltas deltas;
    deltas.foreign_cpu_seconds = 0.05;
    deltas.steal_seconds = 0.03;
    deltas.memory_pressure_seconds = 0.05;
    EXPECT_FALSE(void_reason(deltas, {std::chrono::milliseconds(20), 1}));
}

}  // namespace
}  // namespace benchgate::host
