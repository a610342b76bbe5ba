#include "core/judging/change_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/judging/change_evidence.h"
#include "core/judging/level_search.h"
#include "core/judging/series_noise.h"

namespace benchgate::judging {
namespace {

/// The finite values, as they are and on the scale they are judged on.
struct ScaledValues {
    std::vector<double> y;            ///< as given
    std::vector<std::size_t> places;  ///< index of each among all that was given; empty where all are finite
    std::vector<double> v;            ///< on the scale, without spikes
    HistoryScale scale;
    double unit = 1;         ///< what 1 on the scale is, if not relative
    double correlation = 0;  ///< of neighbours
    double mean_noise = 0;   ///< deviation of white noise whose means scatter as much as this noise's

    std::size_t place(std::size_t i) const { return places.empty() ? i : places[i]; }
};

/// Below it a scatter is rounding: of logarithms, and of values scaled to about 1.
constexpr double least_noise = 1e-9;
/// Squares of larger multiples of the noise, added up, would no longer know the noise itself.
constexpr double most_noises = 1e6;

ScaledValues on_scale(std::span<const double> all, const DetectOptions& options, std::vector<std::size_t>& not_finite) {
    ScaledValues values;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (!std::isfinite(all[i])) not_finite.push_back(i);
    values.y.reserve(all.size() - not_finite.size());
    if (!not_finite.empty()) values.places.reserve(all.size() - not_finite.size());
    double most = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!std::isfinite(all[i])) continue;
        values.y.push_back(all[i]);
        if (!not_finite.empty()) values.places.push_back(i);
        most = std::max(most, std::abs(all[i]));
        if (!(all[i] > 0)) values.scale.relative = false;
    }
    if (values.y.empty()) return values;
    // A power of two, so that no value changes by being scaled; the largest comes below 2, and squares cannot overflow.
    if (!values.scale.relative && most > 0) values.unit = std::ldexp(1.0, std::max(std::ilogb(most), -1000));
    std::vector<double> z(values.y.size());
    std::transform(values.y.begin(), values.y.end(), z.begin(),
                   [&](double y) { return values.scale.relative ? std::log(y) : y / values.unit; });
    const auto [least, greatest] = std::minmax_element(z.begin(), z.end());
    values.scale.range = *greatest - *least;
    values.v = without_spikes(z);
    values.scale.v = values.v;
    values.scale.noise = std::max({step_noise(values.v), least_noise, values.scale.range / most_noises});
    if (options.allow_for_correlation) values.correlation = neighbour_correlation(values.v, values.scale.noise);
    values.mean_noise = values.scale.noise * std::sqrt((1 + values.correlation) / (1 - values.correlation));
    return values;
}

/// On the scale of the noise and around the median, so that sums of squares stay exact enough.
std::vector<std::size_t> candidates(const ScaledValues& values, double price, const DetectOptions& options) {
    std::vector<double> x(values.v);
    const double middle = middle_value(values.v);
    for (auto& value : x) value = (value - middle) / values.mean_noise;
    return best_levels(x, price, options.shortest);
}

/// The change at `level.at` between the levels that begin at `level.begin` and end at `level.end`.
ChangePoint described(const ScaledValues& values, const Window& level, const Evidence& evidence, Standing standing,
                      const DetectOptions& options) {
    const auto window = window_between(level.begin, level.at, level.end, options);
    const auto y = [&](std::size_t i) { return values.y.begin() + static_cast<std::ptrdiff_t>(i); };
    ChangePoint point;
    point.index = values.place(level.at);
    point.before = middle_value({y(window.begin), y(level.at)});
    point.after = middle_value({y(level.at), y(window.end)});
    const bool comparable = (point.before > 0 && point.after > 0) || (point.before < 0 && point.after < 0);
    if (comparable && std::isfinite(point.after / point.before)) point.change = point.after / point.before - 1;
    point.t = evidence.t;
    point.p = evidence.p;
    point.later = level.end - level.at;
    point.standing = standing;
    return point;
}

