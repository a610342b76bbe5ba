#pragma once
// Improvements that must be shown: from a ref to the head, or from one benchmark of the head to another. Owns the rule
// for both, and when nothing more needs to be measured for them. Changes no verdict.
//
//   holds       the claimed change is reached: the exact stratified rank sum (facts: statistics 4.3) rejects that it is
//               smaller, at the level of one of the plan's looks
//   broken      the mirrored test rejects that it is reached
//   unshown     neither, at the end of the plan or of the time
//   unmeasured  a benchmark is not there, or a value is not above zero
//
// The levels of all looks and of all claims together sum up to `false_alarms`, for each of the two answers; so no claim
// is settled by looking often. The interval has its ends at the level of the look that decided, so it reaches over the
// claimed change if and only if nothing was shown. Where base and head do not vary at all, they are compared exactly.
//
// Two benchmarks of one head are compared by their head trials, block by block. Both values of a trial come from one
// process: what disturbs one disturbs the other, which makes the test say less, never more.

#include <span>
#include <vector>

#include "core/judging/gate.h"
#include "core/judging/sequential.h"
#include "core/model/policy.h"
#include "core/model/trial.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

/// Benchmarks that all claims together may name: each is walked through, and answered, by itself. Claims that would go
/// beyond it are not measured, and say so.
inline constexpr std::size_t most_claimed = 20'000;

struct ClaimOptions {
    int max_trials = 60;         ///< a side
    double false_alarms = 0.01;  ///< of all `claims` together, for each of the two answers
};

/// What must be measured on for these claims, as the runner asks it after each look (sequential.h). Claims with a ref
/// need a job whose base is that ref; those between benchmarks need any job of the head.
Progress claim_progress(std::span<const model::Trial> trials, std::span<const model::Claim> claims,
                        const ClaimOptions& options);

/// `progress`, with more to be measured on.
Progress both(Progress progress, const Progress& also);

/// One finding for each series that a claim names, in the order of the claims; none for a claim that names none.
std::vector<model::ClaimFinding> judge_claims(std::span<const model::Trial> trials,
                                              std::span<const model::Claim> claims, const ClaimOptions& options);

/// A claim of which nothing could be measured.
model::ClaimFinding unmeasured_claim(const model::Claim& claim, std::string why);

/// The gate, made no better by the claims: one that does not hold asks for its action, one that is not shown (or not
/// measured) counts as an inconclusive verdict unless its action is to log.
GateDecision gate_with_claims(GateDecision decision, std::span<const model::ClaimFinding> findings,
                              model::InconclusiveAction inconclusive);

}  // namespace benchgate::judging
