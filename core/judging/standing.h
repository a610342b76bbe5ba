#pragma once
// What it means to measure the same commits again. Owns the rule that keeps a red from being asked away: a regression
// stands until a later measurement of the same commits has ruled it out, and what was too noisy to say anything rules
// nothing out. What a further attempt may spend of the false-alarm rate is core/planning/plan_jobs.h.

#include <span>
#include <vector>

#include "core/model/verdict.h"

namespace benchgate::judging {

/// A regression of an earlier attempt that this one leaves open.
struct StandingRegression {
    std::size_t verdict = 0;  ///< index into this attempt's verdicts
    std::size_t attempt = 0;  ///< index into the earlier attempts
    std::size_t earlier = 0;  ///< index into that attempt's verdicts
    bool operator==(const StandingRegression&) const = default;
};

/// `earlier`: the verdicts of the other attempts at these commits, newest first. Of each series that this attempt calls
/// inconclusive or could not compare, the newest earlier verdict that is neither decides; it stands if it is a
/// regression. "New" compares nothing: with the same base, the base only failed to show it this time.
std::vector<StandingRegression> standing_regressions(std::span<const model::Verdict> verdicts,
                                                     std::span<const std::vector<model::Verdict>> earlier);

/// What an earlier attempt says of a series that this one has no verdict on.
struct LeftOut {
    std::size_t attempt = 0;
    std::size_t earlier = 0;
    bool operator==(const LeftOut&) const = default;
};

/// Each such series once, with the newest verdict that decides, or else the newest; in the order of the attempts.
std::vector<LeftOut> left_out(std::span<const model::Verdict> verdicts,
                              std::span<const std::vector<model::Verdict>> earlier);

}  // namespace benchgate::judging
