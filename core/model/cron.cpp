#include "core/model/cron.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

namespace benchgate::model {
namespace {

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<unsigned, 13> longest_month{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

struct CronField {
    std::string_view what;
    int low;
    int high;
    std::span<const std::string_view> names{};
};
constexpr std::array<CronField, 5> cron_fields{{{"minute", 0, 59},
                                                {"hour", 0, 23},
                                                {"day of the month", 1, 31},
                                                {"month", 1, 12, month_names},
                                                {"day of the week", 0, 7, day_names}}};

/// What no field can hold is refused before it is quoted.
constexpr std::size_t most_cron_bytes = 500;

bool is_same_name(std::string_view text, std::string_view name) {
    if (text.size() != name.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]) != name[i]) return false;
    return true;
}

std::optional<int> cron_number(std::string_view text, int low, int high) {
    // Signs and blanks are no part of a number here.
    if (text.empty() || text.size() > 4 || text[0] < '0' || text[0] > '9') return std::nullopt;
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value < low || value > high) return std::nullopt;
    return value;
}

std::optional<int> cron_value(std::string_view text, const CronField& field) {
    for (std::size_t i = 0; i < field.names.size(); ++i)
        if (is_same_name(text, field.names[i])) return field.low + static_cast<int>(i);
    return cron_number(text, field.low, field.high);
}

/// One member of a field's list into `values`. False: it is none.
bool read_cron_part(std::string_view part, const CronField& field, std::bitset<64>& values) {
    int step = 1;
    const auto slash = part.find('/');
    if (slash != std::string_view::npos) {
        const auto written = cron_number(part.substr(slash + 1), 1, field.high);
        if (!written) return false;
        step = *written;
        part = part.substr(0, slash);
    }
    int first = field.low, last = field.high;
    const auto dash = part.find('-');
    if (dash != std::string_view::npos) {
        const auto from = cron_value(part.substr(0, dash), field);
        auto to = cron_value(part.substr(dash + 1), field);
        if (to == 0 && is_same_name(part.substr(dash + 1), day_names[0])) to = 7;
        if (!from || !to || *from > *to) return false;
        first = *from;
        last = *to;
    } else if (part != "*") {
        const auto only = cron_value(part, field);
        if (!only) return false;
        first = *only;
        if (slash == std::string_view::npos) last = first;
    }
    for (int value = first; value <= last; value += step) values.set(static_cast<std::size_t>(value));
    return true;
}

std::optional<std::bitset<64>> read_cron_field(std::string_view text, const CronField& field) {
    std::bitset<64> values;
    while (true) {
        const auto comma = text.find(',');
        if (!read_cron_part(text.substr(0, comma), field, values)) return std::nullopt;
        if (comma == std::string_view::npos) return values;
        text.remove_prefix(comma + 1);
    }
}

std::vector<std::string_view> cron_words(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        const auto start = line.find_first_not_of(" \t");
        if (start == std::string_view::npos) return words;
        line.remove_prefix(start);
        const auto end = line.find_first_of(" \t");
        words.push_back(line.substr(0, end));
        if (end == std::string_view::npos) return words;
        line.remove_prefix(end);
    }
}

template <std::size_t N>
std::bitset<N> narrowed(const std::bitset<64>& values) {
    std::bitset<N> narrow;
    for (std::size_t i = 0; i < N; ++i) narrow[i] = values[i];
    return narrow;
}

/// Each weekday comes to each date of the calendar some year, so that only the date may be one that there is not.
bool has_any_day(const CronLine& line) {
    if (line.days_restricted && line.weekdays_restricted) return true;
    for (unsigned month = 1; month <= 12; ++month)
        for (unsigned day = 1; day <= longest_month[month]; ++day)
            if (line.months[month] && line.days[day]) return true;
    return false;
}

}  // namespace

bool CronLine::has_day(unsigned month, unsigned day, unsigned weekday) const {
    if (!months[month]) return false;
    if (days_restricted && weekdays_restricted) return days[day] || weekdays[weekday];
    return days[day] && weekdays[weekday];
}

tl::expected<CronLine, std::string> read_cron(std::string_view text) {
    const auto words = text.size() > most_cron_bytes ? std::vector<std::string_view>() : cron_words(text);
    if (words.size() != cron_fields.size())
        return tl::unexpected<std::string>("five fields are expected: minute, hour, day of the month, month, weekday");
    std::array<std::bitset<64>, cron_fields.size()> values;
    for (std::size_t i = 0; i < cron_fields.size(); ++i) {
        const auto read = read_cron_field(words[i], cron_fields[i]);
        if (!read)
            return tl::unexpected(fmt::format("the {} is not a list of numbers or ranges within {} to {}",
                                              cron_fields[i].what, cron_fields[i].low, cron_fields[i].high));
        values[i] = *read;
    }
    if (values[4][7]) values[4].set(0);
    CronLine line;
    line.minutes = narrowed<60>(values[0]);
    line.hours = narrowed<24>(values[1]);
    line.days = narrowed<32>(values[2]);
    line.months = narrowed<13>(values[3]);
    line.weekdays = narrowed<7>(values[4]);
    line.days_restricted = words[2].find('*') == std::string_view::npos;
    line.weekdays_restricted = words[4].find('*') == std::string_view::npos;
    if (!has_any_day(line)) return tl::unexpected<std::string>("there is no such day in any year");
    return line;
}

}  // namespace benchgate::model
