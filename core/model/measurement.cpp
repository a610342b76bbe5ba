#include "core/model/measurement.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace benchgate::model {

double trial_value(const Measurement& measurement) {
    if (measurement.samples.empty())
        return measurement.summary ? measurement.summary->center : std::numeric_limits<double>::quiet_NaN();
    auto sorted = measurement.samples;
    // A NaN breaks the order of a sort; one bad sample makes the value NaN, which the judge calls failed.
    if (std::any_of(sorted.begin(), sorted.end(), [](double x) { return std::isnan(x); }))
        return std::numeric_limits<double>::quiet_NaN();
    std::sort(sorted.begin(), sorted.end());
    const auto middle = sorted.size() / 2;
    if (sorted.size() % 2 == 1) return sorted[middle];
    return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
}

}  // namespace benchgate::model
