#include "core/judging/waivers.h"

#include <gtest/gtest.h>

#include <limits>

namespace benchgate::judging {
namespace {

using model::Gate;
using model::VerdictKind;

model::Verdict regressed(const std::string& benchmark, double ratio, const std::string& metric = "time") {
    model::Verdict verdict;
    verdict.series = {{benchmark, metric}, "ns", model::Better::lower, true};
    verdict.kind = VerdictKind::regressed;
    verdict.ratio = ratio;
    verdict.action = model::Action::block;
    return verdict;
}

model::Waiver waiver(const std::string& benchmark, double max, const std::string& until = "2027-01-31") {
    return {"id", benchmark, "", max, until, "known", "ada"};
}

const std::string today = "2026-11-21";

GateDecision gate_of(const std::vector<model::Verdict>& verdicts, const std::vector<model::Waiver>& waivers,
                     const std::string& day = today) {
    return gate_with_exceptions(verdicts, {}, {apply_waivers(verdicts, waivers, day), {}});
}

TEST(Waivers, ACoveredRegressionDoesNotCloseTheGate) {
    const std::vector verdicts{regressed("sort", 1.07)};
    EXPECT_EQ(gate_of(verdicts, {}).gate, Gate::failure);
    const auto decision = gate_of(verdicts, {waiver("sort", 0.08)});
    EXPECT_EQ(decision.gate, Gate::success);
    EXPECT_NE(decision.reason.find("waived"), std::string::npos) << decision.reason;
}

TEST(Waivers, AnotherRegressionStillClosesIt) {
    const std::vector verdicts{regressed("sort", 1.07), regressed("find", 1.3)};
    EXPECT_EQ(gate_of(verdicts, {waiver("sort", 0.08)}).gate, Gate::failure);
}

TEST(Waivers, OverTheCeilingItIsVoidAndSaysSo) {
    const std::vector verdicts{regressed("sort", 1.091)};
    const std::vector waivers{waiver("sort", 0.08)};
    const auto waivings = apply_waivers(verdicts, waivers, today);
    ASSERT_EQ(waivings.size(), 1u);
    EXPECT_FALSE(waivings[0].covers);
    EXPECT_EQ(waivings[0].why_not, "the change of 9.1 % is over its ceiling of 8 %");
    EXPECT_EQ(gate_of(verdicts, waivers).gate, Gate::failure);
}

TEST(Waivers, ItHoldsToTheEndOfItsLastDay) {
    const std::vector verdicts{regressed("sort", 1.05)};
    const std::vector waivers{waiver("sort", 0.08, "2026-11-21")};
    EXPECT_EQ(gate_of(verdicts, waivers, "2026-11-21").gate, Gate::success);
    EXPECT_EQ(gate_of(verdicts, waivers, "2026-11-22").gate, Gate::failure);
    EXPECT_EQ(apply_waivers(verdicts, waivers, "2026-11-22").at(0).why_not, "it ended on 2026-11-21");
}

TEST(Waivers, AMetricThatIsBetterWhenHigherIsMeasuredAsItIsShown) {
    auto verdict = regressed("serve", 0.9, "throughput");
    verdict.series.better = model::Better::higher;
    EXPECT_EQ(gate_of({verdict}, {waiver("serve", 0.101)}).gate, Gate::success);
    EXPECT_EQ(gate_of({verdict}, {waiver("serve", 0.099)}).gate, Gate::failure);
}

TEST(Waivers, AGlobCoversSeveralAndAMetricOnlyItself) {
    const std::vector verdicts{regressed("sort/8", 1.05), regressed("sort/64", 1.05), regressed("sort/8", 1.05, "rss")};
    auto only_time = waiver("sort/*", 0.08);
    only_time.metric = "time";
    const auto waivings = apply_waivers(verdicts, std::vector{only_time}, today);
    ASSERT_EQ(waivings.size(), 2u);
    EXPECT_EQ(waivings[0].verdict, 0u);
    EXPECT_EQ(waivings[1].verdict, 1u);
}

TEST(Waivers, OfSeveralTheOneThatCoversCounts) {
    const std::vector verdicts{regressed("sort", 1.07)};
    const auto first_covers =
        apply_waivers(verdicts, std::vector{waiver("sort", 0.08), waiver("*", 0.5, "2020-01-01")}, today);
    EXPECT_TRUE(first_covers.at(0).covers);
    EXPECT_EQ(first_covers.at(0).waiver, 0u);
    const auto second_covers = apply_waivers(verdicts, std::vector{waiver("sort", 0.01), waiver("sort", 0.08)}, today);
    EXPECT_TRUE(second_covers.at(0).covers);
    EXPECT_EQ(second_covers.at(0).waiver, 1u);
}

TEST(Waivers, WithoutASizeNothingIsCovered) {
    auto from_zero = regressed("allocations", 1);
    from_zero.ratio.reset();
    EXPECT_EQ(gate_of({from_zero}, {waiver("allocations", 10)}).gate, Gate::failure);
    auto nonsense = regressed("nan", std::numeric_limits<double>::quiet_NaN());
    EXPECT_EQ(gate_of({nonsense}, {waiver("nan", 10)}).gate, Gate::failure);
}

TEST(Waivers, AnUndecidedBenchmarkIsNoRegressionToWaive) {
    auto undecided = regressed("sort", 1.07);
    undecided.kind = VerdictKind::inconclusive;
    EXPECT_TRUE(apply_waivers(std::vector{undecided}, std::vector{waiver("sort", 1)}, today).empty());
    EXPECT_EQ(gate_of({undecided}, {waiver("sort", 1)}).gate, Gate::neutral);
}

TEST(Waivers, WhatIsOnlyAdviceHoldsNothingAndHidesNothing) {
    std::vector verdicts{regressed("noisy", 1.5), regressed("sort", 1.5)};
    const std::vector<std::size_t> advisory{0};
    EXPECT_EQ(gate_with_exceptions(verdicts, {}, {{}, advisory}).gate, Gate::failure);
    verdicts[1].kind = VerdictKind::unchanged;
    const auto decision = gate_with_exceptions(verdicts, {}, {{}, advisory});
    EXPECT_EQ(decision.gate, Gate::success);
    EXPECT_EQ(decision.reason, "1 result is only advice, and nothing else asks for a stop");
    verdicts.pop_back();
    EXPECT_EQ(gate_with_exceptions(verdicts, {}, {{}, advisory}).gate, Gate::success) << "nothing else was judged";
    model::Policy strict;
    strict.inconclusive = model::InconclusiveAction::block;
    verdicts[0].kind = VerdictKind::inconclusive;
    EXPECT_EQ(gate_with_exceptions(verdicts, strict, {{}, {}}).gate, Gate::action_required);
    EXPECT_EQ(gate_with_exceptions(verdicts, strict, {{}, advisory}).gate, Gate::success);
}

}  // namespace
}  // namespace benchgate::judging
