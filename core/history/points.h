#pragma once
// What a push's bundle says of its commit: one value a series, and beside it what the commit before gave on the same
// host in the same hour. Pure, so that the points can be made again from the stored bundles at any time. Does not place
// them in main's order (series.h).

#include <optional>
#include <string>
#include <vector>

#include "core/model/bundle.h"

namespace benchgate::history {

struct MeasuredPoint {
    model::Series series;
    /// Median of the kept head trials of both phases (facts: statistics 5.1: one value a commit, the median of its
    /// trials). Absent: there is none, and `note` says why.
    std::optional<double> value;
    std::optional<double> base_value;  ///< the same of the base trials
    int trials = 0;                    ///< of head that gave a finite value
    std::string note;                  ///< one clause; empty: nothing to say
    bool operator==(const MeasuredPoint&) const = default;
};

/// Every series that any trial of the bundle names, by key; those without a finite value too. None of a bundle with
/// identical artifacts, in which nothing was measured.
std::vector<MeasuredPoint> points_of(const model::Bundle& bundle);

}  // namespace benchgate::history
