#include "core/planning/cron.h"

namespace benchgate::planning {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr days longest_wait{41 * 366};

/// The first minute of the day from `from` on; nullopt: none is left of it.
std::optional<minutes> minute_of_day(const model::CronLine& line, minutes from) {
    for (auto hour = static_cast<std::size_t>(from / minutes(60)); hour < line.hours.size(); ++hour) {
        if (!line.hours[hour]) continue;
        const minutes whole(60 * static_cast<int>(hour));
        for (auto minute = static_cast<std::size_t>(from > whole ? (from - whole).count() : 0); minute < 60; ++minute)
            if (line.minutes[minute]) return whole + minutes(static_cast<int>(minute));
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> next_after(const model::CronLine& line,
                                                                std::chrono::system_clock::time_point after) {
    const auto begin = std::chrono::floor<minutes>(after) + minutes(1);
    const auto first_day = std::chrono::floor<days>(begin);
    for (auto day = first_day; day <= first_day + longest_wait; day += days(1)) {
        const std::chrono::year_month_day date(day);
        const auto weekday = std::chrono::weekday(day).c_encoding();
        if (!line.has_day(static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), weekday)) continue;
        const auto minute = minute_of_day(line, day == first_day ? begin - first_day : minutes(0));
        if (minute) return std::chrono::system_clock::time_point(day + *minute);
    }
    return std::nullopt;
}

}  // namespace benchgate::planning
