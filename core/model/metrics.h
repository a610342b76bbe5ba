#pragma once
// What a metric's name alone says: its canonical unit and which direction is good, for the names that tools and
// policies share. Owns the table that docs/metrics.md shows; a tool or a document that states unit and direction itself
// is believed. How values are compared is core/judging.

#include <optional>
#include <string_view>

#include "core/model/series.h"

namespace benchgate::model {

struct MetricKind {
    std::string_view name;  ///< "time", "percentile", "throughput", ... as docs/metrics.md calls it
    std::string_view unit;  ///< canonical; empty: any
    Better better = Better::lower;
};

/// None for a name that says nothing (a metric of one's own).
std::optional<MetricKind> metric_kind(std::string_view metric);

}  // namespace benchgate::model
