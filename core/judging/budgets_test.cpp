#include "core/judging/budgets.h"

#include <gtest/gtest.h>

namespace benchgate::judging {
namespace {

using model::BudgetState;
using model::Gate;

model::Verdict verdict(const std::string& benchmark, double head, double ratio = 1, double reach = 0.02) {
    model::Verdict made;
    made.series = {{benchmark, "time"}, "ns", model::Better::lower, true};
    made.kind = model::VerdictKind::unchanged;
    made.head_value = head;
    made.base_value = head / ratio;
    made.ratio = ratio;
    made.nominal = {ratio - reach, ratio + reach};
    return made;
}

model::Budget at_most(double max, const std::string& glob = "*") {
    model::Budget budget;
    budget.benchmark = glob;
    budget.metric = "time";
    budget.max = max;
    return budget;
}

BudgetState state(const model::Verdict& one, const model::Budget& budget) {
    const auto findings = find_budgets(std::vector{one}, std::vector{budget});
    return findings.empty() ? BudgetState::unmeasured : findings[0].state;
}

TEST(Budgets, OverOnlyWhenTheWholeIntervalIsBeyondTheLimit) {
    EXPECT_EQ(state(verdict("a", 100), at_most(110)), BudgetState::within);
    EXPECT_EQ(state(verdict("a", 100), at_most(101)), BudgetState::unclear);
    EXPECT_EQ(state(verdict("a", 100), at_most(99)), BudgetState::unclear);
    EXPECT_EQ(state(verdict("a", 100), at_most(97)), BudgetState::over) << "no slower than the base, and yet over";
    // The interval of the ratio, laid around the head: 200 * (1.9 .. 2.1) / 2.
    const auto findings = find_budgets(std::vector{verdict("a", 200, 2, 0.1)}, std::vector{at_most(250)});
    EXPECT_DOUBLE_EQ(*findings.at(0).interval.low, 190);
    EXPECT_DOUBLE_EQ(*findings.at(0).interval.high, 210);
}

TEST(Budgets, TheStricterIntervalIsUsedWhereThereIsOne) {
    auto one = verdict("a", 100);
    one.interval = {0.9, std::nullopt};
    EXPECT_EQ(state(one, at_most(97)), BudgetState::unclear);
    EXPECT_EQ(state(one, at_most(103)), BudgetState::within);
}

TEST(Budgets, ALeastValueIsHeldFromBelow) {
    model::Budget budget = at_most(0);
    budget.max.reset();
    budget.min = 100;
    EXPECT_EQ(state(verdict("a", 110), budget), BudgetState::within);
    EXPECT_EQ(state(verdict("a", 101), budget), BudgetState::unclear);
    EXPECT_EQ(state(verdict("a", 90), budget), BudgetState::over);
}

TEST(Budgets, WithoutAnIntervalNothingIsClaimed) {
    auto fresh = verdict("a", 100);
    fresh.ratio.reset();
    EXPECT_EQ(state(fresh, at_most(1)), BudgetState::unclear);
    fresh.exact = true;
    EXPECT_EQ(state(fresh, at_most(99)), BudgetState::over) << "a counter that does not vary";
    EXPECT_EQ(state(fresh, at_most(100)), BudgetState::within);
    fresh.head_value.reset();
    EXPECT_EQ(state(fresh, at_most(1)), BudgetState::unmeasured);
}

TEST(Budgets, ABaseOfZeroHasNoRatioAndIsHeldByWhatItsVerdictSays) {
    auto one = verdict("a", 0);
    one.ratio.reset();
    one.nominal = {};
    one.base_value = 0;
    EXPECT_EQ(state(one, at_most(0.01)), BudgetState::within) << "no request fails on either side";
    one.kind = model::VerdictKind::regressed;
    one.head_value = 0.2;
    EXPECT_EQ(state(one, at_most(0.01)), BudgetState::over);
    EXPECT_EQ(state(one, at_most(0.5)), BudgetState::within);
    one.kind = model::VerdictKind::inconclusive;
    EXPECT_EQ(state(one, at_most(0.5)), BudgetState::unclear);
}

TEST(Budgets, NamesAreGlobsAndMetricsAreExact) {
    const std::vector verdicts{verdict("tool/a", 1), verdict("tool/b", 1), verdict("other", 1)};
    auto budget = at_most(5, "tool/*");
    EXPECT_EQ(find_budgets(verdicts, std::vector{budget}).size(), 2u);
    budget.unit = "bytes";
    EXPECT_TRUE(find_budgets(verdicts, std::vector{budget}).empty()) << "a time is held against bytes";
    budget.unit = "ns";
    EXPECT_EQ(find_budgets(verdicts, std::vector{budget}).size(), 2u);
    budget.metric = "p95";
    EXPECT_TRUE(find_budgets(verdicts, std::vector{budget}).empty());
}

TEST(Budgets, TheGateHeedsThemAndNeverGetsBetter) {
    const auto with = [](Gate gate, BudgetState state, bool block = false) {
        model::BudgetFinding finding;
        finding.state = state;
        return gate_with_budgets({gate, "before"}, std::vector{finding},
                                 block ? model::InconclusiveAction::block : model::InconclusiveAction::neutral);
    };
    EXPECT_EQ(with(Gate::success, BudgetState::within).gate, Gate::success);
    EXPECT_EQ(with(Gate::success, BudgetState::over).gate, Gate::failure);
    EXPECT_EQ(with(Gate::success, BudgetState::over).reason, "1 budget is broken");
    EXPECT_EQ(with(Gate::failure, BudgetState::over).reason, "before; 1 budget is broken");
    EXPECT_EQ(with(Gate::failure, BudgetState::unclear).gate, Gate::failure);
    EXPECT_EQ(with(Gate::failure, BudgetState::unclear).reason, "before");
    EXPECT_EQ(with(Gate::success, BudgetState::unclear).gate, Gate::neutral);
    EXPECT_EQ(with(Gate::success, BudgetState::unclear, true).gate, Gate::action_required);
    EXPECT_EQ(with(Gate::success, BudgetState::unmeasured).gate, Gate::success);
}

TEST(Budgets, LevelsSayWhatAnExcessAsksFor) {
    auto budget = at_most(100);
    budget.levels = *model::level_preset("green-yellow-red");
    const auto found = [&](double head) {
        return find_budgets(std::vector{verdict("a", head)}, std::vector{budget}).at(0);
    };
    EXPECT_EQ(found(99).state, BudgetState::unclear);
    EXPECT_FALSE(found(99).level);
    EXPECT_EQ(found(105).level, "green");
    EXPECT_EQ(found(105).action, model::Action::log);
    EXPECT_FALSE(found(105).is_broken());
    EXPECT_EQ(found(111).level, "green") << "the near end of the interval is below 10 %";
    EXPECT_EQ(found(113).level, "yellow");
    EXPECT_EQ(found(113).action, model::Action::review);
    EXPECT_EQ(found(125).level, "red");
    EXPECT_EQ(found(125).action, model::Action::block);
    const auto gate = [&](double head) {
        return gate_with_budgets({Gate::success, "before"}, std::vector{found(head)},
                                 model::InconclusiveAction::neutral);
    };
    EXPECT_EQ(gate(105).gate, Gate::success);
    EXPECT_EQ(gate(113).gate, Gate::neutral);
    EXPECT_EQ(gate(113).reason, "1 budget is over at a level that asks for a review");
    EXPECT_EQ(gate(125).gate, Gate::failure);
    budget.max.reset();
    budget.min = 100;
    EXPECT_EQ(found(85).level, "yellow") << "a least value is passed from above";
    budget.min.reset();
    budget.max = 0;
    EXPECT_EQ(found(1).level, "red") << "nothing is a share of zero";
}

}  // namespace
}  // namespace benchgate::judging
