#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "platform/files.h"
#include "runners/host/deltas.h"
#include "runners/host/facts.h"

namespace benchgate::host {
namespace {

struct FakeRoot {
    platform::TempDir directory{"fake-root-"};
    void write(const std::string& path, const std::string& text) {
        const auto file = directory.path() / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    model::HostFact fact(const std::string& id) {
        FactOptions options;
        options.root = directory.path();
        options.ask_compiler = false;
        for (const auto& fact : collect_facts(options))
            if (fact.id == id) return fact;
        ADD_FAILURE() << "no fact " << id;
        return {};
    }
};

TEST(HostFacts, WhatIsAbsentIsUnknownAndNeverGuessed) {
    FakeRoot root;
    for (const char* id : {"cpu.governor", "cpu.turbo", "cpu.smt", "kernel.aslr", "load.one_minute"})
        EXPECT_EQ(root.fact(id).status, model::FactStatus::unknown) << id;
}

TEST(HostFacts, AWrongSettingIsAWarningWithTheCommandThatMendsIt) {
    FakeRoot root;
    root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    const auto fact = root.fact("cpu.governor");
    EXPECT_EQ(fact.status, model::FactStatus::warn);
    EXPECT_EQ(fact.observed, "powersave");
    EXPECT_NE(fact.fix.find("performance"), std::string::npos);
    root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    EXPECT_EQ(root.fact("cpu.governor").status, model::FactStatus::ok);
}

TEST(HostFacts, ThisHostCanBeDescribed) {
    const auto facts = collect_facts();
    std::set<std::string> ids;
    for (const auto& fact : facts) EXPECT_TRUE(ids.insert(fact.id).second) << fact.id << " twice";
    EXPECT_TRUE(ids.contains("memory.total"));
    EXPECT_FALSE(describe_host(facts).empty());
    EXPECT_NE(facts_table(facts).find("memory.total"), std::string::npos);
}

TEST(HostDeltas, CountsForeignAndStolenTimeOfTheWatchedCpus) {
    FakeRoot root;
    root.write("proc/stat", "cpu  0 0 0 0 0 0 0 0\ncpu0 100 0 100 1000 0 0 0 10\ncpu1 500 0 0 0 0 0 0 0\n");
    root.write("proc/vmstat", "pswpin 5\npswpout 7\n");
    root.write("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n");
    const CounterSource first{root.directory.path(), {0}};
    const auto before = read_counters(first);
    root.write("proc/stat", "cpu  0 0 0 0 0 0 0 0\ncpu0 200 0 150 1000 0 0 0 30\ncpu1 900 0 0 0 0 0 0 0\n");
    root.write("proc/vmstat", "pswpin 5\npswpout 9\n");
    const auto deltas = difference(before, read_counters(first), 1.2);
    EXPECT_NEAR(*deltas.foreign_cpu_seconds, 0.3, 1e-9);
    EXPECT_NEAR(*deltas.steal_seconds, 0.2, 1e-9);
    EXPECT_EQ(deltas.swap_out_pages, 2);
    EXPECT_EQ(deltas.cpu_pressure_seconds, 0);
    EXPECT_EQ(deltas.throttle_events, std::nullopt);
    EXPECT_EQ(difference(before, read_counters(first), std::nullopt).foreign_cpu_seconds, std::nullopt);
}

TEST(HostDeltas, OnlyTheHostVoidsABlockAndQuietOnesStand) {
    const TrialSpan second{std::chrono::seconds(1), 2};
    EXPECT_EQ(void_reason({}, second), std::nullopt);
    model::HostDeltas deltas;
    deltas.steal_seconds = 0.01;
    deltas.foreign_cpu_seconds = 0.04;
    EXPECT_EQ(void_reason(deltas, second), std::nullopt);
    deltas.foreign_cpu_seconds = 0.5;
    EXPECT_EQ(void_reason(deltas, second), "other processes used 500 ms of CPU time");
    deltas.steal_seconds = 0.5;
    EXPECT_EQ(void_reason(deltas, second), "500 ms of CPU time were stolen by the hypervisor");
    deltas.throttle_events = 2;
    EXPECT_EQ(void_reason(deltas, second), "the CPU was throttled 2 times");
}

}  // namespace
}  // namespace benchgate::host
