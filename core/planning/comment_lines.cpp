#include "core/planning/comment_lines.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace benchgate::planning {
namespace {

constexpr std::size_t longest_comment = 65536;
constexpr std::string_view word = "/rebench";

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

struct Indented {
    std::size_t columns = 0;
    std::string_view text;  ///< without the indentation
};

Indented indented(std::string_view line) {
    Indented result{0, line};
    while (!result.text.empty() && (result.text[0] == ' ' || result.text[0] == '\t')) {
        result.columns += result.text[0] == '\t' ? 4 - result.columns % 4 : 1;
        result.text.remove_prefix(1);
    }
    return result;
}

struct Fence {
    char mark = '`';
    std::size_t length = 0;
};

std::optional<Fence> opened_fence(const Indented& line) {
    if (line.columns > 3 || line.text.empty() || (line.text[0] != '`' && line.text[0] != '~')) return std::nullopt;
    const char mark = line.text[0];
    const auto end = std::min(line.text.find_first_not_of(mark), line.text.size());
    if (end < 3) return std::nullopt;
    if (mark == '`' && line.text.find('`', end) != std::string_view::npos) return std::nullopt;
    return Fence{mark, end};
}

bool closes(const Fence& fence, const Indented& line) {
    if (line.columns > 3) return false;
    const auto end = std::min(line.text.find_first_not_of(fence.mark), line.text.size());
    return end >= fence.length && line.text.find_first_not_of(" \t", end) == std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

/// The tags whose content HTML shows as it stands; a line that begins with one opens a block up to its closing tag.
std::string_view raw_tag(const Indented& line) {
    if (line.columns > 3 || !line.text.starts_with('<')) return {};
    const std::string begin = lower(line.text.substr(1, 12));
    for (const std::string_view tag : {"pre", "script", "style", "textarea"}) {
        if (!begin.starts_with(tag)) continue;
        if (begin.size() == tag.size() || std::string_view(" \t>").find(begin[tag.size()]) != std::string_view::npos)
            return tag;
    }
    return {};
}

/// One paragraph: lines that code spans and HTML comments may run across.
class Paragraph {
  public:
    void add(std::string_view line) {
        starts_.push_back(text_.size());
        text_ += line;
        text_ += '\n';
    }

    /// Hands over the commands among its lines; true: an HTML comment is still open at its end.
    bool finish(std::vector<std::string>& commands) {
        for (std::size_t at = text_.find('`'); at != std::string::npos; at = text_.find('`', at)) {
            const auto end = text_.find_first_not_of('`', at);  // found: every line ends with '\n'
            ticks_[end - at].push_back(at);
            at = end;
        }
        const bool open = scan(commands);
        *this = Paragraph();
        return open;
    }

  private:
    bool scan(std::vector<std::string>& commands) const {
        std::size_t at = 0;
        std::size_t line = 0;
        while (at < text_.size()) {
            while (line < starts_.size() && starts_[line] < at) ++line;
            if (line < starts_.size() && starts_[line] == at) take(line, commands);
            if (text_[at] == '`') {
                at = after_ticks(at);
            } else if (text_.compare(at, 4, "<!--") == 0) {
                const auto end = text_.find("-->", at + 4);
                if (end == std::string::npos) return true;
                at = end + 3;
            } else if (text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] != '\n') {
                at += 2;
            } else {
                ++at;
            }
        }
        return false;
    }

    /// Behind the code span that begins here, or behind the ticks if none of the same length close it.
    std::size_t after_ticks(std::size_t at) const {
        const auto length = text_.find_first_not_of('`', at) - at;
        const auto runs = ticks_.find(length);
        if (runs == ticks_.end()) return at + length;  // a run that an escape cut short
        const auto close = std::upper_bound(runs->second.begin(), runs->second.end(), at);
        return close == runs->second.end() ? at + length : *close + length;
    }

    void take(std::size_t line, std::vector<std::string>& commands) const {
        const auto begin = starts_[line];
        const auto end = text_.find('\n', begin);
        const auto content = indented(std::string_view(text_).substr(begin, end - begin));
        if (content.columns > 3 || !content.text.starts_with(word)) return;
        const auto rest = content.text.substr(word.size());
        if (rest.empty() || rest[0] == ' ' || rest[0] == '\t') commands.emplace_back(rest);
    }

    std::string text_;
    std::vector<std::size_t> starts_;
    std::map<std::size_t, std::vector<std::size_t>> ticks_;  ///< length of a run of backticks -> where they begin
};

class Reader {
  public:
    std::vector<std::string> read(std::string_view comment) {
        for (const auto line : lines_of(comment.substr(0, longest_comment))) add(line);
        paragraph_.finish(commands_);
        return std::move(commands_);
    }

  private:
    void add(std::string_view line) {
        const auto content = indented(line);
        if (fence_) {
            if (closes(*fence_, content)) fence_.reset();
        } else if (!until_.empty()) {
            if (lower(line).find(until_) != std::string::npos) until_.clear();
        } else if (content.text.empty()) {
            end_paragraph();
            in_quote_ = false;
        } else if (content.columns <= 3 && content.text[0] == '>') {
            end_paragraph();
            in_quote_ = true;
        } else if ((fence_ = opened_fence(content))) {
            end_paragraph();
            in_quote_ = false;
        } else if (const auto tag = raw_tag(content); !tag.empty()) {
            end_paragraph();
            until_ = "</" + std::string(tag) + ">";
            if (lower(line).find(until_) != std::string::npos) until_.clear();
        } else if (!in_quote_) {  // else: a quote's last paragraph goes on without '>'
            paragraph_.add(line);
        }
    }

    void end_paragraph() {
        if (paragraph_.finish(commands_)) until_ = "-->";
    }

    std::vector<std::string> commands_;
    Paragraph paragraph_;
    std::optional<Fence> fence_;
    std::string until_;  ///< nothing counts up to the line with this text
    bool in_quote_ = false;
};

}  // namespace

std::vector<std::string> command_lines(std::string_view comment) {
    return Reader().read(comment);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

}  // namespace benchgate::planning
