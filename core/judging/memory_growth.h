#pragma once
// Whether the memory of the whole command grows faster on head than on base: slopes by Theil and Sen with their
// intervals, and the verdict on their difference. No part of the sequential plan: its error rate is not the policy's,
// so that it asks for a review and never blocks.

#include <optional>
#include <span>

#include "core/model/memory_runs.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// Points of one run after its warm-up that a slope takes.
inline constexpr std::size_t least_slope_points = 30;
/// Growth that is flagged is faster than on base by more than this (four gibibytes in eighteen hours).
inline constexpr double memory_growth_floor = 64 * 1024;  // bytes a second

struct Slope {
    double value = 0;  ///< bytes a second
    double low = 0;    ///< 95 %, as if the points were independent of each other
    double high = 0;
    std::size_t points = 0;
};

/// The middle half of a run: what warms up and what is torn down is left out.
std::span<const model::MemoryPoint> settled_part(const std::vector<model::MemoryPoint>& points);

/// Theil-Sen: the median of the slopes between all pairs, and Sen's interval from the variance of Kendall's S. None of
/// fewer than least_slope_points.
std::optional<Slope> slope_of(std::span<const model::MemoryPoint> points);

/// A side's slope is the median of its runs', its interval covers those of all of them: points of one run depend on
/// each other, and only runs show what runs differ by. None where a side has no run with a slope.
std::optional<model::Verdict> judge_memory(const model::MemoryRuns& runs);

}  // namespace benchgate::judging
