#pragma once
// How a cost grows with a size: the exponent e of value ~ n^e over the benchmarks of a family ("sort/8", "sort/64",
// "sort/512"), of the base and of the head, and whether it has risen. Owns the rule, and when nothing more needs to be
// measured for it. Changes no verdict.
//
// The trial stays the unit: the values of one process give one slope of ln(value) over ln(n), the median of the slopes
// of all pairs of sizes (Theil 1950, Sen 1968), which one odd size does not move. From there on an exponent is a value
// like any other: base and head are compared by the exact stratified rank sum (facts: statistics 4.3) on the scale of
// the exponents, where the margin is a distance, with the looks and levels of the plan:
//   risen       the head's exponent is above the base's by more than the margin, at the level of the look
//   steady      it is not above it by the margin (the mirrored test at the futility level)
//   unclear     neither, at the end of the plan or of the time
//   unmeasured  too few sizes, or a value that is not above zero
// Only trials of one block are compared, and of one block only those with the same sizes.
//
// A side's own exponent is the median of its trials' slopes; its interval are the order statistics that hold the median
// with 95 % by the sign test, whatever the distribution. Slopes are rounded to 1e-9, so that the last bits of a host's
// logarithm do not show. The exponent of n log n is somewhat above one, and nearer to it for larger sizes.

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/judging/gate.h"
#include "core/judging/sequential.h"
#include "core/model/policy.h"
#include "core/model/trial.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

inline constexpr std::size_t fewest_sizes = 3;
/// Of one family: the slopes of all pairs are taken, in every trial. A family with more is not measured, and says so.
inline constexpr std::size_t most_sizes = 300;

struct GrowthOptions {
    int max_trials = 60;         ///< a side
    double false_alarms = 0.01;  ///< of all families together
};

/// The size in a benchmark's name where `pattern` has {n}, and the name with {n} in its place: "sort/{n}" reads 512 out
/// of "sort/512". The rest of the pattern is a glob. None: it does not match, or the size is zero or has over 18
/// digits.
std::optional<std::pair<double, std::string>> size_in(std::string_view pattern, std::string_view benchmark);

/// Theil and Sen: the median of the slopes of ln(value) over ln(size) of all pairs with different sizes. All above
/// zero; none with fewer than `fewest_sizes` sizes. Sizes that lie too close for their logarithms count as one.
std::optional<double> exponent_of(std::span<const std::pair<double, double>> size_and_value);

/// The median, and the order statistics around it that hold it with at least 95 %: open with fewer than six values.
std::pair<double, model::Interval> median_with_interval(std::vector<double> values);

Progress growth_progress(std::span<const model::Trial> trials, std::span<const model::Growth> rules,
                         const GrowthOptions& options);

/// One finding for each family that a rule names, in the order of the rules and of the names.
std::vector<model::GrowthFinding> judge_growth(std::span<const model::Trial> trials,
                                               std::span<const model::Growth> rules, const GrowthOptions& options);

/// The gate, made no better: a family that has risen asks for its action. What is unclear asks for nothing: its
/// benchmarks have verdicts of their own.
GateDecision gate_with_growth(GateDecision decision, std::span<const model::GrowthFinding> findings);

}  // namespace benchgate::judging
