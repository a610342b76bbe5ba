#pragma once
// What a series does besides steps: is its newest value out of line, how does this week compare with the last, what
// have many small steps added up to. Plain summaries; nothing is gated by them. What the policy makes of the last one
// is allowance.h.

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "core/model/series.h"

namespace benchgate::history {

inline constexpr std::size_t sigma_window = 30, fewest_in_window = 10;
/// How many robust standard deviations (1.4826 times the median distance from the median) the newest value lies above
/// (below: negative) the median of the up to 30 values before it. Absent: fewer than ten of them, or they are all
/// alike.
std::optional<double> newest_in_sigmas(std::span<const double> values);

using Time = std::chrono::system_clock::time_point;
struct TimedValue {
    double value = 0;
    Time at{};
};
/// Median of the seven days up to `now` over that of the seven days before, minus 1. Absent: fewer than three values in
/// one of them, or no ratio between the two.
std::optional<double> week_over_week(std::span<const TimedValue> values, Time now);

inline constexpr std::size_t drift_window = 10;
/// What a stretch of a series added up to.
struct Drift {
    double change = 0;  ///< median of the newest ten values over that of the first ten, minus 1
    double low = 0;     ///< nominal 95 % of `change`
    double high = 0;
};
/// Absent: fewer than twenty values, or one of these twenty is not positive.
std::optional<Drift> drift_of(std::span<const double> values);
/// The metric has surely become worse by more than `allow` (0.05: 5 %): the interval's near end lies beyond it.
bool is_beyond(const Drift& drift, model::Better better, double allow);

}  // namespace benchgate::history
