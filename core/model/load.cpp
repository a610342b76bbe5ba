#include "core/model/load.h"

#include <algorithm>
#include <array>
#include <utility>

namespace benchgate::model {
namespace {

struct Tool {
    std::string_view name;
    bool holds_rate;
    bool open_at_a_rate;  ///< its latencies then begin when a request was due
};

constexpr std::array<Tool, 8> tools{{{"wrk", false, false},
                                     {"hey", true, false},
                                     {"ab", false, false},
                                     {"autocannon", true, false},
                                     {"pgbench", true, true},
                                     {"locust", false, false},
                                     {"k6", false, false},
                                     {"vegeta", true, true}}};

constexpr std::array<std::pair<StepKind, std::string_view>, 4> step_kinds{
    {{StepKind::steady, "steady"}, {StepKind::ramp, "ramp"}, {StepKind::burst, "burst"}, {StepKind::spike, "spike"}}};

constexpr std::array<std::pair<FaultKind, std::string_view>, 9> fault_kinds{{{FaultKind::pause, "pause"},
                                                                             {FaultKind::kill, "kill"},
                                                                             {FaultKind::cpu, "cpu"},
                                                                             {FaultKind::memory, "memory"},
                                                                             {FaultKind::disk, "disk"},
                                                                             {FaultKind::io, "io"},
                                                                             {FaultKind::delay, "delay"},
                                                                             {FaultKind::loss, "loss"},
                                                                             {FaultKind::bandwidth, "bandwidth"}}};

const Tool* find_tool(std::string_view name) {
    const auto found = std::find_if(tools.begin(), tools.end(), [&](const Tool& tool) { return tool.name == name; });
    return found == tools.end() ? nullptr : &*found;
}

template <class Kind, std::size_t size>
std::string_view word_of(const std::array<std::pair<Kind, std::string_view>, size>& words, Kind kind) {
    for (const auto& [value, name] : words)
        if (value == kind) return name;
    return words.front().second;
}

template <class Kind, std::size_t size>
std::optional<Kind> kind_of(const std::array<std::pair<Kind, std::string_view>, size>& words, std::string_view text) {
    for (const auto& [value, name] : words)
        if (name == text) return value;
    return std::nullopt;
}

}  // namespace

std::vector<std::string_view> load_tools() {
    std::vector<std::string_view> names;
    for (const auto& tool : tools) names.push_back(tool.name);
    return names;
}

bool holds_rate(std::string_view tool) {
    const auto* known = find_tool(tool);
    return known != nullptr && known->holds_rate;
}

bool is_closed_loop(std::string_view tool, bool at_a_rate) {
    const auto* known = find_tool(tool);
    return known == nullptr || !at_a_rate || !known->open_at_a_rate;
}

std::vector<Budget> budgets_of(const LoadSuite& suite) {
    std::vector<Budget> budgets;
    for (const auto& objective : suite.objectives) {
        // The search holds its levels to the others.
        if (suite.search && objective.metric != "breaking_point") continue;
        std::vector<std::string> stages{objective.benchmark};
        if (objective.benchmark.find('*') == std::string::npos) stages.push_back(objective.benchmark + "/**");
        std::vector<std::string> metrics{objective.metric};
        if (!objective.metric.ends_with(closed_loop_suffix))
            metrics.push_back(objective.metric + std::string(closed_loop_suffix));
        for (const auto& stage : stages)
            for (const auto& metric : metrics) {
                budgets.push_back(objective);
                budgets.back().benchmark = stage;
                budgets.back().metric = metric;
            }
    }
    return budgets;
}

std::string_view to_string(StepKind kind) {
    return word_of(step_kinds, kind);
}

std::optional<StepKind> step_kind_from(std::string_view text) {
    return kind_of(step_kinds, text);
}

std::string_view to_string(FaultKind kind) {
    return word_of(fault_kinds, kind);
}

std::optional<FaultKind> fault_kind_from(std::string_view text) {
    return kind_of(fault_kinds, text);
}

}  // namespace benchgate::model
