#pragma once
// What it means to measure the same commits again. Owns the rule that keeps a red from being asked away: a regression
// stands until a later measurement of the same commits has ruled it out, and what was too noisy to say anything rules
// nothing out. The same goes for a broken claim, for growth that has risen, and for a budget that is over. What a
// further attempt may spend of the false-alarm rate is core/planning/plan_jobs.h.

#include <span>
#include <vector>

#include "core/model/policy.h"
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

/// An attempt among those at the same commits.
struct AskedAgain {
    std::size_t newest = 0;  ///< number of the attempt that is the first of `earlier`; that of the next is one less
    bool asked_all = true;   ///< not about some benchmarks only
};

/// What this attempt found, with what `earlier` ones did (newest first). Of each question that this one does not
/// decide, the newest earlier answer that does takes its place if it is a broken claim, or growth that has risen. What
/// this one was not asked is told by the newest that decides, or else by the newest. A question is the same with the
/// same series, other side and limit, wherever it stands in the file. Two answers are not those of one series alone:
/// that growth is steady over some of the sizes says nothing of what has risen over more, and a claim that was broken
/// for all that its glob names, since the other commit built the same, is decided by what was measured of any of them.
std::vector<model::ClaimFinding> with_earlier(std::vector<model::ClaimFinding> now,
                                              std::span<const std::vector<model::ClaimFinding>> earlier,
                                              const AskedAgain& again);
std::vector<model::GrowthFinding> with_earlier(std::vector<model::GrowthFinding> now,
                                               std::span<const std::vector<model::GrowthFinding>> earlier,
                                               const AskedAgain& again);

/// Those claims that `newer` ones do not decide.
std::vector<model::ClaimFinding> without_answered(std::vector<model::ClaimFinding> claims,
                                                  std::span<const model::ClaimFinding> newer);

/// The verdicts of one suite in the attempts at it.
struct Attempted {
    std::span<const model::Verdict> own;  ///< of this attempt
    std::span<const std::vector<model::Verdict>> earlier;
    std::size_t newest = 0;  ///< as in AskedAgain
};

/// What find_budgets says of this attempt, with what it says of `earlier` ones (newest first). Of each budget and
/// series that this one does not decide, the newest earlier answer that does is told if it is over, or if this one has
/// no verdict on the series at all. `shown`: the verdicts of the report, to which the findings point, maybe some of an
/// earlier attempt among them; those of what is over, and lacks there, are added.
std::vector<model::BudgetFinding> budgets_with_earlier(const Attempted& attempted,
                                                       std::span<const model::Budget> budgets,
                                                       std::vector<model::Verdict>& shown);

}  // namespace benchgate::judging
