#pragma once
// The decision on one series from its own blocks alone: what other series do cannot change it. Owns the order of the
// rules (broken values, absent sides, exact counters, constants, timers that are too coarse, then the test of facts:
// statistics 4.4) and nothing about phases, confirmation, levels or the gate (judge.h).
//
// The blocks are walked from the first one on, and the walk stops at the look that settles the series. So the answer
// after look k does not depend on what was measured later, and judging at every look equals judging at the end.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/judging/estimate.h"
#include "core/judging/plan.h"
#include "core/judging/rank_sum.h"
#include "core/model/explanation.h"
#include "core/model/series.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// One series as the judge sees it. Blocks in which the series has no value on either side are left out.
struct SeriesBlocks {
    model::Series series;
    std::vector<Block> blocks;
    std::string conflict;  ///< why it cannot be judged at all (its unit differs between the sides); empty: it can
};

/// Relative changes in parts per million.
struct Thresholds {
    double detect_ppm = 30000;
    double usual_margin_ppm = 5000;
    /// What a test must exceed before it alarms: the usual margin, and never more than a sixth of what is to be
    /// detected.
    double margin_ppm() const;
    static Thresholds of(double detect);
};

/// What is known of a series so far. Costs are ratios worse/better side, above one: head is worse.
struct SeriesResult {
    bool settled = false;  ///< no later block can change `kind`
    model::VerdictKind kind = model::VerdictKind::inconclusive;
    std::string reason;
    int trials_used = 0;  ///< a side, up to the look that settled it (or all, when open)
    bool exact = false;
    std::optional<double> p;
    std::optional<double> ratio;  ///< head/base of the metric
    model::Interval interval;     ///< of `ratio`, at the level spent
    model::Interval nominal;      ///< of `ratio`, 95 % unadjusted
    std::optional<double> minimum_detectable;
    std::optional<double> base_value;  ///< medians
    std::optional<double> head_value;
    /// Smallest change for the worse, relative to base and in parts per million, that the nominal interval supports.
    std::optional<double> worse_ppm;
    std::optional<model::Modes> modes;
    /// As worse_ppm, with each of the two modes compared with itself; 0 where that supports nothing. None: one mode.
    std::optional<double> levels_worse_ppm;
    std::optional<double> drift;
    model::PhaseRecord how;  ///< what was asked and answered on the way
};

SeriesResult judge_series(const SeriesBlocks& series, const Plan& plan, const Thresholds& thresholds, NullTable& nulls);

}  // namespace benchgate::judging
