#pragma once
// A series' history -> the places where its level changed. Pure; owns the method and its constants (docs/detect.md says
// where they come from). Does not own which direction is worse, nor that a change is real: it is a suspicion, which the
// gate's test confirms by measuring.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace benchgate::judging {

inline constexpr std::size_t max_history_values = 5'000'000;

/// The constants, for the cross-validation that chose them; a product uses the defaults.
struct DetectOptions {
    double penalty = 6;                 ///< of a cut, times the variance of the noise times ln n
    bool allow_for_correlation = true;  ///< that variance is of means of correlated noise: times (1 + r) / (1 - r)
    std::size_t shortest = 10;          ///< values of a level; so many must follow a change before it is a point
    std::size_t early = 4;              ///< values that must follow a change before it is provisional
    std::size_t window = 25;            ///< values on either side that a change is judged by
    double t = 6;                       ///< Welch's t between them
    double step_over_line = 1.2;        ///< how many times better two levels must fit than one slope
    double smallest = 0.01;             ///< relative change that is never too large to be ignored
    double notable = 0.05;              ///< relative change that is never too small to be told
    double of_range = 0.15;  ///< between the two: the share of the series' own range from which on it is told
};

enum class Standing {
    found,
    provisional,  ///< fewer than `shortest` values follow it: may still go away
    minor,        ///< as sure as the others, but small beside the series' own range
};

struct ChangePoint {
    std::size_t index = 0;           ///< of the first value of the new level, in the values as given
    double before = 0, after = 0;    ///< medians beside it, up to `window` values each
    std::optional<double> change{};  ///< after / before - 1; none where either is zero or they differ in sign
    double t = 0;                    ///< Welch's, of the values (of their logarithms, if relative)
    double p = 1;           ///< of t; nominal, since the place was chosen by looking. 0 between levels without noise
    std::size_t later = 0;  ///< values from here to the next change or the end
    Standing standing = Standing::found;
};

struct Detection {
    std::vector<ChangePoint> changes;     ///< by index; of all three standings
    std::vector<std::size_t> not_finite;  ///< indices of values that were left out
    std::size_t used = 0;
    bool relative = true;    ///< worked on logarithms: all values are positive
    double correlation = 0;  ///< of neighbouring values' noise, 0 to 0.8
    double noise = 0;        ///< from one value to the next: relative if `relative`, else in the values' unit
    bool too_short = false;  ///< no change could have been found in so few values
};

/// Values in order, one a build. NaN and infinities are left out and listed. Fails only for more than
/// max_history_values.
tl::expected<Detection, std::string> detect_changes(std::span<const double> all, const DetectOptions& options = {});

}  // namespace benchgate::judging
