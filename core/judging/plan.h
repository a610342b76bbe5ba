#pragma once
// When to look and how much error each look may spend (facts: statistics 4.4). Everything here is fixed before the
// first trial; nothing depends on a measured value.

#include <optional>
#include <vector>

namespace benchgate::judging {

inline constexpr int trials_per_block = 4;       ///< a side
inline constexpr int max_planned_trials = 1000;  ///< a side; larger wishes are cut to this
inline constexpr double futility_level = 0.008;  ///< a look: six of them lose at most 4.8 % power
inline constexpr double nominal_level = 0.025;   ///< a side of the unadjusted 95 % interval

struct PlanOptions {
    int max_trials = 60;         ///< a side; rounded down to a multiple of 4, at least 4
    double false_alarms = 0.01;  ///< of the whole pull request
    int tests = 1;               ///< N: gating series of the pull request; below 1 counts as 1
};

struct Look {
    int trials = 0;    ///< a side, all blocks so far
    double alpha = 0;  ///< one-sided level of one test at this look
    int blocks() const { return trials / trials_per_block; }
};

struct Plan {
    std::vector<Look> looks;  ///< in growing order, never empty
    double alpha = 0;         ///< one test's level over all looks: false_alarms / N
    int tests = 1;

    int max_trials() const { return looks.back().trials; }
    /// Index of the last look due with so many trials a side; none before the first.
    std::optional<int> look_at(int trials) const;
};

/// Looks at 8, 12, 20, 28, 40, 60 (those below the maximum, and the maximum itself); look k may spend
/// alpha * 2^k / sum of the weights.
Plan make_plan(const PlanOptions& options);

}  // namespace benchgate::judging
