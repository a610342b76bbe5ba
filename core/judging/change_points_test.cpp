#include "core/judging/change_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace benchgate::judging {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

class Noise {
  public:
    explicit Noise(std::uint64_t seed = 1) : generator_(seed) {}
    double operator()() { return normal_(generator_); }

  private:
    std::mt19937_64 generator_;
    std::normal_distribution<double> normal_;
};

/// `level` at each index, with noise of 1 %.
std::vector<double> series(std::size_t n, const std::function<double(std::size_t)>& level, std::uint64_t seed = 1) {
    Noise noise(seed);
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = level(i) * (1 + .01 * noise());
    return values;
}

std::vector<ChangePoint> changes(const std::vector<double>& values, Standing standing = Standing::found) {
    auto all = detect_changes(values).value().changes;
    std::erase_if(all, [&](const ChangePoint& change) { return change.standing != standing; });
    return all;
}

TEST(ChangePoints, OneStepIsFoundWithItsPlaceAndSize) {
    const auto values = series(300, [](std::size_t i) { return i < 140 ? 100. : 105.; });
    const auto detection = detect_changes(values).value();
    ASSERT_EQ(detection.changes.size(), 1u);
    const auto& change = detection.changes[0];
    EXPECT_EQ(change.standing, Standing::found);
    EXPECT_NEAR(static_cast<double>(change.index), 140, 1);
    EXPECT_NEAR(change.before, 100, .5);
    EXPECT_NEAR(change.after, 105, .5);
    EXPECT_NEAR(change.change.value(), .05, .006);
    EXPECT_GT(change.t, 10);
    EXPECT_LT(change.p, 1e-10);
    EXPECT_NEAR(static_cast<double>(change.later), 160, 1);
    EXPECT_TRUE(detection.relative);
    EXPECT_NEAR(detection.noise, .01, .002);
    EXPECT_EQ(detection.used, 300u);
    EXPECT_FALSE(detection.too_short);
}

TEST(ChangePoints, AllLevelsOfAHistoryAreFound) {
    const auto values = series(400, [](std::size_t i) {
        return i < 100 ? 100. : i < 200 ? 110. : i < 230 ? 90. : 100.;
    });
    const auto found = changes(values);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_NEAR(found[0].change.value(), .1, .01);
    EXPECT_NEAR(found[1].change.value(), 90. / 110 - 1, .01);
    EXPECT_NEAR(found[2].change.value(), 10. / 90, .01);
    EXPECT_LE(found[2].later, 171u);
}

TEST(ChangePoints, TheUnitDoesNotMatter) {
    const auto values = series(200, [](std::size_t i) { return i < 90 ? 100. : 105.; });
    const auto expected = changes(values);
    ASSERT_EQ(expected.size(), 1u);
    for (const double unit : {1e-300, 1e-9, 1e9, 1e305}) {
        auto scaled = values;
        for (auto& value : scaled) value *= unit;
        const auto found = changes(scaled);
        ASSERT_EQ(found.size(), 1u) << unit;
        EXPECT_EQ(found[0].index, expected[0].index);
        EXPECT_NEAR(*found[0].change, *expected[0].change, 1e-9);
    }
}

TEST(ChangePoints, NegativeValuesAndZeroAreJudgedAsTheyAre) {
    auto values = series(200, [](std::size_t i) { return i < 90 ? -100. : -105.; });
    auto found = changes(values);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(found[0].change.value(), .05, .01);
    values = series(200, [](std::size_t i) { return i < 90 ? 0. : 3.; });
    found = changes(values);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].index, 90u);
    EXPECT_EQ(found[0].before, 0);
    EXPECT_FALSE(found[0].change) << "nothing is a multiple of zero";
    values = series(200, [](std::size_t i) { return i < 90 ? -1. : 1.; });
    found = changes(values);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_FALSE(found[0].change);
    EXPECT_FALSE(detect_changes(values)->relative);
}

