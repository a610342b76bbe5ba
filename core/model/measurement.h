#pragma once
// What one invocation of a benchmark tool reported, in canonical units: the output of every adapter in core/formats
// and the payload of a trial. Knows nothing of sides, blocks or commits.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/series.h"

namespace benchgate::model {

/// A centre that the tool computed itself, where it does not give single samples. Unit: that of the measurement.
struct Summary {
    double center = 0;
    std::optional<double> spread;
    std::string spread_kind;  ///< "sd", "range", "mad", "ci95", ... empty when there is no spread
    std::int64_t n = 0;       ///< number of values behind the centre; 0: the tool does not say
    bool operator==(const Summary&) const = default;
};

/// One benchmark's metric in one invocation. Either `samples` or `summary` is present.
struct Measurement {
    Series series;
    std::map<std::string, std::string> params;
    std::vector<double> samples;
    std::optional<Summary> summary;
    bool order_known = true;  ///< false: the tool sorts its samples, the order of time is lost
    bool operator==(const Measurement&) const = default;
};

/// A benchmark that the tool reported as failed, or a row that could not be read. `benchmark` may be empty.
struct MeasurementError {
    std::string benchmark;
    std::string message;
    bool operator==(const MeasurementError&) const = default;
};

struct Measurements {
    std::vector<Measurement> values;
    std::vector<MeasurementError> errors;
    bool operator==(const Measurements&) const = default;
};

/// The one value that an invocation contributes to its series: the median of its samples, else the summary's centre,
/// else NaN. (facts: the trial is the statistical unit; samples inside a process never stand in for trials.)
double trial_value(const Measurement& measurement);

}  // namespace benchgate::model
