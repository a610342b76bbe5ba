#include "core/history/trend.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/history/series.h"
#include "core/judging/estimate.h"

namespace benchgate::history {
namespace {

constexpr double normal_consistent = 1.4826;
constexpr double median_error = 1.2533;  // of a median's standard error over that of a mean, under normal noise
constexpr std::size_t fewest_of_week = 3;

double spread_of(std::span<const double> values, double center) {
    std::vector<double> distances;
    distances.reserve(values.size());
    for (const double value : values) distances.push_back(std::abs(value - center));
    return normal_consistent * judging::median(std::move(distances));
}

double median_of(std::span<const double> values) {
    return judging::median({values.begin(), values.end()});
}

}  // namespace

std::optional<double> newest_in_sigmas(std::span<const double> values) {
    if (values.size() < fewest_in_window + 1) return std::nullopt;
    const auto before = values.first(values.size() - 1).last(std::min(sigma_window, values.size() - 1));
    const double center = median_of(before), spread = spread_of(before, center);
    const double sigmas = (values.back() - center) / spread;
    return spread > 0 && std::isfinite(sigmas) ? std::optional(sigmas) : std::nullopt;
}

std::optional<double> week_over_week(std::span<const TimedValue> values, Time now) {
    constexpr auto week = std::chrono::days(7);
    std::vector<double> last, before;
    for (const auto& one : values) {
        if (one.at > now - week && one.at <= now) last.push_back(one.value);
        if (one.at > now - 2 * week && one.at <= now - week) before.push_back(one.value);
    }
    if (last.size() < fewest_of_week || before.size() < fewest_of_week) return std::nullopt;
    const double ratio = judging::median(std::move(last)) / judging::median(std::move(before));
    return ratio > 0 && std::isfinite(ratio) ? std::optional(ratio - 1) : std::nullopt;
}

std::optional<Drift> drift_of(std::span<const double> values) {
    if (values.size() < 2 * drift_window) return std::nullopt;
    std::vector<double> first, last;
    for (std::size_t i = 0; i < drift_window; ++i) {
        first.push_back(values[i]);
        last.push_back(values[values.size() - drift_window + i]);
    }
    for (auto* window : {&first, &last})
        for (auto& value : *window) {
            if (!(value > 0) || !std::isfinite(value)) return std::nullopt;
            value = std::log(value);
        }
    const double from = median_of(first), to = median_of(last);
    const double a = spread_of(first, from), b = spread_of(last, to);
    const double error = median_error * std::sqrt((a * a + b * b) / static_cast<double>(drift_window));
    const Drift drift{std::expm1(to - from), std::expm1(to - from - normal_quantile * error),
                      std::expm1(to - from + normal_quantile * error)};
    return std::isfinite(drift.high) ? std::optional(drift) : std::nullopt;
}

bool is_beyond(const Drift& drift, model::Better better, double allow) {
    if (better == model::Better::lower) return drift.low > allow;
    return better == model::Better::higher && drift.high < -allow;
}

}  // namespace benchgate::history
