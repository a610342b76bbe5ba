#pragma once
// What the values of a series say before any test: that it cannot be judged (broken, absent, too coarse), that no test
// is needed (counters and constants), and on which scale a test compares. Decides on the blocks it is shown, no more.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/judging/rank_sum.h"
#include "core/judging/series_judge.h"

namespace benchgate::judging {

struct Finding {
    model::VerdictKind kind = model::VerdictKind::inconclusive;
    std::string reason;
    bool exact = false;
    std::optional<double> worse_ppm;  ///< of an exact comparison: the change for the worse
};

/// How much has been seen: after the first block only what one block can settle is settled.
enum class Moment { first_block, look };

/// The first rule that settles the series; none: it has to be tested.
///   - a NaN, an infinity or a value beyond 1e300 on either side: failed
///   - no value on one side: new or missing; more than a quarter of a side's trials without a value: failed
///   - a counter (unit count or bytes) that is identical within each side: equal, or differing by less than the change
///     to be detected: unchanged, after the first block; a larger difference: regressed or improved from the first
///     look on, since one block of a counter with two states shows it by chance too often
///   - all values equal: unchanged
///   - few distinct values, further apart than the change to be detected, and no counter: the timer is too coarse
std::optional<Finding> find_by_values(const SeriesBlocks& series, std::span<const Block> seen,
                                      const Thresholds& thresholds, Moment moment);

/// The scale of a test. All values > 0: ratios. Otherwise differences, with both thresholds relative to `reference`.
struct TestScale {
    Margin margin;
    Margin detect;
    double reference = 0;   ///< raw scale: median |base| of the first two blocks; of both sides where that is zero
    bool has_ratio = true;  ///< false: no positive base to divide by
};

TestScale choose_scale(std::span<const Block> seen, const Thresholds& thresholds);

/// Values of one side, in the order of the blocks.
std::vector<double> side_values(std::span<const Block> seen, model::Side side);

}  // namespace benchgate::judging
