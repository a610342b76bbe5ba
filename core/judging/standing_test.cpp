#include "core/judging/standing.h"

#include <gtest/gtest.h>

namespace benchgate::judging {
namespace {

using model::VerdictKind;
using Attempt = std::vector<model::Verdict>;

model::Verdict said(VerdictKind kind, const std::string& benchmark = "sort") {
    model::Verdict verdict;
    verdict.series.key = {benchmark, "time"};
    verdict.kind = kind;
    return verdict;
}

std::vector<StandingRegression> standing(const Attempt& now, const std::vector<Attempt>& earlier) {
    return standing_regressions(now, earlier);
}

TEST(Standing, ANoisyAttemptDoesNotTakeBackARegression) {
    const Attempt noisy{said(VerdictKind::inconclusive)};
    EXPECT_EQ(standing(noisy, {{said(VerdictKind::regressed)}}), (std::vector<StandingRegression>{{0, 0, 0}}));
    EXPECT_EQ(standing({said(VerdictKind::failed)}, {{said(VerdictKind::regressed)}}).size(), 1u)
        << "nor one that failed";
    EXPECT_EQ(standing({said(VerdictKind::added)}, {{said(VerdictKind::regressed)}}).size(), 1u)
        << "nor one whose base failed to show the benchmark";
    EXPECT_EQ(standing(noisy, {{said(VerdictKind::added)}, {said(VerdictKind::regressed)}}).size(), 1u);
    EXPECT_EQ(standing(noisy, {noisy, {said(VerdictKind::added, "new"), said(VerdictKind::regressed)}}),
              (std::vector<StandingRegression>{{0, 1, 1}}))
        << "however often it is asked";
}

TEST(Standing, AnAttemptThatRulesItOutDoes) {
    const std::vector<Attempt> red{{said(VerdictKind::regressed)}};
    EXPECT_TRUE(standing({said(VerdictKind::unchanged)}, red).empty());
    EXPECT_TRUE(standing({said(VerdictKind::improved)}, red).empty());
    EXPECT_TRUE(
        standing({said(VerdictKind::inconclusive)}, {{said(VerdictKind::unchanged)}, {said(VerdictKind::regressed)}})
            .empty())
        << "the newest that could tell decides";
    EXPECT_TRUE(standing({said(VerdictKind::inconclusive)}, {{said(VerdictKind::regressed, "another")}}).empty());
    EXPECT_TRUE(standing({said(VerdictKind::inconclusive)}, {}).empty());
    EXPECT_TRUE(standing({said(VerdictKind::regressed)}, red).empty()) << "it says so itself";
}

TEST(Standing, WhatAnAttemptWasNotAskedIsSaidByTheNewestThatCouldTell) {
    const Attempt only_sort{said(VerdictKind::unchanged)};
    const std::vector<Attempt> earlier{{said(VerdictKind::inconclusive, "find"), said(VerdictKind::regressed)},
                                       {said(VerdictKind::regressed, "find"), said(VerdictKind::missing, "gone")},
                                       {said(VerdictKind::unchanged, "find"), said(VerdictKind::failed, "gone")}};
    EXPECT_EQ(left_out(only_sort, earlier), (std::vector<LeftOut>{{1, 0}, {1, 1}}));
    EXPECT_TRUE(left_out(only_sort, std::vector<Attempt>{only_sort}).empty());
}

model::ClaimFinding claimed(model::ClaimState state, const std::string& benchmark = "sort") {
    model::ClaimFinding finding;
    finding.series.key = {benchmark, "time"};
    finding.compared = "v1.0";
    finding.at_least = -0.5;
    finding.state = state;
    return finding;
}

TEST(Standing, ABrokenClaimStandsUntilItHolds) {
    using enum model::ClaimState;
    using Claims = std::vector<model::ClaimFinding>;
    const std::vector<Claims> red{{claimed(unshown)}, {claimed(broken)}, {claimed(holds)}};
    for (const auto& now : {Claims{}, Claims{claimed(unshown)}, Claims{claimed(unmeasured)}}) {
        const auto all = with_earlier(now, red, {3, true});
        ASSERT_EQ(all.size(), 1u);
        EXPECT_EQ(all[0].state, broken);
        EXPECT_EQ(all[0].reason, "found in attempt 2, and not ruled out by this one");
    }
    EXPECT_EQ(with_earlier({claimed(holds)}, red, {3, true}), Claims{claimed(holds)});
    EXPECT_EQ(with_earlier({claimed(unshown)}, std::vector<Claims>{{claimed(holds)}, {claimed(broken)}}, {2, true}),
              Claims{claimed(unshown)})
        << "the newest that could tell decides";
    auto less = claimed(unshown);
    less.at_least = -0.4;
    EXPECT_EQ(with_earlier({less}, red, {3, true}).size(), 2u) << "another limit is another question";
}

TEST(Standing, AClaimThatWasNotAskedAgainIsToldAsItWas) {
    using enum model::ClaimState;
    using Claims = std::vector<model::ClaimFinding>;
    const std::vector<Claims> earlier{{claimed(unshown), claimed(unshown, "find")}, {claimed(holds)}};
    EXPECT_TRUE(with_earlier(Claims{}, earlier, {2, true}).empty());
    const auto all = with_earlier(Claims{}, earlier, {2, false});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].state, holds);
    EXPECT_EQ(all[0].reason, "of attempt 1, and not measured by this one");
    EXPECT_EQ(all[1].state, unshown);
}

