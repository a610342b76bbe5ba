#pragma once
// When a schedule is due next. What a line of cron means: core/model/cron.h. Knows no clock.

#include <chrono>
#include <optional>

#include "core/model/cron.h"

namespace benchgate::planning {

/// The first whole minute after `after`, in UTC, that the line names. nullopt: there is none within 41 years. Nothing
/// that read_cron takes is rarer: a given weekday falls on 29 February every 28 years, or 40 where a century has no
/// leap day.
std::optional<std::chrono::system_clock::time_point> next_after(const model::CronLine& line,
                                                                std::chrono::system_clock::time_point after);

}  // namespace benchgate::planning
