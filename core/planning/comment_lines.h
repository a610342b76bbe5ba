#pragma once
// The lines of a Markdown comment that speak to benchgate. Owns what of CommonMark decides whether a line is said or
// only shown: fenced and indented code, code spans over several lines, quotes, HTML comments and <pre> blocks. Where
// Markdown is ambiguous it does not listen. Does not read the command (commands.h).

#include <string>
#include <string_view>
#include <vector>

namespace benchgate::planning {

/// What follows "/rebench" on each line that begins with it (up to three blanks of indentation). At most the first
/// 65,536 bytes are read.
std::vector<std::string> command_lines(std::string_view comment);

/// Insertions, deletions, replacements and swaps of neighbours between two short words (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace benchgate::planning
