#include "core/model/waiver.h"

#include <cmath>

#include "core/model/globs.h"

namespace benchgate::model {

bool speaks_of(const Waiver& waiver, const SeriesKey& series) {
    if (!waiver.metric.empty() && waiver.metric != series.metric) return false;
    // A name with a star or question mark in it is still itself.
    return waiver.benchmark == series.benchmark || glob_matches(waiver.benchmark, series.benchmark);
}

std::optional<double> change_of(const Verdict& verdict) {
    if (!verdict.ratio) return std::nullopt;
    return std::fabs(*verdict.ratio - 1);
}

bool within_ceiling(const Waiver& waiver, const Verdict& verdict) {
    // 108 of 100 is 8 %, whatever its last bit.
    constexpr double rounding = 1e-12;
    const auto change = change_of(verdict);
    return change && *change <= waiver.max + rounding;
}

}  // namespace benchgate::model
