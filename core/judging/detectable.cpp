// The only translation unit that sees Boost.Math: its headers cost seconds.
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "core/judging/estimate.h"

namespace benchgate::judging {

double detectable_change(const Sensitivity& sensitivity) {
    constexpr double power = 0.95;
    constexpr double grid = 1e6;
    const boost::math::normal normal;
    const double alpha = std::clamp(sensitivity.alpha, 1e-12, 0.5);
    const double quantiles =
        boost::math::quantile(boost::math::complement(normal, alpha)) + boost::math::quantile(normal, power);
    const double trials = std::max(sensitivity.trials, 1);
    const double shift = sensitivity.margin + quantiles * sensitivity.spread * std::sqrt(2 / trials);
    return std::round(std::expm1(shift) * grid) / grid;
}

}  // namespace benchgate::judging
