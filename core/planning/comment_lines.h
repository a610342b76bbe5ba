#pragma once
// The lines of a Markdown comment that speak to benchgate. Owns the blocks of CommonMark and of GitHub's tables as far
// as they decide whether a line is said or only shown: a line is heard in a paragraph of its own right, never in a
// quote, a list, code, a table, a heading or HTML. What is inside of a line's paragraph is comment_paragraph.h. Does
// not read the command (commands.h).
//
// Why no library: of those in Debian 12 none is linear. On 65,536 hostile characters (nested lists above blank lines,
// nested brackets) cmark-gfm 0.29.0.gfm.6 took up to 87 s, cmark 0.30.2 up to 38 s and md4c 0.4.8 up to 4 s; this
// reader takes a few milliseconds, since of nested blocks it follows the outermost only. Where it cannot be sure, it
// does not listen.

#include <string>
#include <string_view>
#include <vector>

namespace benchgate::planning {

/// What follows "/rebench" on each line that begins with it (up to three blanks of indentation). At most the first
/// 262,144 bytes are read: as many as GitHub's 65,536 characters can have.
std::vector<std::string> command_lines(std::string_view comment);

}  // namespace benchgate::planning
