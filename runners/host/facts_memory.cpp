// Memory, and what the kernel does to it behind a program's back.
#include <fmt/format.h>

#include "runners/host/fact_list.h"

namespace benchgate::host {
namespace {

constexpr double gibibyte = 1 << 30;

std::optional<double> bytes_of(const FactList& facts, std::string_view key) {
    const auto text = facts.field("proc/meminfo", key);
    return text ? std::optional(std::strtod(text->c_str(), nullptr) * 1024) : std::nullopt;
}

std::optional<std::string> shown(const std::optional<double>& bytes) {
    return bytes ? std::optional(fmt::format("{:.1f} GiB", *bytes / gibibyte)) : std::nullopt;
}

}  // namespace

void add_memory_facts(FactList& facts) {
    constexpr double enough = gibibyte, too_little = gibibyte / 4;
    const auto available = bytes_of(facts, "MemAvailable"), swap = bytes_of(facts, "SwapTotal");
    facts.say("memory.total", shown(bytes_of(facts, "MemTotal")));
    facts.expect("memory.available", shown(available), available && *available > enough,
                 {"more than 1 GiB", "stop what else uses memory on this host",
                  available && *available < too_little ? model::FactStatus::fail : model::FactStatus::warn});
    facts.expect("memory.swap", shown(swap), swap == 0, {"none", "swapoff -a, or benchgate-runner tune --swap-off"});
    const auto pages = facts.text("sys/kernel/mm/transparent_hugepage/enabled");
    facts.expect(
        "memory.transparent_hugepages", pages, pages && pages->find("[always]") == std::string::npos,
        {"madvise or never", "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled, or benchgate-runner tune"});
    facts.expect_word("memory.same_page_merging", "sys/kernel/mm/ksm/run",
                      {"0", "echo 0 > /sys/kernel/mm/ksm/run, or benchgate-runner tune"});
    facts.expect_word("memory.numa_balancing", "proc/sys/kernel/numa_balancing",
                      {"0", "sysctl kernel.numa_balancing=0, or benchgate-runner tune"});
}

}  // namespace benchgate::host
