// What else goes on here: load, stolen time, pressure, interrupts, a full disk.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include <sys/statvfs.h>

#include "runners/host/fact_list.h"

namespace benchgate::host {
namespace {

void add_average(FactList& facts) {
    std::optional<double> one;
    std::optional<std::string> runnable;
    if (const auto average = facts.text("proc/loadavg")) {
        std::istringstream words(*average);
        double value = 0;
        std::string word;
        if (words >> value) one = value;
        words >> word >> word >> word;
        // This program is one of them.
        if (const auto slash = word.find('/'); slash != std::string::npos) runnable = word.substr(0, slash);
    }
    facts.expect("load.one_minute", one ? std::optional(fmt::format("{:.2f}", *one)) : std::nullopt, one && *one < 0.5,
                 {"below 0.5", "stop what else runs on this host"});
    const int running = runnable ? std::atoi(runnable->c_str()) : 0;
    facts.expect("load.runnable", runnable, running <= 1,
                 {"1, which is this program", "stop what else runs on this host"});
}

void add_pressure(FactList& facts, const char* id, const char* path, const char* fix) {
    constexpr double harmless_percent = 1;
    std::optional<double> share;
    if (const auto text = facts.text(path); text && text->starts_with("some avg10="))
        share = std::strtod(text->c_str() + 11, nullptr);
    facts.expect(id, share ? std::optional(fmt::format("{:.1f} % of the last 10 s", *share)) : std::nullopt,
                 share && *share <= harmless_percent, {"at most 1 %", fix});
}

/// Since the start: what one trial lost is in its deltas.
void add_steal(FactList& facts) {
    constexpr double harmless_share = 0.005;
    std::istringstream fields(facts.field("proc/stat", "cpu").value_or(""));
    double all = 0, stolen = 0, value = 0;
    int count = 0;
    for (; count < 8 && fields >> value; ++count) {
        all += value;
        stolen = value;
    }
    const bool is_known = count == 8 && all > 0;
    facts.expect("load.stolen",
                 is_known ? std::optional(fmt::format("{:.2f} % since the start", 100 * stolen / all)) : std::nullopt,
                 is_known && stolen <= harmless_share * all,
                 {"at most 0.5 %", "measure on a host of its own; other guests take its CPUs"});
}

}  // namespace

void add_load_facts(FactList& facts) {
    add_average(facts);
    add_steal(facts);
    add_pressure(facts, "load.cpu_pressure", "proc/pressure/cpu", "stop what else runs on this host");
    add_pressure(facts, "load.io_pressure", "proc/pressure/io", "stop what else reads and writes on this host");
    add_pressure(facts, "load.memory_pressure", "proc/pressure/memory", "stop what else uses memory on this host");
}

void add_interrupt_facts(FactList& facts) {
    const auto bench = facts.bench();
    int all = 0, here = 0;
    for (const auto& irq : facts.names("proc/irq")) {
        const auto list = facts.text(std::filesystem::path("proc/irq") / irq / "smp_affinity_list");
        if (!list) continue;
        ++all;
        const auto cpus = parse_cpus(*list).value_or(std::vector<int>{});
        here += std::ranges::any_of(cpus, [&](int cpu) { return std::ranges::binary_search(bench, cpu); });
    }
    facts.expect("irq.on_bench_cpus", all > 0 ? std::optional(fmt::format("{} of {}", here, all)) : std::nullopt,
                 here == 0, {"none", "benchgate-runner tune (it moves them to the housekeeping CPUs)"});
    bool is_there = false, is_running = false;
    for (const auto& process : facts.names("proc")) {
        if (!std::isdigit(static_cast<unsigned char>(process.front()))) continue;
        const auto comm = facts.text(std::filesystem::path("proc") / process / "comm");
        is_there |= comm.has_value();
        is_running |= comm == "irqbalance";
    }
    facts.expect("irq.balancer", is_there ? std::optional(is_running ? "irqbalance" : "none") : std::nullopt,
                 !is_running, {"none", "systemctl stop irqbalance, or benchgate-runner tune"});
}

void add_disk_facts(FactList& facts) {
    constexpr double gibibyte = 1 << 30, enough = 20, too_little = 2, enough_files = 100'000, too_few_files = 10'000;
    struct statvfs space {};
    if (facts.options().work_directory.empty() || statvfs(facts.options().work_directory.c_str(), &space) != 0) return;
    const double free = static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize) / gibibyte;
    facts.expect("disk.free", fmt::format("{:.1f} GiB", free), free > enough,
                 {"more than 20 GiB", "free some space in the work folder",
                  free > too_little ? model::FactStatus::warn : model::FactStatus::fail});
    // Some file systems have no such number, and say 0 of 0.
    if (space.f_files == 0) return facts.say("disk.free_files", std::nullopt);
    const auto files = static_cast<double>(space.f_favail);
    facts.expect("disk.free_files", fmt::format("{:.0f}", files), files > enough_files,
                 {"more than 100000", "remove some files on the work folder's disk",
                  files > too_few_files ? model::FactStatus::warn : model::FactStatus::fail});
}

}  // namespace benchgate::host