TEST(ChangePoints, AChangeAtTheEndIsProvisionalUntilTenValuesFollow) {
    for (std::size_t later = 1; later <= 14; ++later) {
        const auto values = series(100 + later, [](std::size_t i) { return i < 100 ? 100. : 115.; });
        EXPECT_EQ(changes(values, Standing::provisional).size(), later >= 4 && later < 10 ? 1u : 0u) << later;
        EXPECT_EQ(changes(values).size(), later >= 10 ? 1u : 0u) << later;
    }
    const auto values = series(106, [](std::size_t i) { return i < 100 ? 100. : 115.; });
    const auto found = changes(values, Standing::provisional);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].index, 100u);
    EXPECT_EQ(found[0].later, 6u);
    EXPECT_NEAR(found[0].change.value(), .15, .02);
}

TEST(ChangePoints, SmallStepsBesideAWideRangeAreMinorAndFivePercentNeverIs) {
    const auto values = [](double step) {
        return series(300, [step](std::size_t i) { return i < 100 ? 100. : i < 200 ? 300. : 300. * (1 + step); });
    };
    EXPECT_EQ(changes(values(.03)).size(), 1u);
    const auto minor = changes(values(.03), Standing::minor);
    ASSERT_EQ(minor.size(), 1u);
    EXPECT_NEAR(minor[0].change.value(), .03, .01);
    EXPECT_EQ(changes(values(.07)).size(), 2u);
    EXPECT_TRUE(changes(values(.07), Standing::minor).empty());
}

TEST(ChangePoints, OneWildValueHidesNothingOfFivePercent) {
    auto values = series(300, [](std::size_t i) { return i < 150 ? 100. : 107.; });
    values[20] = 1e308;
    values[250] = 1e-308;
    const auto found = changes(values);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(static_cast<double>(found[0].index), 150, 1);
    EXPECT_NEAR(found[0].change.value(), .07, .01);
}

TEST(ChangePoints, WhatIsNotFiniteIsLeftOutAndListed) {
    auto values = series(300, [](std::size_t i) { return i < 150 ? 100. : 110.; });
    const auto whole = changes(values);
    std::vector<double> holed;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i == 10) holed.push_back(nan);
        if (i == 20) holed.push_back(infinity);
        if (i == 200) holed.push_back(-infinity);
        holed.push_back(values[i]);
    }
    const auto detection = detect_changes(holed).value();
    EXPECT_EQ(detection.not_finite, (std::vector<std::size_t>{10, 21, 202}));
    EXPECT_EQ(detection.used, 300u);
    ASSERT_EQ(detection.changes.size(), 1u);
    EXPECT_EQ(detection.changes[0].index, whole.at(0).index + 2) << "indices are those of what was given";
    const auto nothing = detect_changes(std::vector<double>(50, nan)).value();
    EXPECT_EQ(nothing.used, 0u);
    EXPECT_EQ(nothing.not_finite.size(), 50u);
    EXPECT_TRUE(nothing.too_short);
}

TEST(ChangePoints, FewValuesAreNoAnswerAndNoError) {
    for (std::size_t n = 0; n < 14; ++n) {
        const auto detection = detect_changes(series(n, [](std::size_t i) { return i < 3 ? 1. : 9.; })).value();
        EXPECT_TRUE(detection.changes.empty()) << n;
        EXPECT_TRUE(detection.too_short) << n;
        EXPECT_EQ(detection.used, n);
    }
    EXPECT_FALSE(detect_changes(std::vector<double>(14, 1.0))->too_short);
}

TEST(ChangePoints, EqualValuesHaveNoChangeAndExactOnesAreSeenAtOnce) {
    for (const double value : {0., 1., -3., 1e308, -1e308, 5e-324}) {
        const auto detection = detect_changes(std::vector<double>(1000, value)).value();
        EXPECT_TRUE(detection.changes.empty()) << value;
        EXPECT_EQ(detection.noise, 0) << value;
    }
    std::vector<double> counter(1000, 123456);
    std::fill(counter.begin() + 700, counter.end(), 130000);
    const auto found = changes(counter);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].index, 700u);
    EXPECT_EQ(found[0].p, 0);
    EXPECT_TRUE(std::isfinite(found[0].t));
}

