#pragma once
// Where a block of HTML begins in a comment, and what ends it: the seven conditions of CommonMark 0.30, section 4.6.
// Internal to planning.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace benchgate::planning {

/// Ends with the line that holds one of the marks (lower case), or, without marks, before a blank line.
struct HtmlBlock {
    std::vector<std::string_view> marks;
    bool ends_with(std::string_view line) const;
};

/// `text` is a line without its indentation. A tag of any other name begins a block only outside of a paragraph.
std::optional<HtmlBlock> html_block_at(std::string_view text, bool in_paragraph);

}  // namespace benchgate::planning
