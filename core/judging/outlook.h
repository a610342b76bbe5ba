#pragma once
// What can be seen, and at what cost, before anything is measured: from the noise that a suite's benchmarks showed in
// past jobs. Owns the estimate of that noise and of the cost; the formulas of what is detectable are estimate.h,
// here with the level of the last look and the efficiency of ranks, which a verdict's own figure leaves out: that is an
// eighth smaller. Decides nothing, and no verdict depends on it.

#include <optional>
#include <span>
#include <vector>

#include "core/judging/judge.h"

namespace benchgate::judging {

/// A gating series as past jobs measured it.
struct PastSeries {
    model::SeriesKey key;
    model::Better better = model::Better::lower;
    std::vector<std::vector<Block>> jobs;  ///< newest first; blocks of both phases
};

/// Spread of ln x between trials of one side of one block, over all jobs: 1.0483 times the median |difference| (facts:
/// statistics 4.6), which steps between jobs do not touch; more where a job shows two modes (modes.h). 0: an exact
/// counter. None: no two trials on a side, or values that have no ratio.
std::optional<double> past_spread(const PastSeries& series);

/// One benchmark of a suite to be measured.
struct SeriesOutlook {
    model::SeriesKey key;
    double detect = 0;                 ///< what the policy asks for
    std::optional<double> spread;      ///< absent: not known, and with it all below
    std::optional<double> smallest;    ///< change that is seen with about 95 % power at the planned maximum of trials
    std::optional<int> trials_needed;  ///< a side, for `detect`; absent: a million would not do
    std::optional<double> trials_unchanged;  ///< expected a side if nothing changed
    /// The noise does not give what the policy asks for.
    bool falls_short() const { return smallest && *smallest > detect; }
};

/// The chance that an unchanged series is settled at each look or before, under normal noise: V of facts:
/// statistics 4.4 has mean 16 B P and variance 16 B (P (1 - P) + 6 (Q - P^2)) after B blocks of 4 + 4 (E. L. Lehmann,
/// Nonparametrics, 1975, 2.2: the rank sum under an alternative), where with d = ln(1 + detect) / spread P = Phi(d /
/// sqrt 2) is the chance that one pair is within, and Q = E Phi(Z + d)^2 that two pairs with a common trial are. The
/// chance of the best look so far stands for that of any.
std::vector<double> settled_by_look(double spread, double detect, const Plan& plan);

struct SuiteOutlook {
    std::vector<SeriesOutlook> series;
    int max_trials = 0;  ///< a side, as planned
    /// Expected a side if nothing changed: of the whole suite where it runs until the last benchmark is settled, of the
    /// mean benchmark where settled ones are left out.
    double trials_unchanged = 0;
};

/// `options.tests` 0: as many as there are series. `can_filter`: settled benchmarks are not run any more.
SuiteOutlook outlook(std::span<const PastSeries> series, const JudgeOptions& options, bool can_filter);

/// Of past jobs of the suite, medians.
struct PastDurations {
    double setup_s = 0;  ///< fetching and building both commits, up to the first trial
    double trial_s = 0;  ///< one trial of one side, with what lies between two
};

struct MachineTime {
    double unchanged_s = 0;  ///< expected if nothing changed
    double most_s = 0;       ///< every trial of the plan, and of its confirmation, is needed
};
/// Two trials more than the plan's: the warm-up. Never more than the job may take.
MachineTime machine_time(const PastDurations& past, const SuiteOutlook& suite, bool confirms, double longest_s);

}  // namespace benchgate::judging
