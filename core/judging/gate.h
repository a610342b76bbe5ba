#pragma once
// From verdicts to the check's conclusion. Owns which verdict closes the gate; reads nothing but verdicts and policy.
//
//   regressed     by its level's action: block -> failure, review -> neutral, log (or no level) -> success
//   inconclusive  neutral; with `inconclusive: block` action_required
//   failed,       as inconclusive: what head does not show cannot pass, and says nothing about a slowdown either
//   missing
//   the others    success
//   no verdict    neutral: a check over nothing must not look like a pass

#include <span>
#include <string>
#include <vector>

#include "core/model/policy.h"
#include "core/model/verdict.h"

namespace benchgate::judging {

struct GateDecision {
    model::Gate gate = model::Gate::neutral;
    std::string reason;                ///< one clause
    std::vector<model::Gate> asked{};  ///< by each of the verdicts alone, in their order
};

/// The worst of what the verdicts ask for: failure > action_required > neutral > success.
GateDecision gate(std::span<const model::Verdict> verdicts, const model::Policy& policy);

}  // namespace benchgate::judging