/// Points of `cuts` that stand in `wanted`, each judged between its neighbours in `cuts`.
std::vector<ChangePoint> points_of(const ScaledValues& values, const std::vector<std::size_t>& cuts,
                                   const std::vector<std::size_t>& wanted, Standing standing,
                                   const DetectOptions& options) {
    std::vector<ChangePoint> points;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        if (!std::binary_search(wanted.begin(), wanted.end(), cuts[i])) continue;
        const Window level{i > 0 ? cuts[i - 1] : 0, cuts[i], i + 1 < cuts.size() ? cuts[i + 1] : values.y.size()};
        const auto window = window_between(level.begin, level.at, level.end, options);
        points.push_back(described(values, level, evidence_at(values.scale, window), standing, options));
    }
    return points;
}

double squares(std::span<const double> v) {
    double mean = 0, sum = 0;
    for (const double value : v) mean += value / static_cast<double>(v.size());
    for (const double value : v) sum += (value - mean) * (value - mean);
    return sum;
}

/// Where a level that begins at `last` and runs to the end is best cut so that from `early` to `most` values follow;
/// none where that would not pay its price.
std::optional<std::size_t> late_cut(const ScaledValues& values, std::size_t last, std::size_t most, double price,
                                    const DetectOptions& options) {
    const std::size_t n = values.v.size();
    const std::span<const double> level = std::span(values.v).subspan(last);
    std::optional<std::size_t> best;
    double gained = price * values.mean_noise * values.mean_noise;
    for (std::size_t later = options.early; later <= most && last + options.shortest + later <= n; ++later) {
        const auto old = level.size() - later;
        const double gain = squares(level) - squares(level.first(old)) - squares(level.subspan(old));
        if (gain > gained) {
            gained = gain;
            best = n - later;
        }
    }
    return best;
}

/// A change with too few later values for the search: only at the end. The search may have put it as late as it may,
/// too early: then it is taken out of `cuts` again.
std::optional<ChangePoint> take_provisional(const ScaledValues& values, std::vector<std::size_t>& cuts, double price,
                                            const DetectOptions& options) {
    const std::size_t n = values.v.size();
    const bool at_the_bound = !cuts.empty() && cuts.back() + options.shortest == n;
    const std::size_t known = cuts.size() - (at_the_bound ? 1 : 0);
    const std::size_t last = known > 0 ? cuts[known - 1] : 0;
    const auto cut = late_cut(values, last, options.shortest - (at_the_bound ? 0 : 1), price, options);
    if (!cut || (at_the_bound && *cut == cuts.back())) return std::nullopt;
    const auto evidence =
        evidence_at(values.scale, window_between(last, *cut, n, options), values.scale.noise * values.scale.noise);
    if (strength(evidence, values.scale, options, false) < 1) return std::nullopt;
    cuts.resize(known);
    return described(values, {last, *cut, n}, evidence, Standing::provisional, options);
}

std::vector<std::size_t> without(const std::vector<std::size_t>& all, const std::vector<std::size_t>& some) {
    std::vector<std::size_t> rest;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
    return rest;
}

}  // namespace

tl::expected<Detection, std::string> detect_changes(std::span<const double> all, const DetectOptions& options) {
    if (all.size() > max_history_values)
        return tl::unexpected(fmt::format("more than {} values in a series", max_history_values));
    Detection result;
    const auto values = on_scale(all, options, result.not_finite);
    result.used = values.y.size();
    result.relative = values.scale.relative;
    result.correlation = values.correlation;
    result.too_short = result.used < options.shortest + options.early;
    if (result.used == 0) return result;
    const double seen = step_noise(values.v);
    result.noise =
        std::min(values.scale.relative ? std::expm1(seen) : seen * values.unit, std::numeric_limits<double>::max());
    if (result.too_short || !(values.scale.range > 0)) return result;
    const double price = options.penalty * std::log(static_cast<double>(values.v.size()));
    // First what is sure whatever its size; then, among that, what is large enough to be told.
    auto sure = keep_strong(candidates(values, price, options), values.scale, options, true);
    const auto provisional = take_provisional(values, sure, price, options);
    const auto told = keep_strong(sure, values.scale, options, false);
    result.changes = points_of(values, told, told, Standing::found, options);
    const auto minor = points_of(values, sure, without(sure, told), Standing::minor, options);
    result.changes.insert(result.changes.end(), minor.begin(), minor.end());
    if (provisional) result.changes.push_back(*provisional);
    std::sort(result.changes.begin(), result.changes.end(),
              [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
    return result;
}

}  // namespace benchgate::judging
