#pragma once
// CSV records (RFC 4180): quotes, doubled quotes, line ends inside quotes, LF or CRLF.
#include <string>
#include <string_view>
#include <vector>

namespace text {

using CsvRecord = std::vector<std::string>;

std::vector<CsvRecord> parse_csv(std::string_view text);

}  // namespace text
