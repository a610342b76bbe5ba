#pragma once
// `format: regex:PATTERN`, for text that no other format reads. The pattern is RE2's (linear in the text, whatever it
// holds) and is looked for in each line. Named groups: `value` (required), `name`, `metric`, `unit`. One match, one
// sample; the name is "result" where the group is absent. Does not know other formats.

#include <optional>
#include <string>
#include <string_view>

#include "core/formats/collector.h"

namespace benchgate::formats::regex {

inline constexpr std::string_view prefix = "regex:";

/// What is wrong with the pattern of "regex:PATTERN".
std::optional<std::string> mistake_in(std::string_view format);
void read(std::string_view format, std::string_view text, Collector& collector);

}  // namespace benchgate::formats::regex
