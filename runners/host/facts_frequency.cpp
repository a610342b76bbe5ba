// How fast the CPUs run, what slows them down, and how warm they are.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "runners/host/fact_list.h"

namespace benchgate::host {
namespace {

using Path = std::filesystem::path;
const Path frequency_devices = "sys/devices/system/cpu";

Path cpufreq(int cpu) {
    return frequency_devices / fmt::format("cpu{}/cpufreq", cpu);
}

/// "performance", or "performance: CPU 0-2; powersave: CPU 3"; absent where no CPU has the file.
std::optional<std::string> words_of(const FactList& facts, const char* name) {
    std::map<std::string, std::vector<int>> words;
    for (const int cpu : facts.bench())
        if (const auto word = facts.text(cpufreq(cpu) / name)) words[*word].push_back(cpu);
    if (words.empty()) return std::nullopt;
    if (words.size() == 1) return words.begin()->first;
    std::string text;
    for (const auto& [word, which] : words)
        text += fmt::format("{}{}: CPU {}", text.empty() ? "" : "; ", word, format_cpus(which));
    return text;
}

std::string megahertz(double kilohertz) {
    return fmt::format("{:.0f} MHz", kilohertz / 1000);
}

void add_governor(FactList& facts) {
    const auto governor = words_of(facts, "scaling_governor");
    facts.expect("cpu.governor", governor, governor == "performance",
                 {"performance", "cpupower frequency-set -g performance, or benchgate-runner tune"});
    facts.say("cpu.frequency_driver", words_of(facts, "scaling_driver"));
    std::optional<double> least, least_wanted, now, now_most;
    for (const int cpu : facts.bench()) {
        const auto low = facts.number(cpufreq(cpu) / "scaling_min_freq");
        const auto high = facts.number(cpufreq(cpu) / "scaling_max_freq");
        const auto at = facts.number(cpufreq(cpu) / "scaling_cur_freq");
        if (low) least = std::min(least.value_or(*low), *low);
        if (high) least_wanted = std::min(least_wanted.value_or(*high), *high);
        if (at) now = std::min(now.value_or(*at), *at);
        if (at) now_most = std::max(now_most.value_or(*at), *at);
    }
    facts.expect("cpu.least_frequency", least ? std::optional(megahertz(*least)) : std::nullopt,
                 least && least_wanted && *least >= *least_wanted,
                 {least_wanted ? megahertz(*least_wanted) : "that of scaling_max_freq",
                  "cpupower frequency-set -d MAX, or benchgate-runner tune"});
    facts.say("cpu.frequency", !now                ? std::nullopt
                               : *now == *now_most ? std::optional(megahertz(*now))
                                                   : std::optional(megahertz(*now) + " to " + megahertz(*now_most)));
}

void add_turbo(FactList& facts) {
    if (facts.text(frequency_devices / "intel_pstate/no_turbo"))
        return facts.expect_word("cpu.turbo", frequency_devices / "intel_pstate/no_turbo",
                                 {"1", "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo"});
    facts.expect_word("cpu.turbo", frequency_devices / "cpufreq/boost",
                      {"0", "echo 0 > /sys/devices/system/cpu/cpufreq/boost"});
}

/// A CPU that sleeps deeply takes its time to wake up, and its caches may be empty then.
void add_idle(FactList& facts) {
    constexpr double harmless_us = 10;
    std::optional<double> deepest;
    for (const int cpu : facts.bench()) {
        const auto folder = frequency_devices / fmt::format("cpu{}/cpuidle", cpu);
        for (const auto& state : facts.names(folder))
            if (const auto latency = facts.number(folder / state / "latency");
                latency && facts.number(folder / state / "disable").value_or(0) == 0)
                deepest = std::max(deepest.value_or(0), *latency);
    }
    facts.expect("cpu.idle_latency", deepest ? std::optional(fmt::format("up to {:.0f} us", *deepest)) : std::nullopt,
                 deepest && *deepest <= harmless_us,
                 {"at most 10 us", "benchgate-runner tune (it holds /dev/cpu_dma_latency at 0)"});
}

void add_throttling(FactList& facts) {
    std::optional<double> events;
    for (const auto& name : facts.names(frequency_devices))
        for (const char* counter : {"thermal_throttle/core_throttle_count", "thermal_throttle/package_throttle_count"})
            if (const auto count = facts.number(frequency_devices / name / counter))
                events = events.value_or(0) + *count;
    facts.expect("cpu.throttled",
                 events ? std::optional(fmt::format("{:.0f} times since the start", *events)) : std::nullopt,
                 events == 0, {"never", "cool the host better, or lower its highest frequency"});
}

/// Millidegrees; 0 and nonsense of unconnected sensors are left out.
bool is_temperature(double value) {
    return value > 1'000 && value < 150'000;
}

void add_temperature(FactList& facts) {
    constexpr double usual_critical = 100'000, near = 10'000;
    std::optional<double> warmest, margin;
    const auto look = [&](const std::optional<double>& now, const std::optional<double>& critical) {
        if (!now || !is_temperature(*now)) return;
        const double limit = critical && is_temperature(*critical) ? *critical : usual_critical;
        warmest = std::max(warmest.value_or(0), *now);
        margin = std::min(margin.value_or(limit), limit - *now);
    };
    for (const auto& chip : facts.names("sys/class/hwmon")) {
        const Path folder = Path("sys/class/hwmon") / chip;
        const auto driver = facts.text(folder / "name").value_or("");
        if (driver != "coretemp" && driver != "k10temp" && driver != "zenpower" && driver != "cpu_thermal") continue;
        for (const auto& file : facts.names(folder))
            if (file.starts_with("temp") && file.ends_with("_input"))
                look(facts.number(folder / file), facts.number(folder / (file.substr(0, file.size() - 6) + "_crit")));
    }
    if (!warmest)
        for (const auto& zone : facts.names("sys/class/thermal")) {
            const Path folder = Path("sys/class/thermal") / zone;
            if (zone.starts_with("thermal_zone")) look(facts.number(folder / "temp"), std::nullopt);
        }
    const bool is_hot = margin && *margin <= 0;
    facts.expect("cpu.temperature", warmest ? std::optional(fmt::format("{:.0f} °C", *warmest / 1000)) : std::nullopt,
                 margin && *margin > near,
                 {margin ? fmt::format("below {:.0f} °C", (*warmest + *margin - near) / 1000) : "10 °C below critical",
                  "let it cool down; see to its fans", is_hot ? model::FactStatus::fail : model::FactStatus::warn});
}

}  // namespace

void add_frequency_facts(FactList& facts) {
    add_governor(facts);
    add_turbo(facts);
    add_idle(facts);
    add_throttling(facts);
    add_temperature(facts);
}

}  // namespace benchgate::host
