#include "runners/load/breaking_point.h"

#include <gtest/gtest.h>

#include <vector>

namespace benchgate::load {
namespace {

/// Levels tried against a service that holds all below `limit`.
std::vector<double> tried(BreakingPoint& point, double limit) {
    std::vector<double> levels;
    while (const auto level = point.next()) {
        levels.push_back(*level);
        point.told(*level <= limit);
    }
    return levels;
}

TEST(BreakingPoint, ItClimbsByTheFactorUntilALevelFailsTwiceAndBisectsTwice) {
    BreakingPoint point({.start = 100, .factor = 2});
    EXPECT_EQ(tried(point, 260), (std::vector<double>{100, 200, 400, 400, 300, 300, 250}));
    EXPECT_EQ(point.highest(), 250);
    EXPECT_FALSE(point.is_open_above());
}

TEST(BreakingPoint, OneFailureMayBeChance) {
    BreakingPoint point({.start = 100, .factor = 2});
    point.told(true);
    point.told(false);
    EXPECT_EQ(point.next(), 200) << "the same level again";
    point.told(true);
    EXPECT_EQ(point.next(), 400);
}

TEST(BreakingPoint, AServiceThatHoldsNothingIsTriedBelowTheStart) {
    BreakingPoint point({.start = 100, .factor = 2});
    EXPECT_EQ(tried(point, 30), (std::vector<double>{100, 100, 50, 50, 25}));
    EXPECT_EQ(point.highest(), 25);
    BreakingPoint dead({.start = 100, .factor = 2});
    tried(dead, 0);
    EXPECT_EQ(dead.highest(), 0);
}

TEST(BreakingPoint, ClientsAreWholeNumbersAndNoneIsTriedTwiceForNothing) {
    BreakingPoint point({.start = 1, .factor = 1.25, .whole = true});
    EXPECT_EQ(tried(point, 3), (std::vector<double>{1, 2, 3, 4, 4})) << "between 3 and 4 is nothing";
    EXPECT_EQ(point.highest(), 3);
}

TEST(BreakingPoint, AServiceThatNeverBreaksEndsTheSearchAllTheSame) {
    BreakingPoint point({.start = 100, .factor = 10, .most = 5'000});
    EXPECT_EQ(tried(point, 1e12), (std::vector<double>{100, 1000}));
    EXPECT_TRUE(point.is_open_above());
    BreakingPoint slow({.start = 1, .factor = 1.01});
    EXPECT_LE(tried(slow, 1e12).size(), 100U);
}

}  // namespace
}  // namespace benchgate::load
