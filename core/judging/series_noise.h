#pragma once
// A history's noise: single wild values are drawn in, and the scatter from one value to the next is estimated so that
// neither they nor the steps of the level count. Owns no decision about change.

#include <span>
#include <vector>

namespace benchgate::judging {

/// Values further than three robust deviations from the running median of seven are moved to that distance.
std::vector<double> without_spikes(std::span<const double> z);

/// The standard deviation of white noise that would give these differences between neighbours, by their median absolute
/// deviation; by their mean square where more than half of them are alike (a timer's ticks, a counter that rests).
/// 0 for fewer than two values.
double step_noise(std::span<const double> v);

/// Correlation of neighbours, of noise with these differences between them (the lag-1 autocorrelation of the
/// differences of an AR(1) series is (rho - 1) / 2), from 0 to 0.8. `noise` is step_noise(v): longer steps are drawn
/// in, so that changes of the level do not count.
double neighbour_correlation(std::span<const double> v, double noise);

/// The median; of two middle values their mean, even of the largest there are (estimate.h has the one of verdicts,
/// which must stay as it is to the last bit). 0 of nothing.
double middle_value(std::vector<double> values);

}  // namespace benchgate::judging
