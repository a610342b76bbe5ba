#pragma once
// What a job is asked besides the verdicts on its series, and what was found. Plain structs; the rules are in
// core/judging/{questions,claims,growth}.h.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/policy.h"
#include "core/model/verdict.h"

namespace benchgate::model {

struct Questions {
    /// All between benchmarks of the head; or all from one ref, whose commit is this job's base.
    std::vector<Claim> claims;
    std::vector<Growth> growth;
    double claim_false_alarms = 0.01;  ///< of all `claims` together, for each of the two answers
    /// Nothing else is asked: trials end when the claims are decided, and there are no verdicts.
    bool alone = false;
    bool empty() const { return claims.empty() && growth.empty(); }
    bool operator==(const Questions&) const = default;
};

struct Answers {
    std::vector<ClaimFinding> claims;
    std::vector<GrowthFinding> growth;
    bool empty() const { return claims.empty() && growth.empty(); }
    bool operator==(const Answers&) const = default;
};

/// The words of to_string in verdict.h.
std::optional<ClaimState> claim_state_from(std::string_view text);
std::optional<GrowthState> growth_state_from(std::string_view text);

/// Whether the claim is on this series.
bool names(const Claim& claim, const SeriesKey& key);

/// Refs that claims speak of, each once, in the order of the file. `known`: the series of the suite, so that no ref is
/// built for benchmarks that it does not have; none: not known.
std::vector<std::string> claimed_refs(std::span<const Claim> claims, std::span<const SeriesKey> known);

}  // namespace benchgate::model
