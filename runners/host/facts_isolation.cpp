// What the sandbox and the meters stand on: control groups, user namespaces, counters. Each may be absent; the fact
// says what is lost by it.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "runners/host/fact_list.h"

namespace benchgate::host {
namespace {

/// "version 2", "version 1", "both: version 1 has memory, pids" or "none".
std::optional<std::string> cgroups(const FactList& facts, bool& good) {
    const auto mounts = facts.text("proc/self/mountinfo");
    if (!mounts) return std::nullopt;
    bool second = false;
    std::string first;
    std::istringstream lines(*mounts);
    for (std::string line; std::getline(lines, line);) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::istringstream words(line.substr(dash + 3));
        std::string type, source, options;
        words >> type >> source >> options;
        second |= type == "cgroup2";
        if (type != "cgroup") continue;
        for (const char* name : {"memory", "pids", "cpuacct"})
            if (("," + options + ",").find(fmt::format(",{},", name)) != std::string::npos &&
                (", " + first + ",").find(fmt::format(", {},", name)) == std::string::npos)
                first += (first.empty() ? "" : ", ") + std::string(name);
    }
    good = second && first.empty();
    if (!second && first.empty()) return "none: no limit on memory, CPU time of processes that were waited for only";
    if (second && first.empty()) return "version 2";
    return fmt::format("{} {}", second ? "both, version 1 for" : "version 1:", first);
}

void add_namespaces(FactList& facts) {
    const auto most = facts.number("proc/sys/user/max_user_namespaces");
    const auto cloning = facts.text("proc/sys/kernel/unprivileged_userns_clone");
    std::optional<std::string> seen;
    if (most) seen = *most <= 0 ? "none" : cloning == "0" ? "not for bubblewrap" : fmt::format("up to {:.0f}", *most);
    facts.expect("kernel.user_namespaces", seen, most && *most > 0 && cloning != "0",
                 {"for everybody",
                  "sysctl user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1; bubblewrap runs as an "
                  "ordinary user, under a root runner too: without them only --allow-unsandboxed is left"});
}

}  // namespace

void add_isolation_facts(FactList& facts) {
    bool good = false;
    const auto groups = cgroups(facts, good);
    facts.expect("kernel.cgroups", groups, good, {"version 2", "boot with systemd.unified_cgroup_hierarchy=1"});
    add_namespaces(facts);
    const auto devices = facts.names("sys/bus/event_source/devices");
    const bool has_cpu = std::ranges::any_of(devices, [](const auto& name) { return name.starts_with("cpu"); }) ||
                         std::ranges::any_of(devices, [](const auto& name) { return name.starts_with("armv8"); });
    facts.expect("cpu.counters", devices.empty() ? std::nullopt : std::optional(has_cpu ? "there are some" : "none"),
                 has_cpu,
                 {"hardware counters",
                  "let the virtual machine have a PMU; without one instructions are not counted, times are measured"});
    const auto paranoid = facts.number("proc/sys/kernel/perf_event_paranoid");
    facts.expect("kernel.perf_events", paranoid ? std::optional(fmt::format("{:.0f}", *paranoid)) : std::nullopt,
                 paranoid && *paranoid <= 2,
                 {"at most 2", "sysctl kernel.perf_event_paranoid=2; profiles and counters need it"});
}

}  // namespace benchgate::host
