#include "core/planning/comment_lines.h"

#include <algorithm>
#include <optional>

#include "core/planning/comment_html.h"
#include "core/planning/comment_paragraph.h"

namespace benchgate::planning {
namespace {

constexpr std::size_t longest_comment = 4 * 65536;
constexpr std::size_t deepest_indentation = 3;  // from four columns on it is code

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find_first_of("\r\n");
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        const bool pair = text.substr(end, 2) == "\r\n";
        text.remove_prefix(end + (pair ? 2 : 1));
    }
    return lines;
}

std::size_t run_of(std::string_view text, char c) {
    return std::min(text.find_first_not_of(c), text.size());
}

struct Fence {
    char mark = '`';
    std::size_t length = 0;
};

std::optional<Fence> opened_fence(std::string_view text) {
    if (text.empty() || (text[0] != '`' && text[0] != '~')) return std::nullopt;
    const Fence fence{text[0], run_of(text, text[0])};
    if (fence.length < 3) return std::nullopt;
    if (fence.mark == '`' && text.find('`', fence.length) != std::string_view::npos) return std::nullopt;
    return fence;
}

bool closes(const Fence& fence, const Indented& line) {
    if (line.columns > deepest_indentation) return false;
    const auto length = run_of(line.text, fence.mark);
    return length >= fence.length && line.text.find_first_not_of(" \t", length) == std::string_view::npos;
}

bool is_heading(std::string_view text) {
    const auto marks = run_of(text, '#');
    return marks >= 1 && marks <= 6 && (text.size() == marks || text[marks] == ' ' || text[marks] == '\t');
}

/// The line below a heading.
bool is_underline(std::string_view text) {
    if (text.empty() || (text[0] != '=' && text[0] != '-')) return false;
    return text.find_first_not_of(" \t", run_of(text, text[0])) == std::string_view::npos;
}

bool is_break(std::string_view text) {
    if (text.empty() || (text[0] != '*' && text[0] != '-' && text[0] != '_')) return false;
    return std::count(text.begin(), text.end(), text[0]) >= 3 &&
           text.find_first_not_of(std::string{text[0], ' ', '\t'}) == std::string_view::npos;
}

/// The second line of a table; whether it has as many cells as the first is not counted.
bool is_delimiter_row(std::string_view text) {
    return text.find('-') != std::string_view::npos && text.find_first_of("|:") != std::string_view::npos &&
           text.find_first_not_of("|:- \t") == std::string_view::npos;
}

struct Item {
    std::size_t offset = 0;   ///< columns that a line needs to lie inside of it
    bool empty = false;       ///< nothing stands behind its mark
    bool interrupts = false;  ///< it may follow a paragraph's line
};

std::optional<Item> item_at(const Indented& line) {
    const auto text = line.text;
    std::size_t width = 0;
    bool first = true;
    if (!text.empty() && std::string_view("-+*").find(text[0]) != std::string_view::npos) {
        width = 1;
    } else {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        if (digits < 1 || digits > 9 || digits == text.size() || (text[digits] != '.' && text[digits] != ')'))
            return std::nullopt;
        first = text.substr(0, digits) == "1";
        width = digits + 1;
    }
    // A tab's width depends on the column where it stands.
    std::size_t column = line.columns + width;
    auto rest = text.substr(width);
    if (!rest.empty() && rest[0] != ' ' && rest[0] != '\t') return std::nullopt;
    const auto mark_end = column;
    for (; !rest.empty() && (rest[0] == ' ' || rest[0] == '\t'); rest.remove_prefix(1))
        column += rest[0] == '\t' ? 4 - column % 4 : 1;
    const bool empty = rest.empty();
    const bool code = column - mark_end > 4;  // indented code follows after one blank
    return Item{empty || code ? mark_end + 1 : column, empty, !empty && first};
}

