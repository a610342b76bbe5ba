#include "core/history/trend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace benchgate::history {
namespace {

using namespace std::chrono_literals;
using Values = std::vector<double>;

/// 99, 100, 101, 99, ...
Values around_hundred(int count, double growth = 0) {
    Values values;
    for (int i = 0; i < count; ++i) values.push_back((99.0 + i % 3) * std::exp(growth * i));
    return values;
}

TEST(Trend, TheNewestValueIsMeasuredByTheNoiseBeforeIt) {
    auto values = around_hundred(40);
    values.push_back(100);
    EXPECT_LT(std::abs(newest_in_sigmas(values).value()), 1);
    values.back() = 110;
    EXPECT_GT(newest_in_sigmas(values).value(), 3);
    values.back() = 90;
    EXPECT_LT(newest_in_sigmas(values).value(), -3);
    values[20] = 1e6;  // one spike in the window is not its noise
    EXPECT_LT(newest_in_sigmas(values).value(), -3);
    EXPECT_FALSE(newest_in_sigmas(around_hundred(10))) << "too few";
    EXPECT_FALSE(newest_in_sigmas(Values(40, 5))) << "no noise to measure it by";
    EXPECT_FALSE(newest_in_sigmas({}));
}

TEST(Trend, AWeekIsComparedWithTheOneBefore) {
    const Time now = Time(std::chrono::days(20'000));
    std::vector<TimedValue> values;
    for (int day = 0; day < 21; ++day) values.push_back({day < 7 ? 105.0 : 100.0, now - day * 24h});
    EXPECT_NEAR(week_over_week(values, now).value(), 0.05, 1e-9);
    EXPECT_FALSE(week_over_week(values, now + std::chrono::days(30))) << "nothing was measured";
    EXPECT_FALSE(week_over_week(std::vector(values.begin(), values.begin() + 8), now)) << "one value the week before";
    for (auto& one : values) one.value = 0;
    EXPECT_FALSE(week_over_week(values, now)) << "nothing to divide by";
}

TEST(Trend, ManySmallStepsAddUp) {
    const auto drift = drift_of(around_hundred(200, 0.0005)).value();  // half of a thousandth a commit
    EXPECT_NEAR(drift.change, 0.1, 0.02);
    EXPECT_LT(drift.low, drift.change);
    EXPECT_GT(drift.high, drift.change);
    EXPECT_TRUE(is_beyond(drift, model::Better::lower, 0.05));
    EXPECT_FALSE(is_beyond(drift, model::Better::lower, 0.15));
    EXPECT_FALSE(is_beyond(drift, model::Better::higher, 0.05)) << "it became better";
    EXPECT_FALSE(is_beyond(drift, model::Better::none, 0.05));
    EXPECT_TRUE(is_beyond(drift_of(around_hundred(200, -0.0005)).value(), model::Better::higher, 0.05));
    EXPECT_FALSE(is_beyond(drift_of(around_hundred(200)).value(), model::Better::lower, 0.01));
}

TEST(Trend, StrangeSeriesHaveNoDrift) {
    EXPECT_FALSE(drift_of(around_hundred(19)));
    EXPECT_FALSE(drift_of(Values(40, 0)));
    EXPECT_FALSE(drift_of(Values(40, -1)));
    EXPECT_FALSE(drift_of(Values(40, std::numeric_limits<double>::infinity())));
    Values wide(20, 1e-308);
    wide.insert(wide.end(), 20, 1e308);
    EXPECT_FALSE(drift_of(wide)) << "no number holds it";
    EXPECT_EQ(drift_of(Values(40, 7)).value().change, 0);
}

}  // namespace
}  // namespace benchgate::history
