#pragma once
// One paragraph of a comment. Owns what inside of it can hide a line: code spans, HTML comments and tags, links over
// several lines. Knows no other block (comment_lines.h). Internal to planning.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace benchgate::planning {

/// A line's indentation (a tab goes to the next multiple of four) and what follows it.
struct Indented {
    std::size_t columns = 0;
    std::string_view text;
};
Indented indented(std::string_view line);

class Paragraph {
  public:
    bool is_open() const { return !starts_.empty(); }
    void add(std::string_view line);
    /// It was a heading: none of its lines is heard.
    void drop() { *this = Paragraph(); }
    /// The last line was the first one of a table.
    void drop_last();
    /// Hands over the commands among its lines; true: an HTML comment is still open at its end.
    bool finish(std::vector<std::string>& commands);

  private:
    bool scan(std::vector<std::string>& commands) const;
    std::size_t after_ticks(std::size_t at) const;
    void take(std::size_t line, std::vector<std::string>& commands) const;
    bool may_define_links() const;

    std::string text_;
    std::vector<std::size_t> starts_;                        ///< of its lines
    std::map<std::size_t, std::vector<std::size_t>> ticks_;  ///< length of a run of backticks -> where they begin
};

}  // namespace benchgate::planning
