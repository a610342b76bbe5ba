#include "runners/measure/void_tally.h"

#include <fmt/format.h>

namespace benchgate::measure {
namespace {

/// "3 thrown away (2 other processes, 1 stolen CPU time)"; empty where there are none.
std::string counted_by_kind(const std::map<host::Disturbance, int>& kinds, std::string_view what) {
    int all = 0;
    std::string list;
    for (const auto& [kind, count] : kinds) {
        all += count;
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, host::to_string(kind));
    }
    return all == 0 ? "" : fmt::format("{} {} ({})", all, what, list);
}

}  // namespace

void VoidTally::add(host::Disturbance kind, bool stands) {
    ++(stands ? kept_ : thrown_away_)[kind];
}

model::HostFact VoidTally::fact() const {
    auto words = counted_by_kind(thrown_away_, "thrown away");
    const auto kept = counted_by_kind(kept_, "kept though disturbed");
    if (!words.empty() && !kept.empty()) words += ", ";
    words += kept;
    const bool is_quiet = words.empty();
    return {std::string(model::void_blocks_fact), is_quiet ? model::FactStatus::ok : model::FactStatus::warn,
            is_quiet ? "none" : words, "none",
            is_quiet ? "" : "stop what else runs on this host; `benchgate-runner preflight` says what it lacks"};
}

}  // namespace benchgate::measure
