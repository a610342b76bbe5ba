#include "core/history/look.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/judging/change_points.h"

namespace benchgate::history {
namespace {

constexpr std::size_t window = 25;    // values on either side, as the detector takes
constexpr std::size_t farthest = 10;  // points that a change may lie from where it was found
constexpr double likelihood = 0.95;   // that the range must hold

struct Moments {
    double mean = 0;
    double squares = 0;  ///< around the mean
    double count = 0;
};

Moments moments(std::span<const double> v) {
    Moments m;
    m.count = static_cast<double>(v.size());
    for (const double value : v) m.mean += value / m.count;
    for (const double value : v) m.squares += (value - m.mean) * (value - m.mean);
    return m;
}

/// The values around a change, on the detector's scale, and where in them it lies.
struct Around {
    std::vector<double> v;
    std::size_t first = 0;  ///< index of v[0] in the series
    std::size_t cut = 0;    ///< in v
};

Around around(const std::vector<double>& scaled, std::size_t begin, std::size_t at, std::size_t end) {
    Around result;
    result.first = std::max(begin, at - std::min(at, window));
    const auto last = std::min(end, at + window);
    result.v.assign(scaled.begin() + static_cast<std::ptrdiff_t>(result.first),
                    scaled.begin() + static_cast<std::ptrdiff_t>(last));
    result.cut = at - result.first;
    return result;
}

double squares_of_cut(const Around& a, std::size_t cut) {
    const std::span all(a.v);
    return moments(all.first(cut)).squares + moments(all.subspan(cut)).squares;
}

/// Each cut is as likely as its sum of squares says under normal noise; the likeliest ones up to `likelihood`.
void set_range(Finding& finding, const Around& a, double inflation) {
    finding.earliest = finding.latest = finding.index;
    if (a.v.size() < 4) return;
    const double best = squares_of_cut(a, a.cut);
    const double variance = best / static_cast<double>(a.v.size() - 2) * inflation;
    if (!(variance > 0) || !std::isfinite(variance)) return;
    struct Cut {
        std::size_t at;
        double weight;
    };
    std::vector<Cut> cuts;
    double sum = 0;
    const auto from = std::max<std::size_t>(1, a.cut - std::min(a.cut, farthest));
    for (std::size_t cut = from; cut < a.v.size() && cut <= a.cut + farthest; ++cut) {
        const double weight = std::exp(std::min(0.0, (best - squares_of_cut(a, cut)) / (2 * variance)));
        cuts.push_back({cut, weight});
        sum += weight;
    }
    std::sort(cuts.begin(), cuts.end(), [](const Cut& x, const Cut& y) { return x.weight > y.weight; });
    double held = 0;
    for (const auto& cut : cuts) {
        if (held >= likelihood * sum) break;
        held += cut.weight;
        finding.earliest = std::min(finding.earliest, a.first + cut.at);
        finding.latest = std::max(finding.latest, a.first + cut.at);
    }
}

/// Only on the logarithmic scale, where a difference is a ratio.
void set_interval(Finding& finding, const Around& a, double inflation) {
    const std::span all(a.v);
    const auto left = moments(all.first(a.cut)), right = moments(all.subspan(a.cut));
    if (left.count < 2 || right.count < 2) return;
    const double error = std::sqrt(
        (left.squares / (left.count - 1) / left.count + right.squares / (right.count - 1) / right.count) * inflation);
    const double shift = right.mean - left.mean;
    const double low = std::expm1(shift - normal_quantile * error), high = std::expm1(shift + normal_quantile * error);
    if (!std::isfinite(low) || !std::isfinite(high)) return;
    finding.low = low;
    finding.high = high;
}

}  // namespace

Look look_at(const Line& line) {
    Look result;
    if (line.better == model::Better::none) return result;
    std::vector<double> values;
    values.reserve(line.points.size());
    for (const auto& point : line.points) values.push_back(point.value);
    const auto detection = judging::detect_changes(values);
    if (!detection) return result;
    result.too_short = detection->too_short;
    std::vector<double> scaled(values);
    if (detection->relative)
        for (auto& value : scaled) value = std::log(value);
    const double inflation = (1 + detection->correlation) / (1 - detection->correlation);

    std::vector<const judging::ChangePoint*> told;
    for (const auto& change : detection->changes) {
        if (change.standing == judging::Standing::minor)
            ++result.minor;
        else
            told.push_back(&change);
    }
    for (std::size_t i = 0; i < told.size(); ++i) {
        const auto& change = *told[i];
        Finding finding;
        finding.index = change.index;
        finding.worse = (change.after > change.before) == (line.better == model::Better::lower);
        finding.before = change.before;
        finding.after = change.after;
        finding.change = change.change;
        finding.later = change.later;
        finding.ripe = change.standing == judging::Standing::found || change.later >= enough_later;
        const auto begin = i > 0 ? told[i - 1]->index : 0;
        const auto end = i + 1 < told.size() ? told[i + 1]->index : values.size();
        const auto a = around(scaled, begin, change.index, end);
        set_range(finding, a, inflation);
        if (detection->relative) set_interval(finding, a, inflation);
        result.findings.push_back(finding);
    }
    return result;
}

}  // namespace benchgate::history
