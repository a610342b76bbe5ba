#include "core/judging/series_noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace benchgate::judging {
namespace {

std::vector<double> correlated(std::size_t n, double rho) {
    std::mt19937_64 generator(3);
    std::normal_distribution<double> normal;
    std::vector<double> values;
    for (double z = normal(generator); values.size() < n; z = rho * z + std::sqrt(1 - rho * rho) * normal(generator))
        values.push_back(100 + z);
    return values;
}

TEST(SeriesNoise, IsThatBetweenNeighboursWhateverTheSteps) {
    auto values = correlated(2000, 0);
    EXPECT_NEAR(step_noise(values), 1, .05);
    for (std::size_t i = 500; i < values.size(); ++i) values[i] += i < 1500 ? 50 : -50;
    EXPECT_NEAR(step_noise(values), 1, .05);
}

TEST(SeriesNoise, ATimersTicksAreNoiseEvenIfMostValuesAreAlike) {
    std::vector<double> values(1000, 10);
    for (std::size_t i = 0; i < values.size(); i += 7) values[i] = 11;
    EXPECT_GT(step_noise(values), .3);
    EXPECT_EQ(step_noise(std::vector<double>(1000, 10.0)), 0);
    EXPECT_EQ(step_noise(std::vector<double>{10}), 0);
    EXPECT_EQ(step_noise({}), 0);
}

TEST(SeriesNoise, WildValuesAreDrawnInAndLevelsStay) {
    auto values = correlated(400, 0);
    for (std::size_t i = 200; i < 400; ++i) values[i] += 20;
    values[50] = 1e6;
    values[300] = -1e6;
    const auto calm = without_spikes(values);
    EXPECT_LT(*std::max_element(calm.begin(), calm.end()), 130);
    EXPECT_GT(*std::min_element(calm.begin(), calm.end()), 90);
    EXPECT_GT(calm[200] - calm[199], 12);
    EXPECT_TRUE(without_spikes({}).empty());
    EXPECT_EQ(without_spikes(std::vector<double>{5}), std::vector<double>{5});
}

TEST(SeriesNoise, CorrelationIsSeenAndStepsAreNot) {
    for (const double rho : {0., .3, .5, .7}) {
        auto values = correlated(20'000, rho);
        for (std::size_t i = 10'000; i < values.size(); ++i) values[i] += 30;
        EXPECT_NEAR(neighbour_correlation(values, step_noise(values)), rho, .06) << rho;
    }
    EXPECT_EQ(neighbour_correlation(std::vector<double>(100, 5.0), 0), 0);
    EXPECT_EQ(neighbour_correlation({}, 1), 0);
}

TEST(SeriesNoise, TheMiddleOfTheLargestNumbersIsANumber) {
    constexpr double most = std::numeric_limits<double>::max();
    EXPECT_EQ(middle_value({most, most}), most);
    EXPECT_EQ(middle_value({most, -most}), 0);
    EXPECT_EQ(middle_value({3, 1, 2}), 2);
    EXPECT_EQ(middle_value({}), 0);
}

}  // namespace
}  // namespace benchgate::judging
