#include "core/history/allowance.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <vector>

#include "core/judging/estimate.h"

namespace benchgate::history {
namespace {

constexpr std::array<std::pair<Period, std::string_view>, 4> periods{
    {{Period::release, "release"}, {Period::week, "week"}, {Period::month, "month"}, {Period::quarter, "quarter"}}};

/// So much of what was lost may be left where a level counts as come back (changes.cpp has the same).
constexpr double left_of_drift = 0.25;

std::chrono::days days_of(Period period) {
    return std::chrono::days(period == Period::week ? 7 : period == Period::month ? 30 : 91);
}

/// The values of the whole line, as if each step had been there from the beginning.
std::vector<double> without_steps(const Line& line, std::span<const Step> steps) {
    std::vector<double> values;
    values.reserve(line.points.size());
    for (const auto& point : line.points) values.push_back(point.value);
    for (const auto& step : steps) {
        const double ratio = step.after / step.before;
        if (!(ratio > 0) || !std::isfinite(ratio)) continue;
        for (std::size_t i = 0; i < std::min(step.index, values.size()); ++i) values[i] *= ratio;
    }
    return values;
}

double middle_of(std::span<const double> values) {
    return judging::median({values.begin(), values.end()});
}

struct Start {
    std::size_t index = 0;
    std::string since = "the first commit measured";
};

Start period_start(const Line& line, Period period, const Marks& marks) {
    Start start;
    const auto& points = line.points;
    if (period == Period::release) {
        if (!marks.release_place) return start;
        for (std::size_t i = 0; i < points.size(); ++i)
            if (points[i].place <= *marks.release_place) start = {i, marks.release};
        return start;
    }
    Time newest = points.front().measured_at;
    for (const auto& point : points) newest = std::max(newest, point.measured_at);
    // A commit that is measured late has a late time: the last place that is old enough counts.
    for (std::size_t i = 0; i < points.size(); ++i)
        if (points[i].measured_at <= newest - days_of(period))
            start = {i, "a " + std::string(to_string(period)) + " ago"};
    return start;
}

}  // namespace

std::string_view to_string(Period period) {
    for (const auto& [known, name] : periods)
        if (known == period) return name;
    return "release";
}

std::optional<Allowance> allowance_of(const model::Policy& policy) {
    if (!policy.drift_per || !policy.drift_allow) return std::nullopt;
    for (const auto& [period, name] : periods)
        if (name == *policy.drift_per) return Allowance{period, *policy.drift_allow};
    return std::nullopt;
}

bool is_release_tag(std::string_view name) {
    const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    std::size_t begin = name.size();
    while (begin > 0 && (is_digit(name[begin - 1]) || name[begin - 1] == '.')) --begin;
    const auto version = name.substr(begin);
    const auto before = name.substr(0, begin);
    const bool numbered = !version.empty() && is_digit(version.front()) && is_digit(version.back()) &&
                          version.find('.') != std::string_view::npos && version.find("..") == std::string_view::npos;
    // "v1.2-rc1.0" is no release, though it ends in a version.
    return numbered && std::none_of(before.begin(), before.end(), is_digit);
}

std::optional<Usage> usage_since(const Line& line, std::span<const Step> steps, std::size_t anchor) {
    if (anchor >= line.points.size()) return std::nullopt;
    const auto values = without_steps(line, steps);
    const auto begin = anchor + 1 >= drift_window ? anchor + 1 - drift_window : 0;
    const auto stretch = std::span(values).subspan(begin);
    const auto drift = drift_of(stretch);
    if (!drift) return std::nullopt;
    return Usage{anchor, "", *drift, middle_of(stretch.first(drift_window)), middle_of(stretch.last(drift_window))};
}

std::optional<Usage> usage_of(const Line& line, std::span<const Step> steps, const Allowance& allowance,
                              const Marks& marks) {
    if (line.points.empty() || line.better == model::Better::none) return std::nullopt;
    auto start = period_start(line, allowance.period, marks);
    if (marks.handled && *marks.handled >= start.index) start = {*marks.handled, "the drift handled before"};
    auto usage = usage_since(line, steps, start.index);
    if (!usage) return std::nullopt;
    usage->since = start.since;
    usage->beyond = is_beyond(usage->drift, line.better, allowance.allow);
    return usage;
}

DriftDecision decide_drift(const Line& line, std::span<const Step> steps, const std::optional<Usage>& usage,
                           std::span<const KnownDrift> known) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < known.size(); ++i)
        if (known[i].standing != KnownDrift::Standing::handled && known[i].to) last = i;
    const bool is_open = last && known[*last].standing == KnownDrift::Standing::open;
    if (usage && usage->beyond) {
        if (!last || usage->anchor >= *known[*last].to) return {DriftNext::say, std::nullopt};
        return {is_open ? DriftNext::follow : DriftNext::reopen, last};
    }
    if (!is_open || !known[*last].from) return {};
    const auto left = usage_since(line, steps, *known[*last].from);
    const double lost = known[*last].change;
    if (left && (lost > 0 ? left->drift.change <= left_of_drift * lost : left->drift.change >= left_of_drift * lost))
        return {DriftNext::returned, last};
    return {};
}

}  // namespace benchgate::history
