#include "core/history/allowance.h"

#include <gtest/gtest.h>

#include <cmath>

namespace benchgate::history {
namespace {

using namespace std::chrono_literals;

/// One commit an hour; the level of commit i is 100 times exp(growth * i), with a little noise.
Line creeping(int count, double growth) {
    Line line;
    for (int i = 0; i < count; ++i) {
        LinePoint point;
        point.place = 100 + i;
        point.value = (100 + (i * 7 % 5) * 0.2) * std::exp(growth * i);
        point.measured_at = Time(std::chrono::days(20'000)) + i * 1h;
        line.points.push_back(point);
    }
    return line;
}

const Allowance five_a_release{Period::release, 0.05};

TEST(Allowance, IsThePolicys) {
    model::Policy policy;
    EXPECT_FALSE(allowance_of(policy));
    policy.drift_per = "week";
    policy.drift_allow = 0.03;
    EXPECT_EQ(allowance_of(policy), (Allowance{Period::week, 0.03}));
}

TEST(Allowance, ReleasesAreTagsThatEndInAVersion) {
    for (const auto* name : {"v1.4.0", "1.0", "release-2.1", "engine/v10.20.30"})
        EXPECT_TRUE(is_release_tag(name)) << name;
    for (const auto* name : {"", "v2", "nightly-20261121", "v2.0-rc1", "v2.0-rc1.0", "v1.", ".1", "v1..2", "latest"})
        EXPECT_FALSE(is_release_tag(name)) << name;
}

TEST(Allowance, ManySmallStepsAreAddedUpFromTheReleaseOn) {
    const auto line = creeping(100, 0.001);  // 9.4 % in all, none of its steps ever seen
    auto usage = usage_of(line, {}, five_a_release, {});
    ASSERT_TRUE(usage);
    EXPECT_TRUE(usage->beyond);
    EXPECT_EQ(usage->since, "the first commit measured");
    EXPECT_NEAR(usage->drift.change, std::expm1(0.09), 0.005);
    EXPECT_NEAR(usage->after / usage->before - 1, usage->drift.change, 0.005);

    usage = usage_of(line, {}, five_a_release, {160, "v1.4.0", {}});
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->since, "v1.4.0");
    EXPECT_EQ(usage->anchor, 60u);
    EXPECT_FALSE(usage->beyond) << "4 % since";
    EXPECT_FALSE(usage_of(line, {}, five_a_release, {198, "v1.5.0", {}})) << "nothing can be said so soon after it";
    usage = usage_of(line, {}, five_a_release, {50, "v1.0.0", {}});
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->since, "the first commit measured") << "the release is older than the series";
}

TEST(Allowance, OfAWeekItIsWhatTheLastSevenDaysAddedUpTo) {
    const auto line = creeping(400, 0.0005);
    const auto usage = usage_of(line, {}, {Period::week, 0.05}, {});
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->anchor, 399u - 7 * 24);
    EXPECT_EQ(usage->since, "a week ago");
    EXPECT_TRUE(usage->beyond);
    const auto young = usage_of(creeping(60, 0.0005), {}, {Period::month, 0.05}, {});
    ASSERT_TRUE(young);
    EXPECT_EQ(young->anchor, 0u);
}

TEST(Allowance, AStepThatStandsAsAChangeIsNotCountedOnceMore) {
    auto line = creeping(100, 0.0002);
    for (std::size_t i = 50; i < 100; ++i) line.points[i].value *= 1.3;
    EXPECT_TRUE(usage_of(line, {}, five_a_release, {})->beyond);
    const Step step{50, 100, 130};
    const auto usage = usage_of(line, {&step, 1}, five_a_release, {});
    EXPECT_FALSE(usage->beyond);
    EXPECT_NEAR(usage->drift.change, 0.018, 0.005);
    const Step strange{50, 0, 130};
    EXPECT_TRUE(usage_of(line, {&strange, 1}, five_a_release, {})->beyond) << "a step without a ratio is left in";
}

TEST(Allowance, TheMetricsOwnDirectionCounts) {
    auto line = creeping(100, 0.001);
    line.better = model::Better::higher;
    EXPECT_FALSE(usage_of(line, {}, five_a_release, {})->beyond);
    line.better = model::Better::none;
    EXPECT_FALSE(usage_of(line, {}, five_a_release, {}));
    EXPECT_FALSE(usage_of(Line(), {}, five_a_release, {}));
    EXPECT_FALSE(usage_of(creeping(19, 0.1), {}, five_a_release, {})) << "too few values";
}

TEST(Allowance, WhatPeopleHandledBeginsAnew) {
    const auto line = creeping(120, 0.001);
    const auto usage = usage_of(line, {}, five_a_release, {{}, "", 90});
    ASSERT_TRUE(usage);
    EXPECT_EQ(usage->anchor, 90u);
    EXPECT_EQ(usage->since, "the drift handled before");
    EXPECT_FALSE(usage->beyond);
    EXPECT_EQ(usage_of(line, {}, five_a_release, {195, "v2.0", 90})->since, "v2.0") << "the later one counts";
}

TEST(Allowance, ADriftIsSaidOnceAndTakenBackWhenTheLevelReturns) {
    using Standing = KnownDrift::Standing;
    auto line = creeping(100, 0.001);
    auto usage = usage_of(line, {}, five_a_release, {});
    const auto decide = [&](const std::vector<KnownDrift>& known) { return decide_drift(line, {}, usage, known); };
    EXPECT_EQ(decide({}), (DriftDecision{DriftNext::say, {}}));
    EXPECT_EQ(decide({{Standing::open, 0, 80, 0.07}}), (DriftDecision{DriftNext::follow, 0}));
    EXPECT_EQ(decide({{Standing::returned, 0, 80, 0.07}}), (DriftDecision{DriftNext::reopen, 0}));
    EXPECT_EQ(decide({{Standing::handled, 0, 20, 0.07}}), (DriftDecision{DriftNext::say, {}}));
    EXPECT_EQ(decide({{Standing::open, {}, {}, 0.07}}), (DriftDecision{DriftNext::say, {}})) << "older than the series";
    usage->anchor = 85;
    EXPECT_EQ(decide({{Standing::open, 0, 80, 0.07}}), (DriftDecision{DriftNext::say, {}})) << "another stretch";

    for (std::size_t i = 80; i < 100; ++i) line.points[i].value = 100.5 + static_cast<double>(i % 3) * 0.2;
    usage = usage_of(line, {}, five_a_release, {});
    EXPECT_EQ(decide({{Standing::open, 0, 79, 0.07}}), (DriftDecision{DriftNext::returned, 0}));
    EXPECT_EQ(decide({{Standing::handled, 0, 79, 0.07}}), DriftDecision());
    EXPECT_EQ(decide({}), DriftDecision());
    for (std::size_t i = 80; i < 100; ++i) line.points[i].value *= 1.03;
    usage = usage_of(line, {}, five_a_release, {});
    EXPECT_EQ(decide({{Standing::open, 0, 79, 0.07}}), DriftDecision()) << "within the allowance, but not back";
}

}  // namespace
}  // namespace benchgate::history
