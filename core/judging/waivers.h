#pragma once
// Which regressions are waived, and the gate over the rest. Owns the rule; a judgement itself never changes: what was
// measured stays, and a waiver only says that it may pass.

#include <span>
#include <string>
#include <vector>

#include "core/judging/gate.h"
#include "core/model/verdict.h"
#include "core/model/waiver.h"

namespace benchgate::judging {

/// A waiver that names a regressed verdict: it covers it, or says why not any more.
struct Waiving {
    std::size_t verdict = 0;  ///< index into the verdicts
    std::size_t waiver = 0;   ///< index into the waivers
    bool covers = false;
    std::string why_not;  ///< one clause: "the change of 9.1 % is over its ceiling of 8 %"; empty if it covers
    bool operator==(const Waiving&) const = default;
};

/// At most one for each regressed verdict, in the order of the verdicts: one that covers it, else the one with the
/// highest ceiling. `today` is YYYY-MM-DD in UTC; a waiver holds to the end of its last day. The change compared with
/// the ceiling is the one that reports show: |head / base - 1| of the estimate; without an estimate nothing is covered.
std::vector<Waiving> apply_waivers(std::span<const model::Verdict> verdicts, std::span<const model::Waiver> waivers,
                                   const std::string& today);

/// The gate as if the covered verdicts, and those that are only advice, asked for nothing.
struct Exceptions {
    std::span<const Waiving> waivings;
    std::span<const std::size_t> advisory;  ///< indices into the verdicts (calibration.h)
};
GateDecision gate_with_exceptions(std::span<const model::Verdict> verdicts, const model::Policy& policy,
                                  const Exceptions& exceptions);

}  // namespace benchgate::judging
