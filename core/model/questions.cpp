#include "core/model/questions.h"

#include <algorithm>

#include "core/model/globs.h"

namespace benchgate::model {

std::optional<ClaimState> claim_state_from(std::string_view text) {
    for (const auto state : {ClaimState::holds, ClaimState::broken, ClaimState::unshown, ClaimState::unmeasured})
        if (to_string(state) == text) return state;
    return std::nullopt;
}

std::optional<GrowthState> growth_state_from(std::string_view text) {
    for (const auto state : {GrowthState::steady, GrowthState::risen, GrowthState::unclear, GrowthState::unmeasured})
        if (to_string(state) == text) return state;
    return std::nullopt;
}

bool names(const Claim& claim, const SeriesKey& key) {
    return key.metric == claim.metric && glob_matches(claim.benchmark, key.benchmark);
}

std::vector<std::string> claimed_refs(std::span<const Claim> claims, std::span<const SeriesKey> known) {
    std::vector<std::string> refs;
    for (const auto& claim : claims) {
        const bool is_here = known.empty() || std::any_of(known.begin(), known.end(),
                                                          [&](const auto& key) { return names(claim, key); });
        const bool is_listed = std::find(refs.begin(), refs.end(), claim.from) != refs.end();
        if (!claim.from.empty() && is_here && !is_listed) refs.push_back(claim.from);
    }
    return refs;
}

}  // namespace benchgate::model
