#pragma once
// How large a change is: the Hodges-Lehmann estimate and the interval that inverts the test (facts: statistics 4.5),
// and the smallest change that a run could have seen (4.6). Decides nothing.
//
// Ratios head/base stand in for differences of logarithms: dividing and sorting give the same order statistics without
// a logarithm, and the median of an even number, the mean of two logarithms, is the square root of a product.

#include <optional>
#include <span>
#include <vector>

#include "core/judging/rank_sum.h"
#include "core/model/explanation.h"

namespace benchgate::judging {

/// All within-block pairs of one series as a cost: sorted quotients worse/better-side (ratio scale) or differences
/// (raw scale). `swapped`: higher is better, so base/head.
struct Pairs {
    Margin::Scale scale = Margin::Scale::ratio;
    std::vector<double> sorted;
};

Pairs all_pairs(std::span<const Block> blocks, Margin::Scale scale, bool swapped);

/// Hodges-Lehmann: the median of the pairs; none without pairs.
std::optional<double> hodges_lehmann(const Pairs& pairs);

/// One-sided levels of the two ends.
struct Levels {
    double low = 0;
    double high = 0;
};

/// With c the smallest u of p(u) <= level: low = the (M-c+1)-th, high = the c-th of M pairs. An end whose level no u
/// reaches is open.
model::IntervalRecord interval_ranks(const Pairs& pairs, const RankSumNull& null, const Levels& levels);
/// The pairs that stand there.
model::Interval interval_at(const Pairs& pairs, const model::IntervalRecord& ranks);
/// Both in one.
model::Interval test_interval(const Pairs& pairs, const RankSumNull& null, const Levels& levels);

/// Spread of single trials, robust and relative (ratio scale: that of ln x) or absolute (raw scale): 1.0483 times the
/// median |difference| of two trials of one side of one block. None without two trials on a side.
std::optional<double> trial_spread(std::span<const Block> blocks, Margin::Scale scale);

struct Sensitivity {
    double alpha = 0;   ///< one test's level over all looks
    double margin = 0;  ///< ln of the margin's factor
    double spread = 0;  ///< of ln x between trials
    int trials = 0;     ///< a side
};

/// exp(margin + (z(1-alpha) + z(.95)) * spread * sqrt(2/trials)) - 1: the relative change that is seen with about 95 %
/// power. Rounded to 1e-6, so that the last bits of a host's math library do not show.
double detectable_change(const Sensitivity& sensitivity);

/// The inverse: trials a side, in whole blocks, that see a change of `detect` (0.03: 3 %) with about 95 % power at the
/// spread, alpha and margin of `sensitivity`. None: `detect` is within the margin, or more than a million trials.
std::optional<int> trials_needed(const Sensitivity& sensitivity, double detect);

/// Median; the mean of the middle two of an even number. Not empty.
double median(std::vector<double> values);

}  // namespace benchgate::judging
