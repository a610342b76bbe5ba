#pragma once
// From a unit as tools write it, and a metric's name, to the canonical unit and the direction: for formats whose
// documents state units freely. The table of units that people write is core/model/units.h; this adds what tools call
// them otherwise.

#include <string>
#include <string_view>

#include "core/model/series.h"

namespace benchgate::formats {

struct Unit {
    double factor = 1;
    std::string canonical;  ///< ns, bytes, count, 1/s, ratio, or the tool's own word
};

Unit unit_of(std::string_view text);

/// By the metric's name where that says it of this unit, else by the unit: times and sizes lower, rates higher.
model::Better better_of(std::string_view metric, std::string_view canonical);

/// What a value is called that has only a unit.
std::string_view metric_of(const Unit& unit);

}  // namespace benchgate::formats
