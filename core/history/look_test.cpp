#include "core/history/look.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace benchgate::history {
namespace {

Line line_of(const std::vector<double>& values, model::Better better = model::Better::lower) {
    Line line;
    line.better = better;
    for (std::size_t i = 0; i < values.size(); ++i) {
        LinePoint point;
        point.place = static_cast<std::int64_t>(i);
        point.value = point.measured = values[i];
        line.points.push_back(point);
    }
    return line;
}

/// `before` values near 100, then `after` ones near 100 * ratio, with noise of 1 %.
std::vector<double> step(int before, int after, double ratio, double noise = 0.01) {
    std::mt19937 random(7);
    std::normal_distribution<double> draw(0, noise);
    std::vector<double> values;
    for (int i = 0; i < before + after; ++i)
        values.push_back((i < before ? 100 : 100 * ratio) * std::exp(draw(random)));
    return values;
}

TEST(Look, AStepIsFoundWithItsCommitItsSizeAndItsInterval) {
    const auto look = look_at(line_of(step(30, 20, 1.2)));
    ASSERT_EQ(look.findings.size(), 1u);
    const auto& found = look.findings[0];
    EXPECT_EQ(found.index, 30u);
    EXPECT_EQ(found.earliest, 30u) << "a clear step leaves one commit";
    EXPECT_EQ(found.latest, 30u);
    EXPECT_TRUE(found.worse);
    EXPECT_TRUE(found.ripe);
    EXPECT_NEAR(found.change.value(), 0.2, 0.01);
    EXPECT_LT(found.low.value(), 0.2);
    EXPECT_GT(found.high.value(), 0.2);
    EXPECT_LT(found.high.value() - found.low.value(), 0.03);
}

TEST(Look, HigherIsBetterTurnsTheWordRound) {
    EXPECT_FALSE(look_at(line_of(step(30, 20, 1.2), model::Better::higher)).findings.at(0).worse);
    EXPECT_TRUE(look_at(line_of(step(30, 20, 0.8), model::Better::higher)).findings.at(0).worse);
    EXPECT_TRUE(look_at(line_of(step(30, 20, 1.2), model::Better::none)).findings.empty());
}

TEST(Look, AStepThatNoiseBlursLeavesARangeOfCommits) {
    const auto look = look_at(line_of(step(60, 60, 1.07, 0.04)));
    ASSERT_EQ(look.findings.size(), 1u);
    const auto& found = look.findings[0];
    EXPECT_LE(found.earliest, found.index);
    EXPECT_GE(found.latest, found.index);
    EXPECT_GT(found.latest - found.earliest, 0u);
    EXPECT_LE(found.earliest, 60u);
    EXPECT_GE(found.latest, 60u);
}

TEST(Look, RipenessAsksForSixLaterValues) {
    const auto few = look_at(line_of(step(30, 5, 1.3)));
    ASSERT_EQ(few.findings.size(), 1u);
    EXPECT_FALSE(few.findings[0].ripe);
    const auto enough = look_at(line_of(step(30, 6, 1.3)));
    ASSERT_EQ(enough.findings.size(), 1u);
    EXPECT_TRUE(enough.findings[0].ripe);
    EXPECT_EQ(enough.findings[0].later, 6u);
}

TEST(Look, StrangeSeriesAreAnsweredToo) {
    EXPECT_TRUE(look_at(line_of({})).findings.empty());
    EXPECT_TRUE(look_at(line_of({1})).too_short);
    EXPECT_TRUE(look_at(line_of(std::vector<double>(100'000, 5))).findings.empty());
    std::vector<double> huge(20, 1e308);
    huge.insert(huge.end(), 20, 1e-308);
    const auto fall = look_at(line_of(huge));
    ASSERT_EQ(fall.findings.size(), 1u);
    EXPECT_EQ(fall.findings[0].earliest, 20u);
    std::vector<double> signs(20, -5);
    signs.insert(signs.end(), 20, 5);
    const auto turned = look_at(line_of(signs));
    ASSERT_EQ(turned.findings.size(), 1u);
    EXPECT_FALSE(turned.findings[0].change);
    EXPECT_FALSE(turned.findings[0].low);
}

}  // namespace
}  // namespace benchgate::history
