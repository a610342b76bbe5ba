#include "runners/host/deltas.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

#include "platform/files.h"

#include <unistd.h>

namespace benchgate::host {
namespace {

constexpr std::size_t most_bytes = 4u << 20;

std::optional<std::string> text_of(const std::filesystem::path& root, const char* path) {
    auto bytes = platform::read_file(root / path, most_bytes);
    if (!bytes) return std::nullopt;
    return std::move(*bytes);
}

double ticks_a_second() {
    const long ticks = sysconf(_SC_CLK_TCK);
    return ticks > 0 ? static_cast<double>(ticks) : 100.0;
}

/// Sums the "cpuN" lines of /proc/stat that are watched: user nice system idle iowait irq softirq steal.
void add_stat(const std::string& stat, const std::vector<int>& cpus, Counters& counters) {
    const std::set<int> watched(cpus.begin(), cpus.end());
    std::istringstream lines(stat);
    double busy = 0, interrupts = 0, steal = 0;
    bool found = false;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("cpu") || line.size() < 4 || !std::isdigit(static_cast<unsigned char>(line[3]))) continue;
        std::istringstream fields(line.substr(3));
        int cpu = 0;
        double v[8] = {};
        fields >> cpu;
        for (auto& value : v) fields >> value;
        if (!fields || (!watched.empty() && !watched.contains(cpu))) continue;
        found = true;
        busy += v[0] + v[1] + v[2];
        interrupts += v[5] + v[6];
        steal += v[7];
    }
    if (!found) return;
    counters.busy_seconds = busy / ticks_a_second();
    counters.interrupt_seconds = interrupts / ticks_a_second();
    counters.steal_seconds = steal / ticks_a_second();
}

std::optional<double> field_of(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    std::string key;
    double value = 0;
    while (lines >> key >> value)
        if (key == name) return value;
    return std::nullopt;
}

/// "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345" in microseconds.
std::optional<double> pressure(const std::filesystem::path& root, const char* path) {
    const auto text = text_of(root, path);
    if (!text) return std::nullopt;
    const auto at = text->find("total=");
    if (!text->starts_with("some") || at == std::string::npos) return std::nullopt;
    double total = 0;
    const auto [end, error] = std::from_chars(text->data() + at + 6, text->data() + text->size(), total);
    if (error != std::errc{}) return std::nullopt;
    return total / 1e6;
}

std::optional<double> throttle_events(const std::filesystem::path& root) {
    const auto cpus = root / "sys/devices/system/cpu";
    std::error_code error;
    std::optional<double> sum;
    for (const auto& entry : std::filesystem::directory_iterator(cpus, error))
        for (const char* name : {"thermal_throttle/core_throttle_count", "thermal_throttle/package_throttle_count"})
            if (const auto text = text_of(entry.path(), name))
                sum = sum.value_or(0) + std::strtod(text->c_str(), nullptr);
    return sum;
}

/// Lines "24:  1  0  IO-APIC ...": those of devices begin with a number, and the first line names the CPUs.
std::optional<double> device_interrupts(const std::filesystem::path& root, const std::vector<int>& cpus) {
    const auto text = text_of(root, "proc/interrupts");
    if (!text) return std::nullopt;
    const std::set<int> watched(cpus.begin(), cpus.end());
    std::istringstream lines(*text);
    std::string line, word;
    std::getline(lines, line);
    std::vector<bool> counts;
    for (std::istringstream heads(line); heads >> word;) {
        if (!word.starts_with("CPU")) return std::nullopt;
        counts.push_back(watched.empty() || watched.contains(std::atoi(word.c_str() + 3)));
    }
    double sum = 0;
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        if (!(fields >> word) || !std::isdigit(static_cast<unsigned char>(word.front()))) continue;
        double value = 0;
        for (std::size_t i = 0; i < counts.size() && fields >> value; ++i)
            if (counts[i]) sum += value;
    }
    return sum;
}

/// Nothing counts backwards but a counter that was reset: then the change is not known.
std::optional<double> change(const std::optional<double>& before, const std::optional<double>& after) {
    if (!before || !after || *after < *before) return std::nullopt;
    return *after - *before;
}

}  // namespace

Counters read_counters(const CounterSource& source) {
    Counters counters;
    if (const auto stat = text_of(source.root, "proc/stat")) add_stat(*stat, source.cpus, counters);
    if (const auto vmstat = text_of(source.root, "proc/vmstat")) {
        counters.swap_in_pages = field_of(*vmstat, "pswpin");
        counters.swap_out_pages = field_of(*vmstat, "pswpout");
    }
    counters.throttle_events = throttle_events(source.root);
    counters.cpu_pressure_seconds = pressure(source.root, "proc/pressure/cpu");
    counters.io_pressure_seconds = pressure(source.root, "proc/pressure/io");
    counters.memory_pressure_seconds = pressure(source.root, "proc/pressure/memory");
    counters.interrupts = device_interrupts(source.root, source.cpus);
    return counters;
}

