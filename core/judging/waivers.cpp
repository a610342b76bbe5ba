#include "core/judging/waivers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace benchgate::judging {
namespace {

std::string percent(double share) {
    return fmt::format("{:.3g} %", 100 * share);
}

std::string why_not(const model::Waiver& waiver, const model::Verdict& verdict, const std::string& today) {
    if (waiver.until < today) return fmt::format("it ended on {}", waiver.until);
    const auto change = model::change_of(verdict);
    if (!change) return "the change has no size that its ceiling could be compared with";
    if (!model::within_ceiling(waiver, verdict))
        return fmt::format("the change of {} is over its ceiling of {}", percent(*change), percent(waiver.max));
    return "";
}

}  // namespace

std::vector<Waiving> apply_waivers(std::span<const model::Verdict> verdicts, std::span<const model::Waiver> waivers,
                                   const std::string& today) {
    std::vector<Waiving> result;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        if (verdicts[v].kind != model::VerdictKind::regressed) continue;
        std::optional<Waiving> best;
        for (std::size_t w = 0; w < waivers.size(); ++w) {
            if (!model::speaks_of(waivers[w], verdicts[v].series.key)) continue;
            const auto reason = why_not(waivers[w], verdicts[v], today);
            const bool better =
                !best || (!best->covers && (reason.empty() || waivers[w].max > waivers[best->waiver].max));
            if (better) best = Waiving{v, w, reason.empty(), reason};
        }
        if (best) result.push_back(std::move(*best));
    }
    return result;
}

GateDecision gate_with_waivers(std::span<const model::Verdict> verdicts, const model::Policy& policy,
                               std::span<const Waiving> waivings) {
    std::vector<model::Verdict> rest;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        const auto covers = [&](const Waiving& one) { return one.verdict == v && one.covers; };
        if (std::none_of(waivings.begin(), waivings.end(), covers)) rest.push_back(verdicts[v]);
    }
    const auto waived = verdicts.size() - rest.size();
    if (waived > 0 && rest.empty()) return {model::Gate::success, "every regression is waived"};
    auto decision = gate(rest, policy);
    if (waived > 0 && decision.gate == model::Gate::success)
        decision.reason = fmt::format("{} regression{} waived, and nothing else asks for a stop", waived,
                                      waived == 1 ? " is" : "s are");
    return decision;
}

}  // namespace benchgate::judging
