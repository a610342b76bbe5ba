#pragma once
// How adapters of text walk it: lines, fields, numbers as people write them. All of it is linear in the text's length
// and copies nothing but what it returns. Knows no format.

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace benchgate::formats {

/// Calls `function(line)` for each line without its end (\n or \r\n) until it answers false.
template <typename Function>
void each_line(std::string_view text, Function function) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!function(line) || end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

/// A whole text as a number, and nothing else.
template <typename Number>
std::optional<Number> number_in(std::string_view text) {
    Number value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "1,431,759.5" too.
std::optional<double> grouped_number(std::string_view text);

/// The words between blanks, at most 200.
std::vector<std::string_view> fields_of(std::string_view line);

/// Without blanks at both ends.
std::string_view trimmed(std::string_view text);

/// What stands behind `label`, trimmed; nothing where the line does not begin with it.
std::optional<std::string_view> behind(std::string_view line, std::string_view label);

/// A number with its unit right behind it or after a blank: "203.32us", "24.24 ms", "63.62k".
struct Amount {
    double value = 0;
    std::string_view unit;
};
std::optional<Amount> amount_in(std::string_view text);

/// ns, us (also with both signs of micro), ms, s, m, h and what tools call them otherwise.
std::optional<double> nanoseconds_in(std::string_view unit);

/// A number with a unit of time ("203.32us"), in ns.
std::optional<double> duration_in(std::string_view text);

/// The fields of one line of CSV, quotes and doubled quotes understood, at most 200.
std::vector<std::string> csv_fields(std::string_view line, char separator = ',');

/// "\x1b[31m" and the like taken out.
std::string without_colours(std::string_view text);

/// Only what follows the scheme, host and port of an address, so that a port chosen anew does not rename a benchmark.
std::string path_of(std::string_view address);

/// The name of a metric made of a tool's words: "L1 Hits" -> "l1_hits", "EstimatedCycles" -> "estimated_cycles".
std::string snake_case(std::string_view words);

}  // namespace benchgate::formats
