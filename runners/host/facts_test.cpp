// What a person reads in `benchgate-runner preflight`: every row of it, on hosts that have the thing, have it wrong, or
// have it not.
#include <gtest/gtest.h>

#include <set>

#include "runners/host/facts.h"
#include "runners/host/fake_root_for_tests.h"
#include "runners/host/fitness.h"

namespace benchgate::host {
namespace {

using model::FactStatus;

const std::string cpu = "sys/devices/system/cpu/";

struct Row {
    const char* id;
    std::string path, good, bad;
    FactStatus worst = FactStatus::warn;
};

/// Of a host whose CPUs 2-3 measure, and 0-1 do everything else.
const std::vector<Row> rows{
    {"cpu.governor", cpu + "cpu2/cpufreq/scaling_governor", "performance", "powersave"},
    {"cpu.least_frequency", cpu + "cpu2/cpufreq/scaling_min_freq", "3000000", "800000"},
    {"cpu.turbo", cpu + "intel_pstate/no_turbo", "1", "0"},
    {"cpu.turbo", cpu + "cpufreq/boost", "0", "1"},
    {"cpu.smt", cpu + "smt/active", "0", "1"},
    {"cpu.bench_siblings", cpu + "cpu2/topology/thread_siblings_list", "2-3", "0,2"},
    {"cpu.isolated", cpu + "isolated", "2-3", "3"},
    {"cpu.balanced", cpu + "isolated", "2", "2-3"},
    {"cpu.tickless", cpu + "nohz_full", "2-3", "(null)"},
    {"cpu.idle_latency", cpu + "cpu2/cpuidle/state3/latency", "2", "133"},
    {"cpu.throttled", cpu + "cpu2/thermal_throttle/core_throttle_count", "0", "7"},
    {"cpu.temperature", "sys/class/hwmon/hwmon0/temp1_input", "45000", "93000"},
    {"cpu.temperature", "sys/class/hwmon/hwmon0/temp1_input", "45000", "101000", FactStatus::fail},
    {"cpu.temperature", "sys/class/thermal/thermal_zone0/temp", "45000", "95000"},
    {"cpu.hypervisor", "proc/cpuinfo", "model name\t: Fast\nflags\t\t: fpu sse", "flags\t\t: fpu hypervisor sse"},
    {"cpu.counters", "sys/bus/event_source/devices/cpu/type", "4", ""},
    {"kernel.aslr", "proc/sys/kernel/randomize_va_space", "2", "0"},
    {"kernel.nmi_watchdog", "proc/sys/kernel/nmi_watchdog", "0", "1"},
    {"kernel.timer_migration", "proc/sys/kernel/timer_migration", "0", "1"},
    {"kernel.clocksource", "sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc", "hpet"},
    {"kernel.user_namespaces", "proc/sys/user/max_user_namespaces", "15000", "0"},
    {"kernel.perf_events", "proc/sys/kernel/perf_event_paranoid", "2", "4"},
    {"kernel.cgroups", "proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
     "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"},
    {"memory.swap", "proc/meminfo", "SwapTotal: 0 kB", "SwapTotal: 2097152 kB"},
    {"memory.available", "proc/meminfo", "MemAvailable: 8388608 kB", "MemAvailable: 524288 kB"},
    {"memory.available", "proc/meminfo", "MemAvailable: 8388608 kB", "MemAvailable: 1024 kB", FactStatus::fail},
    {"memory.transparent_hugepages", "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never",
     "[always] madvise never"},
    {"memory.same_page_merging", "sys/kernel/mm/ksm/run", "0", "1"},
    {"memory.numa_balancing", "proc/sys/kernel/numa_balancing", "0", "1"},
    {"irq.on_bench_cpus", "proc/irq/24/smp_affinity_list", "0-1", "0-3"},
    {"irq.balancer", "proc/71/comm", "sshd", "irqbalance"},
    {"load.one_minute", "proc/loadavg", "0.10 0.20 0.30 1/107 4", "3.10 0.20 0.30 1/107 4"},
    {"load.runnable", "proc/loadavg", "0.10 0.20 0.30 1/107 4", "0.10 0.20 0.30 9/107 4"},
    {"load.stolen", "proc/stat", "cpu  900 0 100 9000 0 0 0 1 0 0", "cpu  900 0 100 900 0 0 0 100 0 0"},
    {"load.cpu_pressure", "proc/pressure/cpu", "some avg10=0.40 avg60=0 avg300=0 total=9",
     "some avg10=12.00 avg60=0 avg300=0 total=9"},
    {"load.io_pressure", "proc/pressure/io", "some avg10=0.00 avg60=0 avg300=0 total=9",
     "some avg10=12.00 avg60=0 avg300=0 total=9"},
    {"load.memory_pressure", "proc/pressure/memory", "some avg10=0.00 avg60=0 avg300=0 total=9",
     "some avg10=12.00 avg60=0 avg300=0 total=9"},
};

model::HostFact fact_of(const FakeRoot& root, const std::string& id, CpuPlan plan = {{2, 3}, {0, 1}, {0, 1, 2, 3}}) {
    for (const auto& fact : collect_facts({root.path(), {}, false, std::move(plan)}))
        if (fact.id == id) return fact;
    ADD_FAILURE() << "no fact " << id;
    return {};
}

/// What some rows need beside their own file.
void write_surroundings(const FakeRoot& root, const Row& row) {
    root.write(cpu + "online", "0-3");
    root.write(cpu + "cpu0/topology/thread_siblings_list", "0");
    if (row.id == std::string("cpu.least_frequency")) root.write(cpu + "cpu2/cpufreq/scaling_max_freq", "3000000\n");
    if (row.path.find("hwmon") == std::string::npos) return;
    root.write("sys/class/hwmon/hwmon0/name", "coretemp\n");
    root.write("sys/class/hwmon/hwmon0/temp1_crit", "100000\n");
}

TEST(HostFacts, WhatIsAbsentIsUnknownAndNeverGuessed) {
    const FakeRoot root;
    for (const auto& row : rows) {
        const auto fact = fact_of(root, row.id);
        EXPECT_EQ(fact.status, FactStatus::unknown) << row.id;
        EXPECT_EQ(fact.observed, "") << row.id;
        EXPECT_NE(fact.wanted, "") << row.id;
    }
}

TEST(HostFacts, EachRowIsOkWhereItIsAsWanted) {
    for (const auto& row : rows) {
        const FakeRoot root;
        write_surroundings(root, row);
        root.write(row.path, row.good + "\n");
        const auto fact = fact_of(root, row.id);
        EXPECT_EQ(fact.status, FactStatus::ok) << row.id << " " << fact.observed;
        EXPECT_EQ(fact.fix, "") << row.id << ": nothing is to be mended";
        EXPECT_NE(fact.observed, "") << row.id;
    }
}

TEST(HostFacts, EachRowThatIsNotAsWantedSaysWhatWasSeenAndHowToMendIt) {
    for (const auto& row : rows) {
        const FakeRoot root;
        write_surroundings(root, row);
        if (row.id == std::string("cpu.counters"))
            root.write("sys/bus/event_source/devices/software/type", "1\n");
        else
            root.write(row.path, row.bad + "\n");
        const auto fact = fact_of(root, row.id);
        EXPECT_EQ(fact.status, row.worst) << row.id << " " << fact.observed;
        EXPECT_NE(fact.observed, "") << row.id;
        EXPECT_NE(fact.wanted, "") << row.id;
        EXPECT_NE(fact.fix, "") << row.id;
    }
}

TEST(HostFacts, AProcessorThatDoesNotSayWhetherItIsAGuestsIsNotTakenForBareMetal) {
    const FakeRoot root;
    root.write("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd\n");
    EXPECT_EQ(fact_of(root, "cpu.hypervisor").status, FactStatus::unknown);
}

TEST(HostFacts, NamespacesForRootAloneAreNoneForBubblewrap) {
    const FakeRoot root;
    root.write("proc/sys/user/max_user_namespaces", "15000\n");
    root.write("proc/sys/kernel/unprivileged_userns_clone", "0\n");
    const auto fact = fact_of(root, "kernel.user_namespaces");
    EXPECT_EQ(fact.status, FactStatus::warn);
    EXPECT_EQ(fact.observed, "not for bubblewrap");
    EXPECT_THAT(fact.fix, testing::HasSubstr("under a root runner too"));
}

TEST(HostFacts, ControlGroupsOfEachKindHaveAWord) {
    const FakeRoot root;
    root.write("proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n");
    EXPECT_THAT(fact_of(root, "kernel.cgroups").observed, testing::StartsWith("none: no limit on memory"));
    const std::string v1 =
        "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "32 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n";
    root.write("proc/self/mountinfo", v1);
    EXPECT_EQ(fact_of(root, "kernel.cgroups").observed, "version 1: memory, cpuacct");
    root.write("proc/self/mountinfo", v1 + "33 23 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    EXPECT_EQ(fact_of(root, "kernel.cgroups").observed, "both, version 1 for memory, cpuacct");
    root.write("proc/self/mountinfo", "33 23 0:29 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    EXPECT_EQ(fact_of(root, "kernel.cgroups").observed, "version 2");
}

TEST(HostFacts, GovernorsThatDifferAreToldCpuByCpu) {
    const FakeRoot root;
    for (const char* one : {"cpu0", "cpu1", "cpu2"})
        root.write(cpu + one + "/cpufreq/scaling_governor",
                   one == std::string("cpu1") ? "powersave\n" : "performance\n");
    const auto fact = fact_of(root, "cpu.governor", {{0, 1, 2}, {3}, {}});
    EXPECT_EQ(fact.observed, "performance: CPU 0,2; powersave: CPU 1");
    EXPECT_EQ(fact.status, FactStatus::warn);
}

TEST(HostFacts, NonsenseIsNoFact) {
    const FakeRoot root;
    root.write("proc/loadavg", "zero\n");
    root.write("proc/pressure/cpu", "full of it\n");
    root.write("proc/stat", "cpu  1 2\n");
    root.write("sys/class/thermal/thermal_zone0/temp", "-2147483648\n");
    for (const char* id : {"load.one_minute", "load.cpu_pressure", "load.stolen", "cpu.temperature"})
        EXPECT_EQ(fact_of(root, id).status, FactStatus::unknown) << id;
}

TEST(HostFacts, ThisHostCanBeDescribed) {
    const platform::TempDir work;
    const auto facts = collect_facts({"/", work.path(), true, {}});
    std::set<std::string> ids;
    for (const auto& fact : facts) EXPECT_TRUE(ids.insert(fact.id).second) << fact.id << " twice";
    EXPECT_TRUE(ids.contains("disk.free") && ids.contains("disk.free_files") && ids.contains("memory.total"));
    EXPECT_FALSE(describe_host(facts).empty());
}

std::vector<model::HostFact> three_facts() {
    return {{"cpu.governor", FactStatus::warn, "powersave", "performance", "cpupower"},
            {"cpu.turbo", FactStatus::unknown, "", "1", ""},
            {"disk.free", FactStatus::fail, "1.0 GiB", "more than 20 GiB", "free some space"}};
}

TEST(Fitness, TheOperatorMayAskForMoreAndForLess) {
    auto facts = three_facts();
    EXPECT_EQ(overall(facts), FactStatus::fail);
    EXPECT_EQ(why_unfit(facts), "disk.free is 1.0 GiB (wanted: more than 20 GiB; free some space)");
    apply_rules({{}, {"disk.free"}}, facts);
    EXPECT_EQ(overall(facts), FactStatus::warn);
    EXPECT_EQ(why_unfit(facts), "");
    facts = three_facts();
    apply_rules({{"cpu.*"}, {"disk.*"}}, facts);
    EXPECT_EQ(facts[0].status, FactStatus::fail);
    EXPECT_EQ(facts[1].status, FactStatus::fail) << "what must be so and is not known is not so";
    EXPECT_NE(why_unfit(facts).find("cpu.turbo is unknown"), std::string::npos);
    facts = three_facts();
    apply_rules({{"cpu.governor"}, {"cpu.governor"}}, facts);
    EXPECT_EQ(facts[0].status, FactStatus::warn) << "tolerating is the last word";
}

TEST(Fitness, ARuleThatNamesNoFactIsAMistakeThatNamesThoseThereAre) {
    const auto facts = three_facts();
    EXPECT_TRUE(check_rules({{"cpu.*"}, {"disk.free"}}, facts));
    const auto wrong = check_rules({{"cpu.govenor"}, {}}, facts);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error(), "there is no fact 'cpu.govenor'; there are: cpu.governor, cpu.turbo");
    EXPECT_FALSE(check_rules({{}, {"nonsense"}}, facts));
}

TEST(Fitness, TheTableHasColumnsForWhatWasSeenWhatIsWantedAndHowToMendIt) {
    EXPECT_EQ(facts_table(three_facts()),
              "status  id           seen      wanted           how to mend\n"
              "warn    cpu.governor powersave performance      cpupower\n"
              "unknown cpu.turbo    -         1\n"
              "fail    disk.free    1.0 GiB   more than 20 GiB free some space\n");
    EXPECT_EQ(facts_table(three_facts(), 80), facts_table(three_facts()));
    EXPECT_THAT(facts_json(three_facts()), testing::HasSubstr("\"fit\": false"));
}

TEST(Fitness, OnANarrowTerminalWhatIsWantedStandsBelow) {
    auto facts = three_facts();
    facts[2].fix = "free some space in the work folder, or name another one";
    EXPECT_EQ(facts_table(facts, 50),
              "warn    cpu.governor powersave\n"
              "        wanted  performance\n"
              "        mend    cpupower\n"
              "unknown cpu.turbo    -\n"
              "fail    disk.free    1.0 GiB\n"
              "        wanted  more than 20 GiB\n"
              "        mend    free some space in the work\n"
              "                folder, or name another one\n");
}

}  // namespace
}  // namespace benchgate::host
