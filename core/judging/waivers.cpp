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

GateDecision gate_with_exceptions(std::span<const model::Verdict> verdicts, const model::Policy& policy,
                                  const Exceptions& exceptions) {
    std::vector<model::Verdict> rest;
    std::size_t waived = 0, advisory = 0;
    for (std::size_t v = 0; v < verdicts.size(); ++v) {
        const auto covers = [&](const Waiving& one) { return one.verdict == v && one.covers; };
        if (std::any_of(exceptions.waivings.begin(), exceptions.waivings.end(), covers))
            ++waived;
        else if (std::find(exceptions.advisory.begin(), exceptions.advisory.end(), v) != exceptions.advisory.end())
            advisory += gate(verdicts.subspan(v, 1), policy).gate != model::Gate::success;
        else
            rest.push_back(verdicts[v]);
    }
    if (waived + advisory == 0) return gate(verdicts, policy);
    if (rest.empty() && advisory == 0) return {model::Gate::success, "every regression is waived"};
    auto decision = rest.empty() ? GateDecision{model::Gate::success, {}} : gate(rest, policy);
    if (decision.gate != model::Gate::success) return decision;
    std::vector<std::string> said;
    if (waived > 0) said.push_back(fmt::format("{} regression{} waived", waived, waived == 1 ? " is" : "s are"));
    if (advisory > 0) said.push_back(fmt::format("{} result{} only advice", advisory, advisory == 1 ? " is" : "s are"));
    decision.reason = fmt::format("{}, and nothing else asks for a stop", fmt::join(said, ", "));
    return decision;
}

}  // namespace benchgate::judging
