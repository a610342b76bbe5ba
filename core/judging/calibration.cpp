#include "core/judging/calibration.h"

#include <boost/math/distributions/binomial.hpp>

#include <algorithm>
#include <set>

namespace benchgate::judging {
namespace {

using boost::math::binomial_distribution;

constexpr double too_unlikely = 0.01;

bool makes_sense(const model::FalseAlarms& counted) {
    return counted.comparisons > 0 && counted.alarms >= 0 && counted.alarms <= counted.comparisons;
}

/// A benchmark that fails or is gone tells something else than noise.
bool was_compared(model::VerdictKind kind) {
    using model::VerdictKind;
    return kind != VerdictKind::failed && kind != VerdictKind::missing && kind != VerdictKind::added;
}

}  // namespace

model::Interval rate_interval(const model::FalseAlarms& counted) {
    constexpr double tail = 0.025;
    if (!makes_sense(counted)) return {};
    return {binomial_distribution<>::find_lower_bound_on_p(counted.comparisons, counted.alarms, tail),
            binomial_distribution<>::find_upper_bound_on_p(counted.comparisons, counted.alarms, tail)};
}

double chance_of(const model::FalseAlarms& counted) {
    if (!makes_sense(counted) || counted.alarms == 0) return 1;
    const double promised = std::clamp(counted.promised, 0.0, 1.0);
    const binomial_distribution<> alarms(counted.comparisons, promised);
    return boost::math::cdf(boost::math::complement(alarms, counted.alarms - 1));
}

bool is_over_its_rate(const model::FalseAlarms& counted) {
    return chance_of(counted) <= too_unlikely;
}

std::vector<std::size_t> advisory_verdicts(std::span<const model::Verdict> verdicts,
                                           std::span<const model::CalibratedSeries> calibrated) {
    std::set<model::SeriesKey> over;
    for (const auto& series : calibrated)
        if (is_over_its_rate(series.counted)) over.insert(series.key);
    std::vector<std::size_t> found;
    for (std::size_t v = 0; v < verdicts.size(); ++v)
        if (was_compared(verdicts[v].kind) && over.contains(verdicts[v].series.key)) found.push_back(v);
    return found;
}

}  // namespace benchgate::judging
