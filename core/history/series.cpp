#include "core/history/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/judging/estimate.h"

namespace benchgate::history {
namespace {

using Measured = std::vector<const StoredPoint*>;

bool has_value(const StoredPoint& point) {
    return point.value && std::isfinite(*point.value);
}

/// By place; of one commit as they came.
Measured in_order(std::span<const StoredPoint> points) {
    Measured ordered;
    for (const auto& point : points)
        if (point.place) ordered.push_back(&point);
    std::stable_sort(ordered.begin(), ordered.end(), [](auto* a, auto* b) { return *a->place < *b->place; });
    return ordered;
}

const StoredPoint* newest_with_value(const Measured& ordered) {
    const auto found = std::find_if(ordered.rbegin(), ordered.rend(), [](auto* point) { return has_value(*point); });
    return found == ordered.rend() ? nullptr : *found;
}

/// Why it is no value of this series; empty: it is one.
std::string why_aside(const StoredPoint& point, const Line& line) {
    if (!point.place) return "the commit is not on main";
    if (!has_value(point)) return point.note.empty() ? "it has no finite value" : point.note;
    if (point.unit != line.unit)
        return fmt::format("measured in {}, before or after the unit was {}",
                           point.unit.empty() ? "no unit" : point.unit, line.unit.empty() ? "none" : line.unit);
    if (point.better != line.better)
        return fmt::format("measured as {} is better, which is {} now", model::to_string(point.better),
                           model::to_string(line.better));
    return "";
}

/// host -> commit -> value; of several the median.
using ByHost = std::map<std::string, std::map<std::string, double>>;

ByHost by_host(const Measured& used) {
    std::map<std::string, std::map<std::string, std::vector<double>>> all;
    for (const auto* point : used) all[point->host][point->sha].push_back(*point->value);
    ByHost result;
    for (auto& [host, commits] : all)
        for (auto& [sha, values] : commits) result[host][sha] = judging::median(std::move(values));
    return result;
}

/// The host with most values; `used` is in order, so that the newest of equals wins.
std::string reference_of(const Measured& used) {
    std::map<std::string, int> counts;
    for (const auto* point : used) ++counts[point->host];
    std::string best;
    for (auto point = used.rbegin(); point != used.rend(); ++point)
        if (best.empty() || counts[(*point)->host] > counts[best]) best = (*point)->host;
    return best;
}

/// Values of `to` over values of `from`, for every commit that both have measured.
using Ratios = std::map<std::pair<std::string, std::string>, std::vector<double>>;

void add_ratio(Ratios& ratios, const std::string& from, const std::string& to, double from_value, double to_value) {
    if (from == to || !(from_value > 0) || !(to_value > 0)) return;
    const double ratio = to_value / from_value;
    if (!std::isfinite(ratio) || !(ratio > 0) || !std::isfinite(1 / ratio)) return;
    ratios[{from, to}].push_back(ratio);
    ratios[{to, from}].push_back(1 / ratio);
}

Ratios anchors_of(const Measured& used, const ByHost& values) {
    Ratios ratios;
    for (const auto* point : used)
        for (const auto& [host, commits] : values) {
            if (host == point->host) continue;
            if (!point->base_value || !std::isfinite(*point->base_value)) continue;
            if (const auto same = commits.find(point->base_sha); same != commits.end())
                add_ratio(ratios, point->host, host, *point->base_value, same->second);
        }
    for (auto a = values.begin(); a != values.end(); ++a)
        for (auto b = std::next(a); b != values.end(); ++b)
            for (const auto& [sha, value] : a->second)
                if (const auto same = b->second.find(sha); same != b->second.end())
                    add_ratio(ratios, a->first, b->first, value, same->second);
    return ratios;
}

/// Every host that anchors tie to the reference, by the fewest bridges.
std::vector<HostScale> scales_of(const std::string& reference, const Ratios& ratios) {
    std::vector<HostScale> scales{{reference, 1, 0}};
    std::set<std::string> reached{reference};
    for (std::size_t i = 0; i < scales.size(); ++i)
        for (const auto& [ends, values] : ratios) {
            const auto& [from, to] = ends;
            if (to != scales[i].host || !reached.insert(from).second) continue;
            const int count = static_cast<int>(values.size());
            scales.push_back({from, judging::median(values) * scales[i].factor,
                              scales[i].anchors > 0 ? std::min(scales[i].anchors, count) : count});
        }
    return scales;
}

/// The measurements of one commit, in order, as one point.
LinePoint merged(std::span<const StoredPoint* const> same, const std::map<std::string, double>& factors) {
    std::vector<double> values, measured;
    LinePoint point;
    for (const auto* one : same) {
        measured.push_back(*one->value);
        values.push_back(*one->value * factors.at(one->host));
        point.trials += one->trials;
    }
    const auto* newest = same.back();
    point.place = *newest->place;
    point.sha = newest->sha;
    point.host = newest->host;
    point.run_id = newest->run_id;
    point.measured_at = newest->measured_at;
    point.measurements = static_cast<int>(same.size());
    point.measured = same.size() == 1 ? *newest->value : judging::median(std::move(measured));
    point.value = judging::median(std::move(values));
    return point;
}

}  // namespace

Line arrange(std::span<const StoredPoint> points) {
    Line line;
    const auto ordered = in_order(points);
    if (const auto* newest = newest_with_value(ordered)) {
        line.unit = newest->unit;
        line.better = newest->better;
    }
    std::map<const StoredPoint*, std::string> reasons;
    Measured used;
    for (const auto& point : points) reasons[&point] = why_aside(point, line);
    for (const auto* point : ordered)
        if (reasons[point].empty()) used.push_back(point);
    if (!used.empty()) {
        const auto reference = reference_of(used);
        line.hosts = scales_of(reference, anchors_of(used, by_host(used)));
        std::map<std::string, double> factors;
        for (const auto& scale : line.hosts) factors[scale.host] = scale.factor;
        std::erase_if(used, [&](const StoredPoint* point) {
            const auto factor = factors.find(point->host);
            if (factor == factors.end())
                reasons[point] = fmt::format("measured on {}, and no commit ties it to {}", point->host, reference);
            else if (!std::isfinite(*point->value * factor->second))
                reasons[point] = fmt::format("too large on the scale of {}", reference);
            return !reasons[point].empty();
        });
        for (std::size_t first = 0, end = 0; first < used.size(); first = end) {
            while (end < used.size() && *used[end]->place == *used[first]->place) ++end;
            line.points.push_back(merged(std::span(used).subspan(first, end - first), factors));
        }
    }
    for (const auto& point : points)
        if (!reasons[&point].empty()) line.aside.push_back({point.place, point.sha, reasons[&point]});
    return line;
}

}  // namespace benchgate::history
