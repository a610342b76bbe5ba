#include "core/judging/standing.h"

#include <gtest/gtest.h>

#include "core/judging/budgets.h"

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
    const auto told = [&](const Attempt& now, const std::vector<Attempt>& earlier) {
        auto shown = now;
        auto findings = budgets_with_earlier({now, earlier, earlier.size()}, budgets, shown);
        for (const auto& finding : findings) EXPECT_LT(finding.verdict, shown.size());
        return findings;
    };
    const auto over_in = [](std::size_t attempt, const std::vector<model::BudgetFinding>& findings) {
        return findings.size() == 1 && findings[0].state == model::BudgetState::over && findings[0].attempt == attempt;
    };
    const Attempt noisy{measured(90, false)}, gone{said(VerdictKind::missing)}, filtered{};
    const std::vector<Attempt> red{{measured(95, false)}, {measured(120, true)}, {measured(80, true)}};
    for (const auto& now : {noisy, gone, filtered}) {
        const auto findings = told(now, red);
        EXPECT_TRUE(over_in(2, findings));
        EXPECT_EQ(findings.at(0).value, 120);
    }
    EXPECT_EQ(told({measured(90, true)}, red), find_budgets(Attempt{measured(90, true)}, budgets)) << "it is kept";
    EXPECT_EQ(told({measured(110, true)}, red), find_budgets(Attempt{measured(110, true)}, budgets)) << "it is its own";
    const std::vector<Attempt> kept{{measured(80, true)}, {measured(120, true)}};
    EXPECT_EQ(told(noisy, kept), find_budgets(noisy, budgets)) << "the newest that could tell decides";
    EXPECT_TRUE(told(filtered, kept).empty());
}

TEST(Standing, ABudgetIsNotDecidedByTheVerdictThatStandsForAnother) {
    model::Budget limit;
    limit.benchmark = "*";
    limit.metric = "time";
    limit.max = 100;
    const std::vector budgets{limit};
    const auto exactly = [](double head) {
        auto verdict = said(VerdictKind::regressed);
        verdict.head_value = head;
        verdict.exact = true;
        return verdict;
    };
    const Attempt own{exactly(90)};
    Attempt shown{exactly(120)};
    const auto findings = budgets_with_earlier({own, {}, 0}, budgets, shown);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].state, model::BudgetState::within);
    EXPECT_EQ(findings[0].value, 90);

    shown.clear();
    const std::vector<Attempt> earlier{{exactly(130)}};
    EXPECT_EQ(budgets_with_earlier({{}, earlier, 1}, budgets, shown).at(0).verdict, 0u);
    ASSERT_EQ(shown.size(), 1u) << "what is over is shown";
    EXPECT_EQ(shown[0].kind, VerdictKind::inconclusive) << "by itself it was only advice";
    EXPECT_EQ(shown[0].action, model::Action::log);
}

TEST(Standing, GrowthOverSomeSizesRulesOutNoneOverMore) {
    using Growths = std::vector<model::GrowthFinding>;
    const auto grown = [](model::GrowthState state, std::vector<double> sizes) {
        model::GrowthFinding finding;
        finding.series.key = {"sort/{n}", "time"};
        finding.state = state;
        finding.sizes = std::move(sizes);
        return finding;
    };
    using enum model::GrowthState;
    const std::vector<Growths> red{{grown(steady, {1, 2, 4})}, {grown(risen, {1, 2, 4, 8, 16})}};
    const auto of_some = with_earlier(Growths{grown(steady, {1, 2, 4})}, red, {2, false});
    ASSERT_EQ(of_some.size(), 1u);
    EXPECT_EQ(of_some[0].state, risen);
    const Growths of_all{grown(steady, {1, 2, 4, 8, 16})};
    EXPECT_EQ(with_earlier(of_all, red, {2, true}), of_all);
    const Growths of_more{grown(steady, {1, 2, 4})};
    EXPECT_EQ(with_earlier(of_more, std::vector<Growths>{of_all, red[1]}, {2, false}), of_more);
}

TEST(Standing, AClaimThatWasBrokenForAllOfItsGlobIsDecidedByWhatWasMeasured) {
    using enum model::ClaimState;
    using Claims = std::vector<model::ClaimFinding>;
    const std::vector<Claims> red{{claimed(broken, "tool/*")}};
    const Claims measured{claimed(holds, "tool/a"), claimed(holds, "tool/b")};
    EXPECT_EQ(with_earlier(measured, red, {1, true}), measured);
    EXPECT_EQ(with_earlier(Claims{claimed(holds, "other")}, red, {1, true}).size(), 2u);
    EXPECT_EQ(with_earlier(Claims{claimed(unshown, "tool/a")}, red, {1, true}).size(), 2u);
    EXPECT_TRUE(without_answered(red[0], measured).empty());
    EXPECT_EQ(without_answered(red[0], Claims{claimed(unshown, "tool/*")}), red[0]);
}

}  // namespace
}  // namespace benchgate::judging
