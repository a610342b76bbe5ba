// The only translation unit that sees Boost.Math: its headers cost seconds.
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "core/judging/estimate.h"
#include "core/judging/plan.h"

namespace benchgate::judging {
namespace {

/// z(1-alpha) + z(.95)
double quantiles_of(double alpha) {
    constexpr double power = 0.95;
    const boost::math::normal normal;
    const double level = std::clamp(alpha, 1e-12, 0.5);
    return boost::math::quantile(boost::math::complement(normal, level)) + boost::math::quantile(normal, power);
}

}  // namespace

double detectable_change(const Sensitivity& sensitivity) {
    constexpr double grid = 1e6;
    const double trials = std::max(sensitivity.trials, 1);
    const double shift =
        sensitivity.margin + quantiles_of(sensitivity.alpha) * sensitivity.spread * std::sqrt(2 / trials);
    return std::round(std::expm1(shift) * grid) / grid;
}

std::optional<int> trials_needed(const Sensitivity& sensitivity, double detect) {
    constexpr double most = 1e6;
    const double room = std::log1p(detect) - sensitivity.margin;
    if (!(room > 0)) return std::nullopt;
    const double root = quantiles_of(sensitivity.alpha) * sensitivity.spread / room;
    const double blocks = std::ceil(2 * root * root / trials_per_block);
    if (!(blocks * trials_per_block <= most)) return std::nullopt;
    return std::max(1, static_cast<int>(blocks)) * trials_per_block;
}

}  // namespace benchgate::judging
