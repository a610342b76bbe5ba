#include "core/planning/comment_paragraph.h"

#include <algorithm>

#include "core/planning/ascii.h"

namespace benchgate::planning {
namespace {

constexpr std::string_view word = "/rebench";

/// Something that hides the lines between its two ends, if it has a second one.
class Hiding {
  public:
    explicit Hiding(std::vector<std::string>& commands) : commands_(commands) {}
    void begin() {
        if (depth_++ == 0) from_ = commands_.size();
    }
    void end() {
        if (depth_ == 0 || --depth_ > 0) return;
        commands_.resize(std::min(from_, commands_.size()));
    }
    bool is_open() const { return depth_ > 0; }

  private:
    std::vector<std::string>& commands_;
    std::size_t from_ = 0;
    int depth_ = 0;
};

}  // namespace

Indented indented(std::string_view line) {
    Indented result{0, line};
    while (!result.text.empty() && (result.text[0] == ' ' || result.text[0] == '\t')) {
        result.columns += result.text[0] == '\t' ? 4 - result.columns % 4 : 1;
        result.text.remove_prefix(1);
    }
    return result;
}

void Paragraph::add(std::string_view line) {
    starts_.push_back(text_.size());
    text_ += line;
    text_ += '\n';
}

void Paragraph::drop_last() {
    text_.resize(starts_.back());
    starts_.pop_back();
}

bool Paragraph::finish(std::vector<std::string>& commands) {
    for (std::size_t at = text_.find('`'); at != std::string::npos; at = text_.find('`', at)) {
        const auto end = text_.find_first_not_of('`', at);  // found: every line ends with '\n'
        ticks_[end - at].push_back(at);
        at = end;
    }
    std::vector<std::string> found;
    const bool open = scan(found);
    if (!may_define_links()) commands.insert(commands.end(), found.begin(), found.end());
    drop();
    return open;
}

bool Paragraph::scan(std::vector<std::string>& commands) const {
    Hiding brackets(commands), target(commands), tag(commands);
    std::size_t at = 0;
    std::size_t line = 0;
    while (at < text_.size()) {
        while (line < starts_.size() && starts_[line] < at) ++line;
        if (line < starts_.size() && starts_[line] == at) take(line, commands);
        const char c = text_[at];
        const char next = at + 1 < text_.size() ? text_[at + 1] : '\n';
        if (c == '`') {
            at = after_ticks(at);
            continue;
        }
        if (text_.compare(at, 4, "<!--") == 0) {
            const auto end = text_.find("-->", at + 4);
            if (end == std::string::npos) return true;
            at = end + 3;
            continue;
        }
        if (c == '\\' && next != '\n') {
            at += 2;
            continue;
        }
        if (c == '[') brackets.begin();
        if (c == ']') {
            brackets.end();
            if (next == '(' && !target.is_open()) target.begin();
        }
        if (c == ')') target.end();
        if (c == '<' && (is_letter(next) || next == '/' || next == '?' || next == '!') && !tag.is_open()) tag.begin();
        if (c == '>') tag.end();
        ++at;
    }
    return false;
}

/// Behind the code span that begins here, or behind the ticks if none of the same length close it.
std::size_t Paragraph::after_ticks(std::size_t at) const {
    const auto length = text_.find_first_not_of('`', at) - at;
    const auto runs = ticks_.find(length);
    if (runs == ticks_.end()) return at + length;  // a run that an escape cut short
    const auto close = std::upper_bound(runs->second.begin(), runs->second.end(), at);
    return close == runs->second.end() ? at + length : *close + length;
}

void Paragraph::take(std::size_t line, std::vector<std::string>& commands) const {
    const auto begin = starts_[line];
    const auto end = text_.find('\n', begin);
    const auto content = indented(std::string_view(text_).substr(begin, end - begin));
    if (content.columns > 3 || !content.text.starts_with(word)) return;
    const auto rest = content.text.substr(word.size());
    if (rest.empty() || rest[0] == ' ' || rest[0] == '\t') commands.emplace_back(rest);
}

/// "[label]: address" may take its address and its title from the next lines.
bool Paragraph::may_define_links() const {
    return indented(text_).text.starts_with('[') && text_.find("]:") != std::string::npos;
}

}  // namespace benchgate::planning
