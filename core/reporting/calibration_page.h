#pragma once
// The page and the document that show whether a repository's hosts keep what is promised: how often one commit measured
// against itself raised an alarm. Owns their words; the counts and their intervals come as they are.

#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/model/calibration.h"
#include "core/model/verdict.h"

namespace benchgate::reporting {

struct CalibrationSeriesRow {
    model::CalibratedSeries series;
    model::Interval rate;  ///< 95 %, of alarms in a comparison
    bool advisory = false;
    std::optional<double> detectable;  ///< median of what would have been seen
};

/// One suite on one host.
struct CalibrationHostRow {
    std::string runner;
    std::string suite;
    model::FalseAlarms jobs;  ///< whole jobs: one with an alarm of any benchmark counts once
    model::Interval rate;
    bool over = false;    ///< more alarms than the promise explains
    std::string last_at;  ///< ISO 8601, UTC
    std::vector<CalibrationSeriesRow> series;
};

/// A whole HTML document (page.h).
std::string render_calibration_page(std::string_view full_name, const std::vector<CalibrationHostRow>& hosts);

/// {"repository", "hosts": [{"runner", "suite", "comparisons", "alarms", "promised", "rate": [low, high], "over",
/// "last_at", "series": [{"benchmark", "metric", "comparisons", "alarms", "promised", "rate", "advisory",
/// "minimum_detectable"}]}]}
json::OrderedJson calibration_json(std::string_view full_name, const std::vector<CalibrationHostRow>& hosts);

}  // namespace benchgate::reporting
