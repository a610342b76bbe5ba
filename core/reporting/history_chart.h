#pragma once
// The drawing of a series, as templates/chart_drawing.mustache wants it: coordinates, colours by word, texts. Internal
// to reporting.

#include <kainjow/mustache.hpp>
#include <optional>

#include "core/reporting/history.h"

namespace benchgate::reporting {

/// The newest points: dots that lead to their runs, the level between changes, and the changes with the numbers of the
/// table beside it. Nullopt: there is nothing to draw, or a range that is no number.
std::optional<kainjow::mustache::data> history_chart(const HistoryPlace& place, const HistorySeries& series);

}  // namespace benchgate::reporting
