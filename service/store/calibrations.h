#pragma once
// What calibrations (runs of one commit against itself) have counted, per host, suite and series. Counted anew from the
// verdicts each time: nothing is kept beside them that could differ.

#include <string>
#include <vector>

#include "core/model/calibration.h"
#include "service/store/pool.h"

namespace benchgate::store {

/// Bounds of what is counted: not older, and of the newest calibrations only.
inline constexpr std::chrono::days calibrations_for{180};
inline constexpr int most_calibrations = 200;

struct CalibrationQuery {
    std::int64_t repository_id = 0;
    std::string suite{};      ///< empty: all
    std::string runner_id{};  ///< empty: all
    Time now{};               ///< what was judged later does not count: a report stays as it was
};

/// A suite on a host: how often a whole job raised an alarm.
struct CalibratedHost {
    std::string runner_id;
    std::string suite;
    model::FalseAlarms jobs;
    Time last_at;
};

struct CalibratedRow {
    std::string runner_id;
    std::string suite;
    model::CalibratedSeries series;
    std::optional<double> detectable;  ///< median of the smallest detectable changes
};

/// Ordered by runner and suite. Jobs in which nothing could be compared do not count.
std::vector<CalibratedHost> calibrated_hosts(Tx& tx, const CalibrationQuery& query);
/// Every gating series that was compared; ordered by runner, suite, benchmark and metric.
std::vector<CalibratedRow> calibrated_series(Tx& tx, const CalibrationQuery& query);

/// The delivery by which the schedule asks for a repository's calibration: one a day (UTC), whatever comes of it.
std::string calibration_request_id(std::int64_t repository_id, Time now);

/// Repositories in reach that were measured in the last 30 days, of which no default branch was measured against itself
/// for `every`, nor asked for today; and of which the first run is as old, so that a new one is left alone. At most 50.
std::vector<std::int64_t> due_for_calibration(Tx& tx, std::chrono::hours every, Time now);

}  // namespace benchgate::store
