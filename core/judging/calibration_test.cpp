#include "core/judging/calibration.h"

#include <gtest/gtest.h>

#include <cmath>

namespace benchgate::judging {
namespace {

/// The sum that the distribution stands for, term by term.
double chance_by_hand(const model::FalseAlarms& counted) {
    double sum = 0;
    for (int k = counted.alarms; k <= counted.comparisons; ++k) {
        double term = 1;
        for (int i = 0; i < k; ++i) term *= static_cast<double>(counted.comparisons - i) / (i + 1) * counted.promised;
        sum += term * std::pow(1 - counted.promised, counted.comparisons - k);
    }
    return sum;
}

TEST(Calibration, CountsTheChanceOfSoManyAlarms) {
    for (const model::FalseAlarms counted :
         {model::FalseAlarms{5, 1, 0.02}, {5, 2, 0.02}, {40, 3, 0.01}, {12, 12, 0.5}})
        EXPECT_NEAR(chance_of(counted), chance_by_hand(counted), 1e-12) << counted.alarms;
    EXPECT_EQ(chance_of({50, 0, 0.01}), 1);
    EXPECT_EQ(chance_of({}), 1);
}

TEST(Calibration, OneAlarmOfALoneBenchmarkMayBeChanceTwoInFiveAreNot) {
    EXPECT_FALSE(is_over_its_rate({5, 1, 0.02}));
    EXPECT_TRUE(is_over_its_rate({5, 2, 0.02}));
    EXPECT_FALSE(is_over_its_rate({200, 4, 0.02})) << "as often as promised";
}

TEST(Calibration, AmongAHundredBenchmarksOneAlarmInFiveRunsIsTooMuch) {
    EXPECT_TRUE(is_over_its_rate({5, 1, 0.0002}));
}

TEST(Calibration, ACounterThatMayNeverDifferLosesItsSayAtTheFirstTime) {
    EXPECT_TRUE(is_over_its_rate({30, 1, 0}));
    EXPECT_FALSE(is_over_its_rate({30, 0, 0}));
}

TEST(Calibration, AHealthyBenchmarkLosesItsSayInAtMostOneOfAHundredCases) {
    // All outcomes of n comparisons at the promised chance, each with its own chance.
    for (const double promised : {0.0002, 0.002, 0.02})
        for (const int comparisons : {1, 5, 30, 100}) {
            int fewest = comparisons + 1;
            for (int alarms = comparisons; alarms >= 0 && is_over_its_rate({comparisons, alarms, promised}); --alarms)
                fewest = alarms;
            const double wrongly = fewest > comparisons ? 0 : chance_by_hand({comparisons, fewest, promised});
            EXPECT_LE(wrongly, 0.01) << promised << " " << comparisons;
        }
}

TEST(Calibration, ABenchmarkThatFailsKeepsItsSay) {
    using model::VerdictKind;
    const auto verdict = [](const char* name, VerdictKind kind) {
        model::Verdict made;
        made.series.key = {name, "time"};
        made.kind = kind;
        return made;
    };
    const std::vector verdicts{verdict("sort", VerdictKind::regressed), verdict("noisy", VerdictKind::regressed),
                               verdict("noisy", VerdictKind::failed), verdict("unknown", VerdictKind::regressed)};
    const std::vector<model::CalibratedSeries> calibrated{{{"noisy", "time"}, {5, 3, 0.001}},
                                                          {{"sort", "time"}, {5, 0, 0.001}}};
    EXPECT_EQ(advisory_verdicts(verdicts, calibrated), std::vector<std::size_t>{1});
}

TEST(Calibration, TheIntervalIsThatOfTheTables) {
    // Clopper-Pearson, 95 %: 0 of 10, 1 of 10 and 10 of 10.
    const auto none = rate_interval({10, 0, 0.01}), one = rate_interval({10, 1, 0.01}),
               all = rate_interval({10, 10, 0.01});
    EXPECT_NEAR(*none.low, 0, 1e-9);
    EXPECT_NEAR(*none.high, 0.3085, 5e-5);
    EXPECT_NEAR(*one.low, 0.0025, 5e-5);
    EXPECT_NEAR(*one.high, 0.4450, 5e-5);
    EXPECT_NEAR(*all.low, 0.6915, 5e-5);
    EXPECT_NEAR(*all.high, 1, 1e-9);
    EXPECT_FALSE(rate_interval({}).low);
}

}  // namespace
}  // namespace benchgate::judging
