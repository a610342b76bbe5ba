#include "runners/load/objectives.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <set>

#include "core/model/load.h"

namespace benchgate::load {
namespace {

/// Below this share of the offered rate the service does not keep up, whatever its percentiles are. Of a stage of few
/// seconds the tools' own first and last moments are some hundredths.
constexpr double answered_share = 0.9;

using Values = std::vector<const model::Measurement*>;

std::map<std::string_view, Values> by_benchmark(const model::Measurements& figures) {
    std::map<std::string_view, Values> all;
    for (const auto& value : figures.values) all[value.series.key.benchmark].push_back(&value);
    return all;
}

/// Those that tell a throughput and are no part of another one that does.
std::set<std::string_view> wholes_of(const model::Measurements& figures) {
    std::set<std::string_view> all;
    for (const auto& value : figures.values)
        if (value.series.key.metric == "throughput") all.insert(value.series.key.benchmark);
    std::set<std::string_view> wholes;
    for (const auto name : all) {
        bool is_part = false;
        for (auto at = name.find('/'); at != name.npos && !is_part; at = name.find('/', at + 1))
            is_part = all.contains(name.substr(0, at));
        if (!is_part) wholes.insert(name);
    }
    return wholes;
}

std::string_view without_loop(std::string_view metric) {
    if (metric.ends_with(model::closed_loop_suffix)) metric.remove_suffix(model::closed_loop_suffix.size());
    return metric;
}

/// The percentage of requests that took no longer than this latency says: 99 of "p99"; nullopt: it says none.
std::optional<double> rank_of(std::string_view metric) {
    metric = without_loop(metric);
    if (metric == "max") return 100;
    double rank = 0;
    const auto* const end = metric.data() + metric.size();
    if (!metric.starts_with('p') || std::from_chars(metric.data() + 1, end, rank).ptr != end) return std::nullopt;
    return rank;
}

/// Of so few requests the percentile is the largest value. Decimal ranks are not exact.
bool is_largest(double rank, std::int64_t requests) {
    return requests > 0 && static_cast<double>(requests) * (100 - rank) < 100 - 1e-6;
}

/// What speaks of the objective; null: nothing does. Of few requests some tools print no high percentile: it is their
/// maximum.
const model::Measurement* told(const Values& values, const model::Budget& objective) {
    for (const auto* value : values) {
        const auto& metric = value->series.key.metric;
        if (objective.metric == metric || objective.metric == without_loop(metric)) return value;
    }
    const auto rank = rank_of(objective.metric);
    for (const auto* value : values)
        if (rank && without_loop(value->series.key.metric) == "max" && value->summary &&
            is_largest(*rank, value->summary->n))
            return value;
    return nullptr;
}

bool is_bounded(const Values& values, const model::Budget& objective) {
    const auto rank = rank_of(objective.metric);
    return rank && objective.max && !objective.min && std::ranges::any_of(values, [&](const auto* value) {
               return rank_of(value->series.key.metric) >= rank && model::trial_value(*value) <= *objective.max;
           });
}

bool has_failures(const Values& values) {
    return std::ranges::any_of(values, [](const auto* value) {
        return value->series.key.metric == "error_rate" && model::trial_value(*value) > 0;
    });
}

bool tells_latencies(const Values& values) {
    return std::ranges::any_of(values, [](const auto* value) { return value->series.unit == "ns"; });
}

}  // namespace

double answered_rate(const model::Measurements& figures) {
    const auto wholes = wholes_of(figures);
    double sum = 0;
    for (const auto& value : figures.values)
        if (value.series.key.metric == "throughput" && wholes.contains(value.series.key.benchmark))
            sum += model::trial_value(value);
    return sum;
}

std::vector<std::string> broken_objectives(const std::vector<model::Budget>& objectives,
                                           const model::Measurements& figures, std::optional<double> offered_rate) {
    std::vector<std::string> broken;
    for (const auto& error : figures.errors)
        if (error.message.starts_with(nothing_succeeded)) broken.push_back(error.message);
    const auto judge = [&](const model::Measurement& value, const model::Budget& objective) {
        const double seen = model::trial_value(value);
        const auto add = [&](std::string_view side, double limit) {
            broken.push_back(
                fmt::format("{} {:g} is {} {:g} {}", value.series.key.metric, seen, side, limit, value.series.unit));
        };
        if (objective.max && seen > *objective.max) add("above", *objective.max);
        if (objective.min && seen < *objective.min) add("below", *objective.min);
    };
    if (!objectives.empty())
        for (const auto& [name, values] : by_benchmark(figures))
            for (const auto& objective : objectives)
                if (const auto* value = told(values, objective)) judge(*value, objective);
    if (!offered_rate) return broken;
    if (const double answered = answered_rate(figures); answered < answered_share * *offered_rate)
        broken.push_back(fmt::format("{:g}/s answered of {:g}/s offered", answered, *offered_rate));
    return broken;
}

std::optional<Untold> untold_objective(const std::vector<model::Budget>& objectives,
                                       const model::Measurements& figures) {
    const auto benchmarks = by_benchmark(figures);
    const auto targets = wholes_of(figures);
    for (const auto& objective : objectives) {
        if (objective.metric == "breaking_point") continue;
        bool is_told = false, any_failed = false;
        for (const auto& [name, values] : benchmarks) {
            const bool failed = has_failures(values);
            any_failed = any_failed || failed;
            if (told(values, objective) || is_bounded(values, objective))
                is_told = true;
            else if (targets.contains(name) && (failed || tells_latencies(values)))
                return Untold{&objective, std::string(name), failed};
        }
        if (!is_told) return Untold{&objective, "", any_failed};
    }
    return std::nullopt;
}

}  // namespace benchgate::load
