#include "core/judging/gate.h"

#include <fmt/format.h>

namespace benchgate::judging {
namespace {

using model::Action;
using model::Gate;
using model::VerdictKind;

Gate asked_by(const model::Verdict& verdict, const model::Policy& policy) {
    switch (verdict.kind) {
        case VerdictKind::regressed:
            if (verdict.action == Action::block) return Gate::failure;
            return verdict.action == Action::review ? Gate::neutral : Gate::success;
        case VerdictKind::inconclusive:
        case VerdictKind::failed:
        case VerdictKind::missing:
            return policy.inconclusive == model::InconclusiveAction::block ? Gate::action_required : Gate::neutral;
        case VerdictKind::improved:
        case VerdictKind::unchanged:
        case VerdictKind::added:
            return Gate::success;
    }
    return Gate::neutral;
}

std::string series_count(int count) {
    return fmt::format("{} benchmark{}", count, count == 1 ? "" : "s");
}

}  // namespace

GateDecision gate(std::span<const model::Verdict> verdicts, const model::Policy& policy) {
    if (verdicts.empty()) return {Gate::neutral, "nothing was judged"};
    GateDecision decision{Gate::success, {}};
    int regressed = 0, review = 0, undecided = 0;
    for (const auto& verdict : verdicts) {
        const auto asked = asked_by(verdict, policy);
        decision.gate = worse(decision.gate, asked);
        if (asked == Gate::success) continue;
        const bool is_regression = verdict.kind == VerdictKind::regressed;
        (!is_regression ? undecided : asked == Gate::failure ? regressed : review) += 1;
    }
    if (regressed > 0)
        decision.reason = fmt::format("{} regressed at a level that blocks", series_count(regressed));
    else if (review > 0 && decision.gate == Gate::neutral)
        decision.reason = fmt::format("{} regressed at a level that asks for a review", series_count(review));
    else if (undecided > 0)
        decision.reason = fmt::format("{} could not be decided", series_count(undecided));
    else
        decision.reason = "no regression at a level that blocks or asks for a review";
    return decision;
}

}  // namespace benchgate::judging
