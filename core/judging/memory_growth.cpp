#include "core/judging/memory_growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/judging/estimate.h"
#include "core/model/resources.h"

namespace benchgate::judging {
namespace {

using model::VerdictKind;

constexpr double normal_quantile = 1.959963984540054;  // of 97.5 %

std::string rate(double bytes_per_second) {
    const double size = std::abs(bytes_per_second);
    const char* sign = bytes_per_second < 0 ? "-" : "";
    if (size >= 1024 * 1024) return fmt::format("{}{:.3g} MiB/s", sign, size / (1024 * 1024));
    return fmt::format("{}{:.3g} KiB/s", sign, size / 1024);
}

struct SideSlope {
    double value = 0, low = 0, high = 0;
    int runs = 0;
};

std::optional<SideSlope> side_slope(const model::MemoryRuns& runs, model::Side side) {
    std::vector<double> values;
    SideSlope result;
    for (const auto& run : runs.runs) {
        if (run.side != side) continue;
        const auto slope = slope_of(settled_part(run.points));
        if (!slope) continue;
        result.low = values.empty() ? slope->low : std::min(result.low, slope->low);
        result.high = values.empty() ? slope->high : std::max(result.high, slope->high);
        values.push_back(slope->value);
    }
    if (values.empty()) return std::nullopt;
    result.runs = static_cast<int>(values.size());
    result.value = median(std::move(values));
    return result;
}

}  // namespace

std::span<const model::MemoryPoint> settled_part(const std::vector<model::MemoryPoint>& points) {
    const std::size_t quarter = points.size() / 4;
    return std::span(points).subspan(quarter, points.size() - 2 * quarter);
}

std::optional<Slope> slope_of(std::span<const model::MemoryPoint> points) {
    const std::size_t n = points.size();
    if (n < least_slope_points) return std::nullopt;
    std::vector<double> slopes;
    slopes.reserve(n * (n - 1) / 2);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i + 1; j < n; ++j)
            if (points[j].seconds > points[i].seconds)
                slopes.push_back((points[j].bytes - points[i].bytes) / (points[j].seconds - points[i].seconds));
    if (slopes.empty()) return std::nullopt;
    std::sort(slopes.begin(), slopes.end());
    const auto count = static_cast<double>(slopes.size());
    const auto k = static_cast<double>(n);
    const double reach = normal_quantile * std::sqrt(k * (k - 1) * (2 * k + 5) / 18);
    const auto at = [&](double rank) { return slopes[static_cast<std::size_t>(std::clamp(rank, 0.0, count - 1))]; };
    return Slope{median(slopes), at(std::floor((count - reach) / 2) - 1), at(std::ceil((count + reach) / 2)), n};
}

std::optional<model::Verdict> judge_memory(const model::MemoryRuns& runs) {
    const auto base = side_slope(runs, model::Side::base);
    const auto head = side_slope(runs, model::Side::head);
    if (!base || !head) return std::nullopt;
    model::Verdict verdict;
    verdict.series.key = {std::string(model::whole_command), std::string(model::measure_memory_growth)};
    verdict.series.unit = "bytes/s";
    verdict.series.better = model::Better::lower;
    verdict.base_value = base->value;
    verdict.head_value = head->value;
    verdict.trials_used = std::min(base->runs, head->runs);
    const double difference = head->value - base->value;
    const double low = head->low - base->high, high = head->high - base->low;
    const auto figures = fmt::format("{} on base, {} on head, difference {} to {}", rate(base->value),
                                     rate(head->value), rate(low), rate(high));
    if (low > 0 && difference > memory_growth_floor) {
        verdict.kind = VerdictKind::regressed;
        verdict.action = model::Action::review;
        verdict.reason = "memory grows faster: " + figures;
    } else if (high < 0 && -difference > memory_growth_floor) {
        verdict.kind = VerdictKind::improved;
        verdict.reason = "memory grows slower: " + figures;
    } else if (high <= memory_growth_floor || low > 0) {
        verdict.kind = VerdictKind::unchanged;
        verdict.reason = fmt::format("no growth beyond {}: {}", rate(memory_growth_floor), figures);
    } else {
        verdict.kind = VerdictKind::inconclusive;
        verdict.reason = "growth of memory varies too much between runs: " + figures;
    }
    return verdict;
}

}  // namespace benchgate::judging
