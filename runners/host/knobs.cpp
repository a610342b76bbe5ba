#include "runners/host/knobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/files.h"

namespace benchgate::host {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_knob_bytes = 64u << 10;
constexpr std::size_t most_interrupts = 100'000;
const fs::path cpu_folder = "sys/devices/system/cpu";

std::vector<int> tuned_cpus(const TuneOptions& options) {
    if (!options.cpus.bench.empty()) return options.cpus.bench;
    const auto online = read_knob(options.root, cpu_folder / "online");
    return parse_cpus(online.value_or("")).value_or(std::vector<int>{});
}

/// Interrupts that may reach a CPU that measures, where another one can take them.
void add_interrupts(const TuneOptions& options, std::vector<Knob>& knobs) {
    if (!options.cpus.is_apart()) return;
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator at(options.root / "proc/irq", error), end;
         !error && at != end && found.size() < most_interrupts; at.increment(error))
        found.push_back(fs::path("proc/irq") / at->path().filename() / "smp_affinity_list");
    std::sort(found.begin(), found.end());
    const auto& bench = options.cpus.bench;
    for (const auto& path : found) {
        const auto now = parse_cpus(read_knob(options.root, path).value_or("")).value_or(std::vector<int>{});
        if (std::ranges::any_of(now, [&](int cpu) { return std::ranges::binary_search(bench, cpu); }))
            knobs.push_back({path, format_cpus(options.cpus.housekeeping)});
    }
}

}  // namespace

std::vector<Knob> knobs_of(const TuneOptions& options) {
    std::vector<Knob> knobs;
    if (options.smt_off) knobs.push_back({cpu_folder / "smt/control", "off", {}, {"forceoff", "notsupported"}});
    // Before the frequencies: it lowers the highest one.
    knobs.push_back({cpu_folder / "intel_pstate/no_turbo", "1"});
    knobs.push_back({cpu_folder / "cpufreq/boost", "0"});
    for (const int cpu : tuned_cpus(options)) {
        const auto cpufreq = cpu_folder / fmt::format("cpu{}/cpufreq", cpu);
        knobs.push_back({cpufreq / "scaling_governor", "performance"});
        knobs.push_back({cpufreq / "scaling_min_freq", "", cpufreq / "scaling_max_freq"});
    }
    knobs.push_back({"sys/kernel/mm/transparent_hugepage/enabled", "madvise", {}, {"never"}});
    knobs.push_back({"sys/kernel/mm/ksm/run", "0"});
    for (const char* name : {"numa_balancing", "nmi_watchdog", "timer_migration"})
        knobs.push_back({fs::path("proc/sys/kernel") / name, "0"});
    add_interrupts(options, knobs);
    return knobs;
}

bool is_knob(const fs::path& path) {
    constexpr std::array below{"sys/devices/system/cpu/", "sys/kernel/mm/transparent_hugepage/", "sys/kernel/mm/ksm/",
                               "proc/irq/"};
    const auto text = path.generic_string();
    if (path.is_absolute() || path.lexically_normal() != path || text.find("..") != std::string::npos) return false;
    if (std::ranges::any_of(below, [&](const char* folder) { return text.starts_with(folder); })) return true;
    return text == "proc/sys/kernel/numa_balancing" || text == "proc/sys/kernel/nmi_watchdog" ||
           text == "proc/sys/kernel/timer_migration";
}

std::optional<std::string> read_knob(const fs::path& root, const fs::path& path) {
    auto bytes = platform::read_file(root / path, most_knob_bytes);
    if (!bytes) return std::nullopt;
    return std::move(*bytes);
}

std::string value_of(const fs::path& path, const std::string& bytes) {
    std::string value = bytes;
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back()))) value.pop_back();
    const auto open = value.find('['), close = value.find(']', open);
    if (open != std::string::npos && close != std::string::npos) return value.substr(open + 1, close - open - 1);
    if (path.filename() == "smp_affinity_list")
        if (const auto cpus = parse_cpus(value)) return format_cpus(*cpus);
    return value;
}

}  // namespace benchgate::host
