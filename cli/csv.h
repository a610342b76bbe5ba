#pragma once
// Lines and fields of a CSV file, bounded. Does not own what the columns mean.

#include <charconv>
#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace benchgate::cli {

using CsvFields = std::vector<std::string>;

/// Fields of one line, which may be quoted ("" is one quote) but hold no line break; none where a quote is not closed
/// or is followed by something else than a comma.
std::optional<CsvFields> csv_fields(std::string_view line);

/// Reads a line without its ending; false at the end. One of more than `most` bytes sets `too_long` and stops there.
bool next_csv_line(std::istream& input, std::string& line, std::size_t most, bool& too_long);

/// The whole text as a number; none for anything else, and for a number that the type cannot hold.
template <class Number>
std::optional<Number> csv_number(std::string_view text) {
    Number result{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return result;
}

}  // namespace benchgate::cli
