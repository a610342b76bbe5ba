#pragma once
// A line of five cron fields, in UTC: minute, hour, day of month, month, day of week. Owns what such a line may say and
// which days and minutes it means; core/planning/cron.h finds the next one.
//
// As crontab(5) of Vixie cron (Debian's) has it, which POSIX's crontab is a part of: each field is a list of `*`,
// numbers and ranges, with `/STEP` behind `*` or a range; months and weekdays may be named (jan, sun, in any case); 7
// is Sunday. Where both the day of the month and the weekday are restricted (contain no `*`), a day that is either of
// them is meant, else a day that is both. Beyond it: `N/STEP` means `N-LAST/STEP`, as GitHub's workflows have it, and
// names may stand in ranges and lists, where `sun` ends a week (fri-sun).

#include <bitset>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace benchgate::model {

struct CronLine {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;  ///< 1 to 31
    std::bitset<13> months;
    std::bitset<7> weekdays;       ///< 0: Sunday
    bool days_restricted = false;  ///< the field contains no `*`
    bool weekdays_restricted = false;
    bool operator==(const CronLine&) const = default;

    /// Of a day of the calendar; `weekday` 0: Sunday.
    bool has_day(unsigned month, unsigned day, unsigned weekday) const;
};

/// The error is a clause for people: "the hour '25' is not within 0 to 23". A line without any day, such as one for 30
/// February, is an error too.
tl::expected<CronLine, std::string> read_cron(std::string_view text);

}  // namespace benchgate::model