model::HostDeltas difference(const Counters& before, const Counters& after, const OwnUse& own) {
    model::HostDeltas deltas;
    deltas.steal_seconds = change(before.steal_seconds, after.steal_seconds);
    deltas.throttle_events = change(before.throttle_events, after.throttle_events);
    deltas.swap_in_pages = change(before.swap_in_pages, after.swap_in_pages);
    deltas.swap_out_pages = change(before.swap_out_pages, after.swap_out_pages);
    deltas.cpu_pressure_seconds = change(before.cpu_pressure_seconds, after.cpu_pressure_seconds);
    deltas.io_pressure_seconds = change(before.io_pressure_seconds, after.io_pressure_seconds);
    if (const auto waited = change(before.memory_pressure_seconds, after.memory_pressure_seconds))
        deltas.memory_pressure_seconds = std::max(0.0, *waited - own.memory_wait_seconds);
    deltas.interrupts = change(before.interrupts, after.interrupts);
    deltas.own_cpu_seconds = own.cpu_seconds;
    // A trial's own network traffic is handled in interrupts. Where its group does not count that, it is nobody's;
    // where it does, leaving it out on one side only would hide others behind it.
    auto busy = change(before.busy_seconds, after.busy_seconds);
    if (busy && own.holds_interrupts) *busy += change(before.interrupt_seconds, after.interrupt_seconds).value_or(0);
    if (busy && own.cpu_seconds) deltas.foreign_cpu_seconds = std::max(0.0, *busy - *own.cpu_seconds);
    return deltas;
}

std::string_view to_string(Disturbance kind) {
    switch (kind) {
        case Disturbance::throttling:
            return "throttling";
        case Disturbance::swapping:
            return "swapping";
        case Disturbance::steal:
            return "stolen CPU time";
        case Disturbance::foreign_load:
            return "other processes";
        case Disturbance::memory_pressure:
            return "lack of memory";
        case Disturbance::cpu_pressure:
            return "waiting for a CPU";
    }
    return "";
}

std::optional<VoidReason> void_reason(const model::HostDeltas& deltas, const TrialSpan& span,
                                      const VoidThresholds& thresholds) {
    const double seconds = std::chrono::duration<double>(span.duration).count();
    const double capacity = seconds * span.cpus;
    if (deltas.throttle_events.value_or(0) > thresholds.throttle_events)
        return VoidReason{Disturbance::throttling,
                          fmt::format("the CPU was throttled {:.0f} times", *deltas.throttle_events)};
    const double swapped = deltas.swap_in_pages.value_or(0) + deltas.swap_out_pages.value_or(0);
    if (swapped > thresholds.swap_pages)
        return VoidReason{Disturbance::swapping, fmt::format("the host swapped {:.0f} pages", swapped)};
    if (const auto steal = deltas.steal_seconds.value_or(0);
        steal > thresholds.steal_floor_seconds && steal > thresholds.steal_fraction * capacity)
        return VoidReason{Disturbance::steal,
                          fmt::format("{:.0f} ms of CPU time were stolen by the hypervisor", steal * 1000)};
    if (const auto foreign = deltas.foreign_cpu_seconds.value_or(0);
        foreign > thresholds.foreign_floor_seconds && foreign > thresholds.foreign_fraction * capacity)
        return VoidReason{Disturbance::foreign_load,
                          fmt::format("other processes used {:.0f} ms of CPU time", foreign * 1000)};
    const auto waited = [&](const std::optional<double>& pressure, double fraction) {
        const double lost = pressure.value_or(0);
        return lost > thresholds.pressure_floor_seconds && lost > fraction * seconds;
    };
    if (waited(deltas.memory_pressure_seconds, thresholds.memory_pressure_fraction))
        return VoidReason{Disturbance::memory_pressure,
                          fmt::format("processes waited {:.0f} ms for memory", *deltas.memory_pressure_seconds * 1000)};
    if (!deltas.foreign_cpu_seconds && waited(deltas.cpu_pressure_seconds, thresholds.cpu_pressure_fraction))
        return VoidReason{Disturbance::cpu_pressure,
                          fmt::format("processes waited {:.0f} ms for a CPU", *deltas.cpu_pressure_seconds * 1000)};
    return std::nullopt;
}

int watched_cpus(const CounterSource& source) {
    if (!source.cpus.empty()) return static_cast<int>(source.cpus.size());
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? static_cast<int>(online) : 1;
}

}  // namespace benchgate::host
