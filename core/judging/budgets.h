#pragma once
// Absolute limits on what the head measures, and the gate with them. Owns the rule; it reads the estimates of verdicts
// and changes none.
//
//   over        the whole interval of the head's value lies beyond the limit: the gate fails, whatever the base is;
//               a budget with levels asks for what the highest says that the interval's near end reaches
//   within      the whole interval keeps the limit
//   unclear     it reaches over the limit, or there is none (a benchmark that is new): as an inconclusive verdict
//   unmeasured  the benchmark gave no value on the head: its verdict already says so
//
// The interval is that of the ratio (at the error level spent, else the nominal 95 %), laid around the head's median;
// of a settled verdict on a base of zero, which has no ratio, it is that median alone.

#include <span>
#include <vector>

#include "core/judging/gate.h"
#include "core/model/policy.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// One for each verdict that a budget names in its own unit, in the order of the budgets.
std::vector<model::BudgetFinding> find_budgets(std::span<const model::Verdict> verdicts,
                                               std::span<const model::Budget> budgets);

/// The gate of the verdicts, made no better by the budgets. `inconclusive`: what the policy asks of an unclear one.
GateDecision gate_with_budgets(GateDecision decision, std::span<const model::BudgetFinding> findings,
                               model::InconclusiveAction inconclusive);

/// Both on a judgement, whose gate heeds the waivers already.
std::vector<model::BudgetFinding> apply_budgets(model::Judgement& judgement, std::span<const model::Budget> budgets,
                                                model::InconclusiveAction inconclusive);

}  // namespace benchgate::judging
