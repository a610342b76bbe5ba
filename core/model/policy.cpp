#include "core/model/policy.h"

#include <algorithm>

#include "core/model/globs.h"

namespace benchgate::model {
namespace {

const MetricPolicy* find(const std::map<std::string, MetricPolicy>& metrics, const std::string& metric) {
    const auto found = metrics.find(metric);
    return found == metrics.end() ? nullptr : &found->second;
}

/// The first that is said of a series, from the narrowest to the widest.
template <class Value>
const Value* said(const Policy& policy, const SeriesKey& series, std::optional<Value> MetricPolicy::*what) {
    const auto of = [&](const MetricPolicy* metric) -> const Value* {
        return metric != nullptr && metric->*what ? &*(metric->*what) : nullptr;
    };
    for (const auto& entry : policy.benchmarks) {
        if (!glob_matches(entry.benchmark, series.benchmark)) continue;
        if (const auto* value = of(find(entry.metrics, series.metric))) return value;
        if (const auto* value = of(&entry.every)) return value;
    }
    return of(find(policy.metrics, series.metric));
}

}  // namespace

std::string_view to_string(Action action) {
    switch (action) {
        case Action::log:
            return "log";
        case Action::review:
            return "review";
        case Action::block:
            return "block";
    }
    return "log";
}

std::optional<Action> action_from(std::string_view text) {
    if (text == "log") return Action::log;
    if (text == "review") return Action::review;
    if (text == "block") return Action::block;
    return std::nullopt;
}

std::optional<std::vector<Level>> level_preset(std::string_view name) {
    using Levels = std::vector<Level>;
    if (name == "minor-major-critical")
        return Levels{{"minor", 0.10, Action::log}, {"major", 0.20, Action::review}, {"critical", 0.50, Action::block}};
    if (name == "notice-warning-critical")
        return Levels{
            {"notice", 0.05, Action::log}, {"warning", 0.10, Action::review}, {"critical", 0.20, Action::block}};
    if (name == "green-yellow-red")
        return Levels{{"green", 0, Action::log}, {"yellow", 0.10, Action::review}, {"red", 0.20, Action::block}};
    return std::nullopt;
}

const std::vector<Level>& levels_for(const Policy& policy, const SeriesKey& series) {
    const auto* own = said(policy, series, &MetricPolicy::levels);
    return own != nullptr ? *own : policy.levels;
}

double detect_for(const Policy& policy, const SeriesKey& series) {
    const auto* own = said(policy, series, &MetricPolicy::detect);
    return own != nullptr ? *own : policy.detect;
}

bool names_metric_of(const Policy& policy, const SeriesKey& series) {
    return policy.metrics.contains(series.metric) ||
           std::any_of(policy.benchmarks.begin(), policy.benchmarks.end(), [&](const BenchmarkPolicy& entry) {
               return entry.metrics.contains(series.metric) && glob_matches(entry.benchmark, series.benchmark);
           });
}

}  // namespace benchgate::model
