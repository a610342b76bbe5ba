#include "runners/host/cpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>

#include <sched.h>

#include "platform/files.h"

namespace benchgate::host {
namespace {

constexpr int most_cpus = CPU_SETSIZE;
constexpr std::size_t most_list_bytes = 64u << 10;

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole = error == std::errc{} && end == text.data() + text.size();
    return is_whole && value >= 0 && value < most_cpus ? std::optional(value) : std::nullopt;
}

std::vector<int> listed_in(const std::filesystem::path& file) {
    const auto text = platform::read_file(file, most_list_bytes);
    return text ? parse_cpus(*text).value_or(std::vector<int>{}) : std::vector<int>{};
}

std::vector<int> without(const std::vector<int>& all, const std::vector<int>& some) {
    std::vector<int> left;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(left));
    return left;
}

std::vector<int> both(const std::vector<int>& one, const std::vector<int>& other) {
    std::vector<int> shared;
    std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(shared));
    return shared;
}

std::vector<int> either(const std::vector<int>& one, const std::vector<int>& other) {
    std::vector<int> all;
    std::set_union(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(all));
    return all;
}

/// By affinity and cpuset, as the kernel shows it.
std::vector<int> allowed_cpus(const std::filesystem::path& root) {
    std::istringstream lines(platform::read_file(root / "proc/self/status", 1u << 20).value_or(""));
    constexpr std::string_view key = "Cpus_allowed_list:";
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(key)) return parse_cpus(line.substr(key.size())).value_or(std::vector<int>{});
    return listed_in(root / "sys/devices/system/cpu/online");
}

std::vector<int> derived_bench(const std::vector<int>& allowed, const std::vector<int>& isolated,
                               const std::filesystem::path& root) {
    if (!isolated.empty() && !without(allowed, isolated).empty()) return isolated;
    if (allowed.size() <= 2) return allowed;
    const auto rest = without(allowed, siblings_of(allowed.front(), root));
    return rest.empty() ? allowed : rest;
}

std::vector<int> affinity() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
    for (int cpu = 0; cpu < most_cpus; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

}  // namespace

tl::expected<std::vector<int>, std::string> parse_cpus(std::string_view text) {
    std::set<int> cpus;
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto part = text.substr(0, comma);
        const auto dash = part.find('-');
        const auto first = whole_number(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : whole_number(part.substr(dash + 1));
        if (!first || !last || *last < *first)
            return tl::unexpected(fmt::format("'{}' is no CPU and no range of CPUs, as in 2-7,10", part));
        for (int cpu = *first; cpu <= *last; ++cpu) cpus.insert(cpu);
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    return std::vector<int>(cpus.begin(), cpus.end());
}

std::string format_cpus(const std::vector<int>& cpus) {
    std::string text;
    for (std::size_t i = 0; i < cpus.size();) {
        std::size_t end = i;
        while (end + 1 < cpus.size() && cpus[end + 1] == cpus[end] + 1) ++end;
        text += fmt::format("{}{}", text.empty() ? "" : ",", cpus[i]);
        if (end > i) text += fmt::format("-{}", cpus[end]);
        i = end + 1;
    }
    return text;
}

bool CpuPlan::is_apart() const {
    return !bench.empty() && !housekeeping.empty() && both(bench, housekeeping).empty();
}

tl::expected<CpuPlan, std::string> plan_cpus(const CpuWishes& wishes) {
    const auto online = listed_in(wishes.root / "sys/devices/system/cpu/online");
    const auto isolated = isolated_cpus(wishes.root);
    const auto allowed = allowed_cpus(wishes.root);
    const auto usable = either(allowed, isolated);
    struct Wish {
        const char* flag;
        const std::vector<int>& cpus;
    };
    for (const auto& [flag, cpus] :
         {Wish{"--bench-cpus", wishes.bench}, Wish{"--housekeeping-cpus", wishes.housekeeping},
          Wish{"--build-cpus", wishes.build}}) {
        const auto absent = without(cpus, online.empty() ? usable : online);
        if (!absent.empty())
            return tl::unexpected(fmt::format("{}: there is no CPU {} here, only {}", flag, format_cpus(absent),
                                              format_cpus(online.empty() ? usable : online)));
    }
    if (const auto twice = both(wishes.bench, wishes.housekeeping); !twice.empty())
        return tl::unexpected(fmt::format(
            "CPU {} cannot be both: --bench-cpus and --housekeeping-cpus exclude each other", format_cpus(twice)));
    CpuPlan plan;
    plan.bench = wishes.bench;
    plan.housekeeping = wishes.housekeeping;
    if (plan.bench.empty())
        plan.bench = plan.housekeeping.empty() ? derived_bench(usable, isolated, wishes.root)
                                               : without(usable, plan.housekeeping);
    if (plan.bench.empty()) return tl::unexpected(std::string("--housekeeping-cpus leaves no CPU to measure on"));
    if (plan.housekeeping.empty()) plan.housekeeping = without(allowed, plan.bench);
    if (plan.housekeeping.empty()) plan.housekeeping = plan.bench;
    plan.build = wishes.build.empty() ? either(plan.housekeeping, without(plan.bench, isolated)) : wishes.build;
    return plan;
}

CpuPlan online_of(const CpuPlan& plan, const std::filesystem::path& root) {
    const auto online = listed_in(root / "sys/devices/system/cpu/online");
    if (online.empty()) return plan;
    return {both(plan.bench, online), both(plan.housekeeping, online), both(plan.build, online)};
}

std::vector<int> siblings_of(int cpu, const std::filesystem::path& root) {
    auto cpus = listed_in(root / fmt::format("sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
    return either(cpus, {cpu});
}

std::vector<int> isolated_cpus(const std::filesystem::path& root) {
    const auto cpus = root / "sys/devices/system/cpu";
    return both(listed_in(cpus / "isolated"), listed_in(cpus / "online"));
}

bool pin_this_thread(const std::vector<int>& cpus) {
    if (cpus.empty()) return true;
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus)
        if (cpu >= 0 && cpu < most_cpus) CPU_SET(cpu, &set);
    return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

PinnedHere::PinnedHere(const std::vector<int>& cpus) : before_(cpus.empty() ? std::vector<int>{} : affinity()) {
    pin_this_thread(cpus);
}

PinnedHere::~PinnedHere() {
    pin_this_thread(before_);
}

}  // namespace benchgate::host
