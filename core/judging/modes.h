#pragma once
// Whether the trials of a series fall into two modes (a hash seed, an alignment, a page size that is drawn anew by
// every process), and what of a change is one of the modes' levels. Owns the recognition and the split of a series by
// its modes; what follows for a verdict is series_judge.h and judge.h.
//
// Each side alone is cut where two means fit it best (the exact least-squares split of sorted values; W. D. Fisher, On
// grouping for maximum homogeneity, JASA 53, 1958), and the two modes' distance is compared with the scatter that is
// left within them (the separation of K. M. Ashman, C. M. Bird and S. E. Zepf, AJ 108, 1994), with a valley between
// them that is next to empty. Bars and shares are calibrated on noise of one mode, skewed, with heavy tails, with
// outliers, quantised (benchmarks/modes_main.cpp): at most 1 % of such series are named.

#include <optional>
#include <span>
#include <vector>

#include "core/judging/rank_sum.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// Trials a side below which nothing is said.
inline constexpr int fewest_trials_for_modes = 12;

/// A value of the upper mode is at or above its side's cut.
struct ModeCuts {
    double base = 0;
    double head = 0;
};

struct FoundModes {
    model::Modes modes;  ///< `better` by the direction
    ModeCuts cuts;
    double share_of_lower = 0;  ///< of all trials
};

/// None: one mode, too few trials, values that are not all above 0, or two levels that lie apart in time (a drift).
/// `swapped`: higher is better.
std::optional<FoundModes> find_modes(std::span<const Block> blocks, bool swapped);

/// The robust spread of trials passes over the smaller of two modes: the standard deviation that their distance and
/// shares alone make, if that is more.
double spread_with_modes(double spread, const model::Modes& modes);

/// The blocks with the mode as a further stratum: values are compared within their own mode only. A change of the mix
/// alone is no change there.
std::vector<Block> split_by_mode(std::span<const Block> blocks, const ModeCuts& cuts);

}  // namespace benchgate::judging