TEST(Standing, GrowthThatHasRisenStandsUntilItIsSteady) {
    using Growths = std::vector<model::GrowthFinding>;
    const auto grown = [](model::GrowthState state) {
        model::GrowthFinding finding;
        finding.series.key = {"sort/{n}", "time"};
        finding.state = state;
        return finding;
    };
    const std::vector<Growths> red{{grown(model::GrowthState::risen)}};
    const auto all = with_earlier(Growths{grown(model::GrowthState::unmeasured)}, red, {1, false});
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].state, model::GrowthState::risen);
    EXPECT_EQ(with_earlier(Growths{grown(model::GrowthState::steady)}, red, {1, true}),
              Growths{grown(model::GrowthState::steady)});
}

TEST(Standing, ABudgetThatIsOverStandsUntilItIsKept) {
    const auto measured = [](double head, bool exact) {
        auto verdict = said(exact ? VerdictKind::unchanged : VerdictKind::inconclusive);
        verdict.head_value = head;
        verdict.exact = exact;  // without it there is no interval: unclear
        return verdict;
    };
    model::Budget limit;
    limit.benchmark = "*";
    limit.metric = "time";
    limit.max = 100;
    const std::vector budgets{limit};
    const Attempt noisy{measured(90, false)}, gone{said(VerdictKind::missing)};
    const std::vector<Attempt> red{{measured(95, false)}, {measured(120, true)}, {measured(80, true)}};
    for (const auto& now : {noisy, gone}) {
        const auto standing_ones = standing_budgets(now, red, budgets);
        ASSERT_EQ(standing_ones.size(), 1u);
        EXPECT_EQ(standing_ones[0].finding, 0u);
        EXPECT_EQ(standing_ones[0].attempt, 1u);
        EXPECT_EQ(standing_ones[0].then.state, model::BudgetState::over);
        EXPECT_EQ(standing_ones[0].then.value_then, 120);
    }
    EXPECT_TRUE(standing_budgets(Attempt{measured(90, true)}, red, budgets).empty()) << "it is kept";
    EXPECT_TRUE(standing_budgets(Attempt{measured(110, true)}, red, budgets).empty()) << "it says so itself";
    EXPECT_TRUE(
        standing_budgets(noisy, std::vector<Attempt>{{measured(80, true)}, {measured(120, true)}}, budgets).empty())
        << "the newest that could tell decides";
}

}  // namespace
}  // namespace benchgate::judging
