#include "service/reports/calibration_report.h"

#include "service/store/judged_for_tests.h"

namespace benchgate::reports {
namespace {

using model::VerdictKind;

struct CalibrationReport : store::TestDatabase {};

TEST_F(CalibrationReport, SetsEachHostsCountsBesideTheirIntervals) {
    const std::string host = "00000001-0000-4000-8000-000000000001";
    pool.transaction([&](store::Tx& tx) {
        for (int i = 0; i < 10; ++i)
            store::insert_judged_run(tx, {.runner_id = host,
                                          .series = {{"noisy", i < 3 ? VerdictKind::improved : VerdictKind::unchanged},
                                                     {"sort", VerdictKind::unchanged}},
                                          .at = start() + std::chrono::minutes(i)});
        const auto hosts = calibration_report(tx, 1, start() + std::chrono::hours(1));
        ASSERT_EQ(hosts.size(), 1u);
        EXPECT_EQ(hosts[0].runner, "a runner that was removed");
        EXPECT_EQ(hosts[0].jobs.comparisons, 10);
        EXPECT_EQ(hosts[0].jobs.alarms, 3);
        EXPECT_NEAR(hosts[0].jobs.promised, 0.02, 1e-12);
        EXPECT_TRUE(hosts[0].over);
        EXPECT_NEAR(*hosts[0].rate.low, 0.0667, 1e-4);
        EXPECT_NEAR(*hosts[0].rate.high, 0.6525, 1e-4);
        ASSERT_EQ(hosts[0].series.size(), 2u);
        EXPECT_TRUE(hosts[0].series[0].advisory);
        EXPECT_FALSE(hosts[0].series[1].advisory);
        EXPECT_TRUE(calibration_report(tx, 2, start()).empty());
    });
}

}  // namespace
}  // namespace benchgate::reports
