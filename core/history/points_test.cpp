#include "core/history/points.h"

#include <gtest/gtest.h>

#include <limits>

namespace benchgate::history {
namespace {

using model::Phase;
using model::Side;

model::Measurement measured(const std::string& benchmark, std::vector<double> samples, const std::string& unit = "ns") {
    model::Measurement measurement;
    measurement.series = {{benchmark, "time"}, unit, model::Better::lower, true};
    measurement.samples = std::move(samples);
    return measurement;
}

model::Trial trial(Side side, std::vector<model::Measurement> values, Phase phase = Phase::measure) {
    model::Trial made;
    made.side = side;
    made.phase = phase;
    made.values = std::move(values);
    return made;
}

TEST(Points, AreTheMedianOfTheTrialsOfEachSide) {
    model::Bundle bundle;
    bundle.trials = {
        trial(Side::head, {measured("sort", {900})}, Phase::warmup), trial(Side::base, {measured("sort", {100})}),
        trial(Side::head, {measured("sort", {108, 110, 500})}),  // a trial's own median: 110
        trial(Side::head, {measured("sort", {104})}), trial(Side::head, {measured("sort", {106})}, Phase::confirm)};
    auto thrown_away = trial(Side::head, {measured("sort", {9000})});
    thrown_away.kept = false;
    bundle.trials.push_back(thrown_away);
    const auto points = points_of(bundle);
    ASSERT_EQ(points.size(), 1u);
    EXPECT_EQ(points[0].value, 106);
    EXPECT_EQ(points[0].base_value, 100);
    EXPECT_EQ(points[0].trials, 3);
    EXPECT_EQ(points[0].note, "");
}

TEST(Points, WhatGaveNoValueIsThereWithAReason) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    model::Bundle bundle;
    bundle.trials = {trial(Side::base, {measured("gone", {1}), measured("broken", {1}), measured("turned", {1})}),
                     trial(Side::head, {measured("broken", {nan}), measured("turned", {2}, "bytes"),
                                        measured("half", {nan}), measured("fresh", {3})}),
                     trial(Side::head, {measured("half", {5})})};
    bundle.trials[0].values.push_back(measured("half", {4}));
    const auto points = points_of(bundle);
    ASSERT_EQ(points.size(), 5u);
    EXPECT_EQ(points[0].note, "no trial gave a finite value");
    EXPECT_FALSE(points[0].value);
    EXPECT_EQ(points[1].series.key.benchmark, "fresh");
    EXPECT_EQ(points[1].value, 3);
    EXPECT_FALSE(points[1].base_value);
    EXPECT_EQ(points[2].note, "it is missing on this commit");
    EXPECT_EQ(points[3].value, 5);
    EXPECT_EQ(points[3].note, "1 of 2 trials gave no finite value");
    EXPECT_EQ(points[4].note, "its unit is ns in one trial and bytes in another");
    EXPECT_FALSE(points[4].value);
}

TEST(Points, EqualArtifactsWereNotMeasured) {
    model::Bundle bundle;
    bundle.identical = true;
    EXPECT_TRUE(points_of(bundle).empty());
}

}  // namespace
}  // namespace benchgate::history
