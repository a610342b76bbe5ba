#pragma once
// The best cut of a series into levels: least squares around the levels plus a price for each cut, exactly. Owns the
// search only; scaling, noise and whether a cut is worth telling are change_points.

#include <cstddef>
#include <span>
#include <vector>

namespace benchgate::judging {

/// Cuts x (bounded: the caller's) into levels of at least `shortest` values so that the sum of squared distances from
/// the levels' means plus `price` a cut is smallest; of equal answers the one with the earlier last cut, and so on
/// backwards. Each answer is the first index of a new level, ascending. Exact, like Killick's optimal partitioning;
/// candidates are dropped as in Maidstone et al., "On optimal multiple changepoint algorithms for large data" (2017),
/// by the levels for which they could still be the best, so that a series without cuts costs O(n log n) as well.
std::vector<std::size_t> best_levels(std::span<const double> x, double price, std::size_t shortest);

}  // namespace benchgate::judging
