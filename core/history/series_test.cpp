#include "core/history/series.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

namespace benchgate::history {
namespace {

std::string sha(int place) {
    return fmt::format("{:040}", place);
}

StoredPoint at(int place, double value, const std::string& host = "anvil") {
    StoredPoint point;
    point.place = place;
    point.sha = sha(place);
    point.base_sha = sha(place - 1);
    point.host = host;
    point.unit = "ns";
    point.value = value;
    point.trials = 8;
    return point;
}

std::vector<double> values_of(const Line& line) {
    std::vector<double> values;
    for (const auto& point : line.points) values.push_back(point.value);
    return values;
}

using Values = std::vector<double>;

TEST(Series, FollowsMainWhateverOrderTheMeasurementsCameIn) {
    const auto line = arrange(std::vector{at(3, 30), at(1, 10), at(2, 20)});
    EXPECT_EQ(values_of(line), (Values{10, 20, 30}));
    EXPECT_TRUE(line.aside.empty());
    EXPECT_EQ(line.unit, "ns");
}

TEST(Series, ACommitMeasuredAgainIsOnePointOfTheMedian) {
    const auto line = arrange(std::vector{at(1, 10), at(2, 20), at(1, 14), at(1, 11)});
    ASSERT_EQ(values_of(line), (Values{11, 20}));
    EXPECT_EQ(line.points[0].measurements, 3);
    EXPECT_EQ(line.points[0].trials, 24);
    EXPECT_EQ(line.points[1].measurements, 1);
}

TEST(Series, WhatHasNoValueOrNoPlaceIsSetAsideWithAReason) {
    auto missing = at(2, 0);
    missing.value.reset();
    missing.note = "it is missing on this commit";
    auto rewritten = at(3, 30);
    rewritten.place.reset();
    const auto line = arrange(std::vector{at(1, 10), missing, rewritten, at(4, std::nan("")), at(5, 50)});
    EXPECT_EQ(values_of(line), (Values{10, 50}));
    ASSERT_EQ(line.aside.size(), 3u);
    EXPECT_EQ(line.aside[0].reason, "it is missing on this commit");
    EXPECT_EQ(line.aside[1].reason, "the commit is not on main");
    EXPECT_EQ(line.aside[2].reason, "it has no finite value");
}

TEST(Series, AUnitThatChangesInMidSeriesBeginsItAnew) {
    auto old = at(1, 10'000);
    old.unit = "cycles";
    auto turned = at(2, 20);
    turned.better = model::Better::higher;
    const auto line = arrange(std::vector{old, turned, at(3, 30)});
    EXPECT_EQ(values_of(line), (Values{30}));
    ASSERT_EQ(line.aside.size(), 2u);
    EXPECT_EQ(line.aside[0].reason, "measured in cycles, before or after the unit was ns");
    EXPECT_EQ(line.aside[1].reason, "measured as higher is better, which is lower now");
}

TEST(Series, ANewHostIsBridgedByTheCommitThatBothHaveMeasured) {
    auto first_on_new = at(4, 52, "bellows");
    first_on_new.base_value = 50;  // commit 3 there; 100 on anvil
    const auto line = arrange(std::vector{at(1, 100), at(2, 100), at(3, 100), first_on_new, at(5, 54, "bellows")});
    EXPECT_EQ(values_of(line), (Values{100, 100, 100, 104, 108}));
    EXPECT_EQ(line.points[3].measured, 52);
    ASSERT_EQ(line.hosts.size(), 2u);
    EXPECT_EQ(line.hosts[0].host, "anvil");
    EXPECT_EQ(line.hosts[1].factor, 2);
    EXPECT_EQ(line.hosts[1].anchors, 1);
}

TEST(Series, AHostIsBridgedOverAThird) {
    auto second = at(4, 50, "bellows"), third = at(5, 25, "crucible");
    second.base_value = 50;
    third.base_value = 25;
    const auto line = arrange(std::vector{at(1, 100), at(2, 100), at(3, 100), second, third});
    EXPECT_EQ(values_of(line), (Values{100, 100, 100, 100, 100}));
}

TEST(Series, AHostThatNothingTiesToTheOthersIsSetAside) {
    const auto line = arrange(std::vector{at(1, 100), at(2, 100), at(3, 50, "bellows")});
    EXPECT_EQ(values_of(line), (Values{100, 100}));
    ASSERT_EQ(line.aside.size(), 1u);
    EXPECT_EQ(line.aside[0].reason, "measured on bellows, and no commit ties it to anvil");
}

TEST(Series, HugeAndNegativeValuesAreNoReasonToFall) {
    auto huge = at(3, 1e308, "bellows");
    huge.base_value = 1e-300;
    const auto line = arrange(std::vector{at(1, 1e308), at(2, 1e308), huge, at(4, -1)});
    EXPECT_EQ(line.points.size(), 3u);
    EXPECT_EQ(line.aside.size(), 1u);
    EXPECT_TRUE(arrange({}).points.empty());
    EXPECT_TRUE(arrange({}).hosts.empty());
}

}  // namespace
}  // namespace benchgate::history