class Reader {
  public:
    std::vector<std::string> read(std::string_view comment) {
        for (const auto line : lines_of(comment.substr(0, longest_comment))) add(line);
        end_paragraph();
        return std::move(commands_);
    }

  private:
    /// item, lazy: inside of a list's item, or of a quote or table whose text may go on without its mark.
    enum class Inside { nothing, fence, html, item, lazy };

    void add(std::string_view line) {
        const auto content = indented(line);
        const bool blank = content.text.empty();
        switch (inside_) {
            case Inside::fence:
                if (closes(fence_, content)) inside_ = Inside::nothing;
                return;
            case Inside::html:
                if (html_.marks.empty() ? blank : html_.ends_with(line)) inside_ = Inside::nothing;
                return;
            case Inside::item:
                if (stays_in_item(content)) return;
                break;
            case Inside::lazy:
                if (!blank && !begins_block(content)) return;
                break;
            case Inside::nothing:
                break;
        }
        inside_ = Inside::nothing;
        if (blank)
            end_paragraph();
        else if (content.columns <= deepest_indentation)
            add_outside(content, line);
        else if (paragraph_.is_open())
            paragraph_.add(line);
    }

    bool stays_in_item(const Indented& line) {
        if (line.text.empty()) {
            after_blank_ = true;
            return !item_.empty;  // an item may begin with one blank line only
        }
        if (line.columns >= item_.offset) {
            item_.empty = false;
            after_blank_ = false;
            return true;
        }
        // Without a blank line before it, text goes on with the item's paragraph.
        return !item_.empty && !after_blank_ && !begins_block(line);
    }

    static bool begins_block(const Indented& line) {
        if (line.columns > deepest_indentation) return false;
        const auto text = line.text;
        return text.starts_with('>') || is_heading(text) || opened_fence(text) || html_block_at(text, false) ||
               is_break(text) || item_at(line);
    }

    /// A line of no more than three blanks that is in no block but, perhaps, a paragraph.
    void add_outside(const Indented& content, std::string_view line) {
        const auto text = content.text;
        const bool in_paragraph = paragraph_.is_open();
        if (text.starts_with('>')) {
            // A quoted blank line ends the quote's paragraph, so that nothing can go on with it.
            begin(indented(text.substr(1)).text.empty() ? Inside::nothing : Inside::lazy);
        } else if (is_heading(text)) {
            end_paragraph();
        } else if (const auto fence = opened_fence(text)) {
            fence_ = *fence;
            begin(Inside::fence);
        } else if (const auto html = html_block_at(text, in_paragraph)) {
            html_ = *html;
            begin(html->ends_with(line) ? Inside::nothing : Inside::html);
        } else if (in_paragraph && is_underline(text)) {
            paragraph_.drop();
        } else if (is_break(text)) {
            end_paragraph();
        } else if (const auto item = item_at(content); item && (!in_paragraph || item->interrupts)) {
            item_ = *item;
            after_blank_ = false;
            begin(Inside::item);
        } else if (in_paragraph && is_delimiter_row(text)) {
            paragraph_.drop_last();
            begin(Inside::lazy);
        } else {
            paragraph_.add(line);
        }
    }

    void begin(Inside block) {
        inside_ = block;
        end_paragraph();
    }

    /// An HTML comment that a paragraph leaves open hides what follows, up to its end: GitHub would show both, but it
    /// was meant to be hidden.
    void end_paragraph() {
        if (!paragraph_.finish(commands_)) return;
        html_ = HtmlBlock{{"-->"}};
        inside_ = Inside::html;
    }

    std::vector<std::string> commands_;
    Paragraph paragraph_;
    Inside inside_ = Inside::nothing;
    Fence fence_;
    HtmlBlock html_;
    Item item_;
    bool after_blank_ = false;
};

}  // namespace

std::vector<std::string> command_lines(std::string_view comment) {
    return Reader().read(comment);
}

}  // namespace benchgate::planning
