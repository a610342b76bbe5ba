#pragma once
// Whether the level of a series wandered while it was measured: a host that warms up, a neighbour that came. Values are
// only ever compared within a block, so that it cancels out of the test; it is named so that somebody looks at the
// host.
//
// Kruskal and Wallis' rank test of the blocks (JASA 47, 1952), of both sides apart and added up, so that a difference
// of the sides counts for nothing; the chi-square bar by Wilson and Hilferty (PNAS 17, 1931). No logarithm: the same on
// every machine.

#include <optional>
#include <span>

#include "core/judging/rank_sum.h"

namespace benchgate::judging {

/// The span of the blocks' levels, relative to the whole series' (0.04: 4 %), where the test's level of 0.005 says that
/// they differ. None: they do not, fewer than three blocks, or values that are not all above 0.
std::optional<double> find_drift(std::span<const Block> blocks);

}  // namespace benchgate::judging
