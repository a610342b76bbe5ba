#pragma once
// What calibrations have counted in one repository, as page and API show it. Renders nothing and writes nothing.

#include <vector>

#include "core/reporting/calibration_page.h"
#include "service/store/pool.h"

namespace benchgate::reports {

/// Ordered by the runners' names and suites.
std::vector<reporting::CalibrationHostRow> calibration_report(store::Tx& tx, std::int64_t repository_id,
                                                              store::Time now);

}  // namespace benchgate::reports
