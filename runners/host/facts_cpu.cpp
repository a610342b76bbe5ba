// Which CPUs there are, what they are, and which of them measure.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "runners/host/fact_list.h"

namespace benchgate::host {
namespace {

const std::filesystem::path cpu_devices = "sys/devices/system/cpu";

void add_virtual_machine(FactList& facts) {
    // Elsewhere than on x86 there is no such line, and a guest does not show there.
    const auto flags = facts.field("proc/cpuinfo", "flags");
    const bool is_guest = flags && (" " + *flags + " ").find(" hypervisor ") != std::string::npos;
    std::optional<std::string> seen;
    if (flags) seen = is_guest ? "virtual machine" : "bare metal";
    facts.expect("cpu.hypervisor", seen, !is_guest,
                 {"bare metal", "measure on a host of its own; other guests add noise"});
    const auto vendor = facts.text("sys/class/dmi/id/sys_vendor");
    const auto product = facts.text("sys/class/dmi/id/product_name");
    facts.say("host.hardware", vendor ? std::optional(trimmed(*vendor + " " + product.value_or(""))) : std::nullopt);
}

/// A core's other thread takes a third and more of what the first one gets.
void add_siblings(FactList& facts) {
    const auto active = facts.text(cpu_devices / "smt/active");
    facts.expect("cpu.smt", active, active == "0", {"0", "echo off > /sys/devices/system/cpu/smt/control"});
    const auto bench = facts.bench();
    std::vector<int> strangers;
    for (const int cpu : bench)
        for (const int sibling : siblings_of(cpu, facts.options().root))
            if (!std::ranges::binary_search(bench, sibling)) strangers.push_back(sibling);
    const bool is_told = facts.text(cpu_devices / "cpu0/topology/thread_siblings_list").has_value() && !bench.empty();
    const auto seen =
        strangers.empty() ? "all their own" : fmt::format("CPUs {} do other work", format_cpus(strangers));
    facts.expect("cpu.bench_siblings", is_told ? std::optional(seen) : std::nullopt, strangers.empty(),
                 {"no other work on the cores that measure",
                  fmt::format("add {} to --bench-cpus, or take their cores out of it", format_cpus(strangers))});
}

/// The scheduler moves nothing between isolated CPUs: all threads of a program stay on the one where it began.
void add_balance(FactList& facts, bool is_told, const std::vector<int>& isolated) {
    const auto bench = facts.bench();
    std::vector<int> apart;
    std::ranges::set_intersection(bench, isolated, std::back_inserter(apart));
    const auto seen = apart.size() <= 1 ? "yes" : fmt::format("not between CPUs {}", format_cpus(apart));
    facts.expect("cpu.balanced", is_told ? std::optional<std::string>(seen) : std::nullopt, apart.size() <= 1,
                 {"threads spread over the CPUs that measure", "isolate one CPU only, or none (no isolcpus)"});
}

void add_plan(FactList& facts) {
    const auto& plan = facts.options().cpus;
    if (plan.bench.empty()) {
        facts.say("cpu.bench", std::nullopt);
        facts.say("cpu.housekeeping", std::nullopt);
    } else {
        facts.expect("cpu.bench", format_cpus(plan.bench), plan.is_apart(),
                     {"CPUs that nothing else of the runner uses",
                      "a host with more than two CPUs, or --bench-cpus and --housekeeping-cpus"});
        facts.say("cpu.housekeeping", format_cpus(plan.housekeeping));
    }
    const auto listed = facts.text(cpu_devices / "isolated");
    const auto isolated = isolated_cpus(facts.options().root);
    const bool all = std::ranges::includes(isolated, facts.bench()) && !facts.bench().empty();
    const auto list = plan.is_apart() ? format_cpus(plan.bench) : std::string("1-N");
    facts.expect("cpu.isolated", listed ? std::optional(isolated.empty() ? "none" : format_cpus(isolated)) : listed,
                 all,
                 {"the CPUs that measure",
                  fmt::format("for programs of one thread: boot with isolcpus={0} nohz_full={0} rcu_nocbs={0}; else "
                              "with nohz_full={0} rcu_nocbs={0} alone, and the runner in a cgroup with "
                              "cpuset.cpus.partition=root",
                              list)});
    add_balance(facts, listed.has_value(), isolated);
    const auto tickless = facts.text(cpu_devices / "nohz_full");
    const auto quiet = parse_cpus(tickless == "(null)" ? "" : tickless.value_or("")).value_or(std::vector<int>{});
    facts.expect("cpu.tickless", tickless ? std::optional(quiet.empty() ? "none" : format_cpus(quiet)) : tickless,
                 !quiet.empty() && std::ranges::includes(quiet, facts.bench()),
                 {"the CPUs that measure", fmt::format("boot with nohz_full={0} rcu_nocbs={0}", list)});
}

}  // namespace

void add_cpu_facts(FactList& facts) {
    facts.say("cpu.model", facts.field("proc/cpuinfo", "model name"));
    facts.say("cpu.online", facts.text(cpu_devices / "online"));
    add_virtual_machine(facts);
    add_siblings(facts);
    add_plan(facts);
}

}  // namespace benchgate::host
