#include "core/judging/gate.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

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

/// Benchmarks, each with one metric or several. A name that an earlier group has is not counted again.
class Names {
  public:
    void add(const model::Verdict& verdict) { names_.insert(verdict.series.key.benchmark); }
    void take_out(const Names& graver) {
        for (const auto name : graver.names_) names_.erase(name);
    }
    bool empty() const { return names_.empty(); }
    std::string count() const { return fmt::format("{} benchmark{}", names_.size(), names_.size() == 1 ? "" : "s"); }

  private:
    std::set<std::string_view> names_;
};

}  // namespace

GateDecision gate(std::span<const model::Verdict> verdicts, const model::Policy& policy) {
    if (verdicts.empty()) return {Gate::neutral, "nothing was judged"};
    GateDecision decision{Gate::success, {}};
    Names regressed, review, undecided;
    for (const auto& verdict : verdicts) {
        const auto asked = asked_by(verdict, policy);
        decision.asked.push_back(asked);
        decision.gate = worse(decision.gate, asked);
        if (asked == Gate::success) continue;
        const bool is_regression = verdict.kind == VerdictKind::regressed;
        (!is_regression ? undecided : asked == Gate::failure ? regressed : review).add(verdict);
    }
    review.take_out(regressed);
    undecided.take_out(regressed);
    if (!regressed.empty())
        decision.reason = fmt::format("{} regressed at a level that blocks", regressed.count());
    else if (!review.empty() && decision.gate == Gate::neutral)
        decision.reason = fmt::format("{} regressed at a level that asks for a review", review.count());
    else if (!undecided.empty())
        decision.reason = fmt::format("{} could not be decided", undecided.count());
    else
        decision.reason = "no regression at a level that blocks or asks for a review";
    return decision;
}

}  // namespace benchgate::judging
