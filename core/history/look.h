#pragma once
// The detector over a series of main: where its level changed, which commits may have done it, how large the change is.
// Owns what judging/change_points does not know: commits, direction, the range of commits, the interval. A finding is a
// suspicion; what becomes of it is changes.h.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/history/series.h"

namespace benchgate::history {

/// So many later values make a suspicion worth measuring (facts: statistics 5.2); before, it is provisional.
inline constexpr std::size_t enough_later = 6;

struct Finding {
    std::size_t index = 0;         ///< of the first point of the new level, in Line::points
    std::size_t earliest = 0;      ///< the new level may have begun here already, or as late as `latest`: together they
    std::size_t latest = 0;        ///< hold 95 % of the likelihood
    bool worse = true;             ///< for a metric of this direction
    bool ripe = false;             ///< enough_later values agree
    double before = 0, after = 0;  ///< medians beside it, on the reference host's scale
    std::optional<double> change;  ///< after / before - 1; none where there is no ratio
    std::optional<double> low;     ///< nominal 95 % of `change`, since the place was chosen by looking
    std::optional<double> high;
    std::size_t later = 0;  ///< values from here to the next change or the end
};

struct Look {
    std::vector<Finding> findings;  ///< by index
    int minor = 0;           ///< sure, but small beside the series' own range: counted, not followed (docs/detect.md)
    bool too_short = false;  ///< no change could be seen in so few values
};

/// Nothing is looked for in a metric without a direction.
Look look_at(const Line& line);

}  // namespace benchgate::history
