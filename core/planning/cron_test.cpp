// When a line of cron is due, held against a walk through every minute that reads the line in its own way.
#include "core/planning/cron.h"

#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace benchgate::planning {
namespace {

using Moment = std::chrono::system_clock::time_point;
using std::chrono::minutes;

Moment at(const std::string& text) {
    std::tm parts{};
    std::istringstream(text) >> parts.tm_year >> parts.tm_mon >> parts.tm_mday >> parts.tm_hour >> parts.tm_min >>
        parts.tm_sec;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string written(std::optional<Moment> moment) {
    if (!moment) return "never";
    const auto seconds = std::chrono::system_clock::to_time_t(*moment);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y %m %d %H %M %S", &parts)};
}

std::string next(const std::string& line, const std::string& after) {
    const auto read = model::read_cron(line);
    if (!read) return read.error();
    return written(next_after(*read, at(after)));
}

/// The second reading of a field: whether one value fits, from the text, without any set.
bool fits(const std::string& field, int value, int low, int high, bool week) {
    std::stringstream list(field);
    for (std::string part; std::getline(list, part, ',');) {
        int step = 1, from = low, to = high;
        const auto slash = part.find('/');
        if (slash != std::string::npos) step = std::stoi(part.substr(slash + 1));
        const auto range = part.substr(0, slash);
        if (const auto dash = range.find('-'); dash != std::string::npos) {
            from = std::stoi(range.substr(0, dash));
            to = std::stoi(range.substr(dash + 1));
        } else if (range != "*") {
            from = std::stoi(range);
            if (slash == std::string::npos) to = from;
        }
        for (const int candidate : week&& value == 0 ? std::vector<int>{0, 7} : std::vector<int>{value})
            if (candidate >= from && candidate <= to && (candidate - from) % step == 0) return true;
    }
    return false;
}

/// The first minute of the walk that the line means; nullopt: none until its end.
std::optional<Moment> walked(const std::vector<std::string>& fields, Moment from, Moment end) {
    const bool both_restricted = fields[2].find('*') == std::string::npos && fields[4].find('*') == std::string::npos;
    std::vector<bool> minute_fits, hour_fits;
    for (int i = 0; i < 60; ++i) minute_fits.push_back(fits(fields[0], i, 0, 59, false));
    for (int i = 0; i < 24; ++i) hour_fits.push_back(fits(fields[1], i, 0, 23, false));
    int known_day = -1;
    bool day_fits = false;
    for (auto moment = from; moment < end; moment += minutes(1)) {
        const auto seconds = std::chrono::system_clock::to_time_t(moment);
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        if (parts.tm_yday != known_day) {
            known_day = parts.tm_yday;
            const bool day = fits(fields[2], parts.tm_mday, 1, 31, false);
            const bool weekday = fits(fields[4], parts.tm_wday, 0, 7, true);
            day_fits =
                fits(fields[3], parts.tm_mon + 1, 1, 12, false) && (both_restricted ? day || weekday : day && weekday);
        }
        const auto minute = static_cast<std::size_t>(parts.tm_min), hour = static_cast<std::size_t>(parts.tm_hour);
        if (day_fits && hour_fits[hour] && minute_fits[minute]) return moment;
    }
    return std::nullopt;
}

std::string random_field(std::mt19937& dice, int low, int high) {
    const auto roll = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(dice); };
    std::string field;
    const int parts = roll(0, 3) == 0 ? roll(2, 3) : 1;
    for (int i = 0; i < parts; ++i) {
        if (i > 0) field += ",";
        const int from = roll(low, high);
        switch (roll(0, 5)) {
            case 0:
            case 1:
                field += "*";
                break;
            case 2:
                field += "*/" + std::to_string(roll(1, high));
                break;
            case 3:
                field +=
                    std::to_string(from) + "-" + std::to_string(roll(from, high)) + "/" + std::to_string(roll(1, high));
                break;
            case 4:
                field += std::to_string(from) + "-" + std::to_string(roll(from, high));
                break;
            default:
                field += std::to_string(from);
        }
    }
    return field;
}

TEST(Cron, NamesTheNextMinuteOfANight) {
    EXPECT_EQ(next("0 2 * * *", "2026 11 22 01 59 59"), "2026 11 22 02 00 00");
    EXPECT_EQ(next("0 2 * * *", "2026 11 22 02 00 00"), "2026 11 23 02 00 00") << "after, not at";
    EXPECT_EQ(next("0 2 * * *", "2026 12 31 02 00 01"), "2027 01 01 02 00 00");
    EXPECT_EQ(next("*/15 9-17 * * MON-Fri", "2026 11 20 17 45 00"), "2026 11 23 09 00 00");
    EXPECT_EQ(next("20/15 * * * *", "2026 11 22 03 21 00"), "2026 11 22 03 35 00") << "as GitHub's workflows have it";
}

TEST(Cron, SundayIsNoughtAndSevenAndHasAName) {
    for (const char* day : {"0", "7", "sun", "SUN", "7-7"})
        EXPECT_EQ(next(std::string("30 3 * * ") + day, "2026 11 23 00 00 00"), "2026 11 29 03 30 00") << day;
    EXPECT_EQ(next("0 0 * * fri-sun", "2026 11 28 00 00 00"), "2026 11 29 00 00 00");
    EXPECT_EQ(next("0 0 * feb,DEC *", "2026 11 28 00 00 00"), "2026 12 01 00 00 00");
}

TEST(Cron, EitherDayDoesWhereBothAreRestricted) {
    EXPECT_EQ(next("0 0 13 * 5", "2026 11 14 00 00 00"), "2026 11 20 00 00 00") << "a Friday";
    EXPECT_EQ(next("0 0 13 * 5", "2026 12 12 00 00 00"), "2026 12 13 00 00 00") << "the 13th, a Sunday";
    EXPECT_EQ(next("0 0 13 * *", "2026 11 14 00 00 00"), "2026 12 13 00 00 00");
    EXPECT_EQ(next("0 0 */2 * 1", "2026 11 22 00 00 00"), "2026 11 23 00 00 00") << "an odd day and a Monday";
    EXPECT_EQ(next("0 0 */2 * 1", "2026 11 23 00 00 00"), "2026 12 07 00 00 00");
}

TEST(Cron, DatesThatAreRareCome) {
    EXPECT_EQ(next("0 0 29 2 *", "2096 02 29 00 00 00"), "2104 02 29 00 00 00") << "2100 is no leap year";
    EXPECT_EQ(next("0 0 29 2 */7", "2072 02 28 00 00 00"), "2088 02 29 00 00 00") << "on a Sunday";
    EXPECT_EQ(next("0 0 29 2 */7", "2088 02 29 00 00 00"), "2128 02 29 00 00 00") << "forty years later";
    EXPECT_EQ(next("0 0 31 4,5 *", "2026 06 01 00 00 00"), "2027 05 31 00 00 00");
}

TEST(Cron, DatesThatThereAreNotAreNoLine) {
    for (const char* line : {"0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 feb *", "0 0 31 2 */2"})
        EXPECT_EQ(next(line, "2026 01 01 00 00 00"), "there is no such day in any year") << line;
    EXPECT_EQ(next("0 0 30 2 1", "2026 02 01 00 00 00"), "2026 02 02 00 00 00") << "or a Monday";
}

TEST(Cron, SaysWhichFieldIsWrong) {
    const auto error = [](std::string_view line) {
        const auto read = model::read_cron(line);
        return read ? std::string("none") : read.error();
    };
    EXPECT_EQ(error("0 25 * * *"), "the hour is not a list of numbers or ranges within 0 to 23");
    EXPECT_EQ(error("0 0 0 * *"), "the day of the month is not a list of numbers or ranges within 1 to 31");
    EXPECT_EQ(error("  0\t2 * * *  "), "none");
    const std::string five = "five fields are expected: minute, hour, day of the month, month, weekday";
    for (const char* line : {"", "@daily", "0 2 * *", "0 2 * * * *"}) EXPECT_EQ(error(line), five) << line;
    EXPECT_EQ(error(std::string(1000, '*')), five);
    for (const char* minute : {"",   "-1",  "+1", "1-",  "-",     "5-1",   "*/0", "*/60", "1,,2",
                               ",",  "1,",  "**", "*-5", "1/2/3", "1-2-3", "jan", "0x1",  "99999999999999999999",
                               "1 ", "\xff"})
        EXPECT_NE(error(std::string(minute) + ",0 2 * * *"), "none") << minute;
    EXPECT_NE(error("0 0 * * mondays"), "none");
    EXPECT_NE(error("0 0 * mon *"), "none");
    EXPECT_NE(error("0 0 * * 5-sun-6"), "none");
}

/// A line at random, walked minute by minute: the next moment is the first that the other reading finds.
TEST(Cron, AgreesWithAWalkThroughEveryMinute) {
    std::mt19937 dice(20261122);
    constexpr auto longest_walk = std::chrono::days(40);
    int found = 0;
    for (int i = 0; i < 400; ++i) {
        const std::vector<std::string> fields{random_field(dice, 0, 59), random_field(dice, 0, 23),
                                              random_field(dice, 1, 31), random_field(dice, 1, 12),
                                              random_field(dice, 0, 7)};
        const auto line = fields[0] + " " + fields[1] + " " + fields[2] + " " + fields[3] + " " + fields[4];
        const auto read = model::read_cron(line);
        if (!read) {
            ASSERT_EQ(read.error(), "there is no such day in any year") << line;
            continue;
        }
        const auto from = at("2026 01 01 00 00 00") +
                          minutes(std::uniform_int_distribution<int>(0, 3 * 366 * 24 * 60)(dice)) +
                          std::chrono::seconds(std::uniform_int_distribution<int>(0, 59)(dice));
        const auto begin = std::chrono::floor<minutes>(from) + minutes(1);
        const auto answer = next_after(*read, from);
        const auto wanted = walked(fields, begin, begin + longest_walk);
        found += wanted.has_value();
        if (wanted)
            ASSERT_EQ(written(answer), written(wanted)) << line << " after " << written(from);
        else
            ASSERT_TRUE(!answer || *answer >= begin + longest_walk) << line << " after " << written(from);
    }
    EXPECT_GT(found, 120) << "many lines are walked to their end";
}

}  // namespace
}  // namespace benchgate::planning
