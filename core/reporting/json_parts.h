#pragma once
// The smallest parts of every JSON document of this room.

#include <cmath>
#include <optional>

#include "core/json/json.h"
#include "core/model/verdict.h"

namespace benchgate::reporting {

/// null: there is no such number, or JSON cannot say it.
inline json::OrderedJson number_json(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? json::OrderedJson(*value) : json::OrderedJson(nullptr);
}

/// [low, high].
inline json::OrderedJson interval_json(const model::Interval& interval) {
    return json::OrderedJson::array({number_json(interval.low), number_json(interval.high)});
}

}  // namespace benchgate::reporting
