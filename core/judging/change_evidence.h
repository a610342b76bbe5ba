#pragma once
// What speaks for a change between two neighbouring levels, and the removal of changes for which too little does. Owns
// the comparison of the windows beside a change; where to look is level_search.

#include <cstddef>
#include <span>
#include <vector>

#include "core/judging/change_points.h"

namespace benchgate::judging {

/// Values on the scale on which they are judged.
struct HistoryScale {
    std::span<const double> v;  ///< without spikes; logarithms if relative, else the values over a constant
    double range = 0;           ///< largest less smallest value, spikes included
    double noise = 0;           ///< standard deviation from one value to the next
    bool relative = true;
};

struct Window {
    std::size_t begin = 0, at = 0, end = 0;
};

struct Evidence {
    double t = 0;
    double p = 1;
    double step_over_line = 0;  ///< squares that a slope leaves over those that two levels leave
    double shift = 0;           ///< between the medians, on the scale
    double reference = 1;       ///< what a relative change is relative to, on the scale; 1 for logarithms
};

/// `least_variance`: a floor under either side's, for sides too short to know their own.
Evidence evidence_at(const HistoryScale& scale, const Window& window, double least_variance = 0);

/// At least 1 where the evidence suffices; the weakest part decides. `minor_too`: whatever its share of the range.
double strength(const Evidence& evidence, const HistoryScale& scale, const DetectOptions& options, bool minor_too);

/// The window of a change between its neighbours (or the series' ends).
Window window_between(std::size_t previous, std::size_t at, std::size_t next, const DetectOptions& options);

/// Takes the weakest change away, judges its neighbours anew, and so on until all have a strength of 1.
std::vector<std::size_t> keep_strong(std::vector<std::size_t> cuts, const HistoryScale& scale,
                                     const DetectOptions& options, bool minor_too);

}  // namespace benchgate::judging
