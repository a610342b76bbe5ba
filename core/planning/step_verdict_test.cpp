#include "core/planning/step_verdict.h"

#include <gtest/gtest.h>

namespace benchgate::planning {
namespace {

using model::VerdictKind;
using Verdicts = std::vector<model::Verdict>;

model::Verdict verdict(VerdictKind kind, std::optional<double> ratio = 1.0, const std::string& metric = "time") {
    model::Verdict made;
    made.series = {{"sort", metric}, "ns", model::Better::lower, true};
    made.kind = kind;
    made.ratio = ratio;
    return made;
}

TEST(StepVerdict, LooksForTheMetricThatLostMost) {
    auto rate = verdict(VerdictKind::regressed, 0.5, "rate");
    rate.series.better = model::Better::higher;
    const Verdicts end{verdict(VerdictKind::regressed, 1.3), rate, verdict(VerdictKind::unchanged, 1, "memory")};
    EXPECT_EQ(verdict_of_end(end, {"sort"}), StepVerdict::bad);
    EXPECT_EQ(searched_change(end, {"sort"}), (SearchedChange{{"sort", "rate"}, 2.0}));
    EXPECT_EQ(searched_change(end, {"find"}), std::nullopt);
    EXPECT_EQ(verdict_of_end(end, {"find"}), StepVerdict::failed) << "it was not measured";
}

TEST(StepVerdict, OfTheBadEndSaysWhetherThereIsAnythingToLookFor) {
    EXPECT_EQ(verdict_of_end({verdict(VerdictKind::unchanged)}, {"sort"}), StepVerdict::good);
    EXPECT_EQ(verdict_of_end({verdict(VerdictKind::improved, 0.5)}, {"sort"}), StepVerdict::good);
    EXPECT_EQ(
        verdict_of_end({verdict(VerdictKind::unchanged), verdict(VerdictKind::inconclusive, 1.1, "memory")}, {"sort"}),
        StepVerdict::inconclusive);
    EXPECT_EQ(verdict_of_end({verdict(VerdictKind::added, {})}, {"sort"}), StepVerdict::failed);
    EXPECT_EQ(verdict_of_end({}, {"sort"}), StepVerdict::failed);
    auto recorded = verdict(VerdictKind::regressed, 2.0, "cpu");
    recorded.series.gating = false;
    EXPECT_EQ(verdict_of_end({recorded, verdict(VerdictKind::unchanged)}, {"sort"}), StepVerdict::good);
}

TEST(StepVerdict, ASmallerLossIsNotTheOneThatIsLookedFor) {
    const SearchedChange doubled{{"sort", "time"}, 2.0};
    const auto of = [&](model::Verdict one) { return verdict_of_step({std::move(one)}, doubled); };
    EXPECT_EQ(of(verdict(VerdictKind::regressed, 1.95)), StepVerdict::bad);
    EXPECT_EQ(of(verdict(VerdictKind::regressed, 1.42)), StepVerdict::bad);
    EXPECT_EQ(of(verdict(VerdictKind::regressed, 1.40)), StepVerdict::good) << "below the root of two";
    EXPECT_EQ(of(verdict(VerdictKind::unchanged)), StepVerdict::good);
    EXPECT_EQ(of(verdict(VerdictKind::improved, 0.7)), StepVerdict::good);
    EXPECT_EQ(of(verdict(VerdictKind::inconclusive, 1.1)), StepVerdict::inconclusive);
    for (const auto kind : {VerdictKind::added, VerdictKind::missing, VerdictKind::failed})
        EXPECT_EQ(of(verdict(kind, {})), StepVerdict::failed);
    EXPECT_EQ(verdict_of_step({verdict(VerdictKind::regressed, 3, "memory")}, doubled), StepVerdict::failed)
        << "another metric says nothing of this one";
    EXPECT_EQ(of(verdict(VerdictKind::regressed, {})), StepVerdict::bad) << "from nothing to something";
    EXPECT_EQ(verdict_of_step({verdict(VerdictKind::regressed, 1.1)}, {{"sort", "time"}, {}}), StepVerdict::bad);
}

TEST(StepVerdict, OfAnImprovementTheOtherDirectionIsBad) {
    const Sought sought{"sort", "memory", true};
    const Verdicts end{verdict(VerdictKind::regressed, 1.5), verdict(VerdictKind::improved, 0.5, "memory")};
    EXPECT_EQ(verdict_of_end(end, sought), StepVerdict::bad);
    const auto change = searched_change(end, sought);
    ASSERT_TRUE(change);
    EXPECT_TRUE(change->improvement);
    EXPECT_EQ(change->cost, 2.0);
    EXPECT_EQ(verdict_of_step({verdict(VerdictKind::improved, 0.55, "memory")}, *change), StepVerdict::bad);
    EXPECT_EQ(verdict_of_step({verdict(VerdictKind::improved, 0.9, "memory")}, *change), StepVerdict::good)
        << "a smaller one is another commit's";
    EXPECT_EQ(verdict_of_step({verdict(VerdictKind::regressed, 1.5, "memory")}, *change), StepVerdict::good);
    EXPECT_EQ(verdict_of_end({verdict(VerdictKind::regressed, 1.5, "memory")}, sought), StepVerdict::good);
    EXPECT_EQ(verdict_of_end({verdict(VerdictKind::regressed, 1.5)}, sought), StepVerdict::failed)
        << "another metric says nothing of this one";
}

}  // namespace
}  // namespace benchgate::planning
