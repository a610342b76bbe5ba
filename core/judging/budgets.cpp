#include "core/judging/budgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/model/globs.h"

namespace benchgate::judging {
namespace {

using model::BudgetState;

model::Interval head_interval(const model::Verdict& verdict) {
    const double value = *verdict.head_value;
    using Kind = model::VerdictKind;
    // A base of zero, as that of most error rates, gives no ratio to lay an interval by. Where the verdict is settled
    // all the same, the medians stand for themselves.
    const bool is_settled =
        verdict.kind == Kind::unchanged || verdict.kind == Kind::improved || verdict.kind == Kind::regressed;
    if (verdict.exact || (is_settled && !verdict.ratio && verdict.base_value == 0.0)) return {value, value};
    if (!verdict.ratio || *verdict.ratio <= 0) return {};
    const auto end = [&](std::optional<double> model::Interval::*which) -> std::optional<double> {
        const auto& ratio = verdict.interval.*which ? verdict.interval.*which : verdict.nominal.*which;
        return ratio ? std::optional(value * (*ratio / *verdict.ratio)) : std::nullopt;
    };
    return {end(&model::Interval::low), end(&model::Interval::high)};
}

BudgetState state_of(const model::Budget& budget, const model::Interval& interval) {
    if (budget.max && interval.low && *interval.low > *budget.max) return BudgetState::over;
    if (budget.min && interval.high && *interval.high < *budget.min) return BudgetState::over;
    const bool below = !budget.max || (interval.high && *interval.high <= *budget.max);
    const bool above = !budget.min || (interval.low && *interval.low >= *budget.min);
    return below && above ? BudgetState::within : BudgetState::unclear;
}

/// By how far the near end of the interval passes the limit, relative to it.
double passed_by(const model::Budget& budget, const model::Interval& interval) {
    if (budget.max && interval.low && *interval.low > *budget.max)
        return *budget.max > 0 ? *interval.low / *budget.max - 1 : INFINITY;
    return *budget.min > 0 ? 1 - *interval.high / *budget.min : INFINITY;
}

void set_level(model::BudgetFinding& finding, const model::Budget& budget) {
    if (budget.levels.empty()) return;
    const double by = passed_by(budget, finding.interval);
    constexpr double rounding = 1e-12;
    finding.action = model::Action::log;
    for (const auto& level : budget.levels) {
        if (by < level.at - rounding) continue;
        finding.level = level.name;
        finding.action = level.action;
    }
}

std::string count(std::size_t budgets) {
    return fmt::format("{} budget{}", budgets, budgets == 1 ? " is" : "s are");
}

}  // namespace

std::vector<model::BudgetFinding> find_budgets(std::span<const model::Verdict> verdicts,
                                               std::span<const model::Budget> budgets) {
    std::vector<model::BudgetFinding> findings;
    for (const auto& budget : budgets)
        for (std::size_t v = 0; v < verdicts.size(); ++v) {
            const auto& key = verdicts[v].series.key;
            if (!budget.unit.empty() && budget.unit != verdicts[v].series.unit) continue;
            if (key.metric != budget.metric || !model::glob_matches(budget.benchmark, key.benchmark)) continue;
            model::BudgetFinding finding{
                v, BudgetState::unmeasured, verdicts[v].head_value, {}, budget.max, budget.min, budget.line};
            if (finding.value) {
                finding.interval = head_interval(verdicts[v]);
                finding.state = state_of(budget, finding.interval);
                if (finding.state == BudgetState::over) set_level(finding, budget);
            }
            findings.push_back(finding);
        }
    return findings;
}

GateDecision gate_with_budgets(GateDecision decision, std::span<const model::BudgetFinding> findings,
                               model::InconclusiveAction inconclusive) {
    const auto over = [&](model::Action action) {
        return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [action](const auto& one) {
            return one.state == BudgetState::over && one.action == action;
        }));
    };
    const auto unclear = static_cast<std::size_t>(std::count_if(
        findings.begin(), findings.end(), [](const auto& one) { return one.state == BudgetState::unclear; }));
    const auto ask = [&](std::size_t budgets, model::Gate gate, const char* words) {
        if (budgets == 0) return;
        const auto reason = count(budgets) + words;
        if (model::worse(decision.gate, gate) != decision.gate)
            decision = {gate, reason};
        else if (decision.gate == gate)
            decision.reason += "; " + reason;
    };
    ask(over(model::Action::block), model::Gate::failure, " broken");
    ask(over(model::Action::review), model::Gate::neutral, " over at a level that asks for a review");
    ask(unclear, inconclusive == model::InconclusiveAction::block ? model::Gate::action_required : model::Gate::neutral,
        " too near to the limit to be decided");
    return decision;
}

std::vector<model::BudgetFinding> apply_budgets(model::Judgement& judgement, std::span<const model::Budget> budgets,
                                                model::InconclusiveAction inconclusive) {
    auto findings = find_budgets(judgement.verdicts, budgets);
    auto decision = gate_with_budgets({judgement.gate, judgement.gate_reason}, findings, inconclusive);
    judgement.gate = decision.gate;
    judgement.gate_reason = std::move(decision.reason);
    return findings;
}

}  // namespace benchgate::judging
