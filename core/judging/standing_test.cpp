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

}  // namespace
}  // namespace benchgate::judging