TEST(ChangePoints, TheLargestNumbersAreNumbers) {
    std::vector<double> values(100, 1e308);
    std::fill(values.begin() + 50, values.end(), -1e308);
    const auto found = changes(values);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].index, 50u);
    EXPECT_EQ(found[0].after, -1e308);
    std::fill(values.begin() + 50, values.end(), 1e-308);
    ASSERT_EQ(changes(values).size(), 1u);
    EXPECT_NEAR(changes(values)[0].change.value(), -1, 1e-12);
    std::fill(values.begin() + 50, values.end(), 0);
    ASSERT_EQ(changes(values).size(), 1u);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? 1e308 : 5e-324;
    EXPECT_TRUE(std::isfinite(detect_changes(values)->noise));
}

/// Of 200 series of 300 values.
int flagged(const std::function<std::vector<double>(Noise&)>& make) {
    int count = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Noise noise(seed);
        count += changes(make(noise)).empty() ? 0 : 1;
    }
    return count;
}

std::vector<double> noisy(Noise& noise, double correlation, double drift) {
    std::vector<double> values;
    double z = noise();
    for (int i = 0; i < 300; ++i) {
        values.push_back(100 * (1 + .01 * z + drift * i / 300));
        z = correlation * z + std::sqrt(1 - correlation * correlation) * noise();
    }
    return values;
}

TEST(ChangePoints, NoiseDriftAndTicksAreNotChanges) {
    EXPECT_EQ(flagged([](Noise& noise) { return noisy(noise, 0, 0); }), 0);
    EXPECT_LE(flagged([](Noise& noise) { return noisy(noise, .5, 0); }), 4);
    EXPECT_LE(flagged([](Noise& noise) { return noisy(noise, 0, .03); }), 4);
    EXPECT_LE(flagged([](Noise& noise) { return noisy(noise, 0, .1); }), 8);
    const auto each = [](auto value) {
        return [value](Noise& noise) {
            std::vector<double> values(300);
            for (auto& v : values) v = value(noise);
            return values;
        };
    };
    EXPECT_LE(flagged(each([](Noise& noise) { return noise() > .8 ? 11. : 10.; })), 3) << "two values, a fifth above";
    EXPECT_LE(flagged(each([](Noise& noise) { return noise() > 0 ? 11. : 10.; })), 3) << "two values, half and half";
    EXPECT_LE(flagged(each([](Noise& noise) { return 20 + std::round(.4 * noise()); })), 3) << "ticks of a timer";
    EXPECT_LE(flagged(each([](Noise& noise) { return 100 + noise() / noise(); })), 1) << "wild values";
    EXPECT_LE(flagged(each([](Noise& noise) { return noise(); })), 1) << "around zero";
}

TEST(ChangePoints, AMillionValuesAndOneMoreThanTheBoundAreAnswered) {
    const auto found = changes(series(1'000'000, [](std::size_t i) { return i < 400'000 ? 100. : 105.; }));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(static_cast<double>(found[0].index), 400'000, 5);
    EXPECT_TRUE(changes(std::vector<double>(1'000'000, 7.0)).empty());
    EXPECT_FALSE(detect_changes(std::vector<double>(max_history_values + 1, 1.0)));
}

TEST(ChangePoints, ManyChangesAreTakenApartInReasonableTime) {
    const auto found = changes(series(200'000, [](std::size_t i) { return i / 50 % 2 == 0 ? 100. : 110.; }));
    EXPECT_NEAR(static_cast<double>(found.size()), 3999, 5);
    std::vector<double> quick(300'000);
    for (std::size_t i = 0; i < quick.size(); ++i) quick[i] = i % 2 == 0 ? 1 : 1000;
    EXPECT_TRUE(changes(quick).empty());
}

}  // namespace
}  // namespace benchgate::judging
