#pragma once
// What measuring one commit against itself has counted. Plain values; what is made of them is core/judging/calibration.

#include "core/model/series.h"

namespace benchgate::model {

struct FalseAlarms {
    int comparisons = 0;
    int alarms = 0;       ///< for the worse or the better: the code is the same
    double promised = 0;  ///< mean chance of an alarm in one comparison, by the policy it was judged with
    bool operator==(const FalseAlarms&) const = default;
};

/// Of one series on one host.
struct CalibratedSeries {
    SeriesKey key;
    FalseAlarms counted;
    bool operator==(const CalibratedSeries&) const = default;
};

}  // namespace benchgate::model
