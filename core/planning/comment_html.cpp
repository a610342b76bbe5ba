#include "core/planning/comment_html.h"

#include <algorithm>
#include <array>

#include "core/planning/ascii.h"

namespace benchgate::planning {
namespace {

constexpr std::array<std::string_view, 4> raw_tags{"script", "pre", "style", "textarea"};
constexpr std::array<std::string_view, 62> block_tags{
    "address",  "article",    "aside",  "base",    "basefont", "blockquote", "body",     "caption",  "center",
    "col",      "colgroup",   "dd",     "details", "dialog",   "dir",        "div",      "dl",       "dt",
    "fieldset", "figcaption", "figure", "footer",  "form",     "frame",      "frameset", "h1",       "h2",
    "h3",       "h4",         "h5",     "h6",      "head",     "header",     "hr",       "html",     "iframe",
    "legend",   "li",         "link",   "main",    "menu",     "menuitem",   "nav",      "noframes", "ol",
    "optgroup", "option",     "p",      "param",   "section",  "source",     "summary",  "table",    "tbody",
    "td",       "tfoot",      "th",     "thead",   "title",    "tr",         "track",    "ul"};

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

/// Reads one line from left to right; every function says whether it found what it is named for.
class TagReader {
  public:
    explicit TagReader(std::string_view text) : text_(text) {}

    bool takes(char c) {
        if (text_.empty() || text_[0] != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool blanks() {
        const auto before = text_.size();
        while (!text_.empty() && is_blank(text_[0])) text_.remove_prefix(1);
        return text_.size() < before;
    }
    template <class First, class Rest>
    bool run(First first, Rest rest) {
        if (text_.empty() || !first(text_[0])) return false;
        const auto end = std::find_if_not(text_.begin() + 1, text_.end(), rest);
        text_.remove_prefix(static_cast<std::size_t>(end - text_.begin()));
        return true;
    }
    bool name() {
        return run(is_letter, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
    }
    bool attribute_name() {
        const auto first = [](char c) { return is_letter(c) || c == '_' || c == ':'; };
        return run(first, [=](char c) { return first(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; });
    }
    bool value() {
        for (const char quote : {'\'', '"'}) {
            if (!takes(quote)) continue;
            const auto end = text_.find(quote);
            if (end == std::string_view::npos) return false;
            text_.remove_prefix(end + 1);
            return true;
        }
        const auto plain = [](char c) {
            return !is_blank(c) && std::string_view("\"'=<>`").find(c) == std::string_view::npos;
        };
        return run(plain, plain);
    }
    /// A whole tag, open or closing, and nothing else but blanks behind it.
    bool lone_tag() {
        if (!takes('<')) return false;
        const bool closing = takes('/');
        if (!name()) return false;
        while (blanks() && !closing && attribute_name()) {
            const auto before_blanks = text_;
            blanks();
            if (!takes('=')) {
                text_ = before_blanks;  // they may stand before the next attribute
                continue;
            }
            blanks();
            if (!value()) return false;
        }
        if (!closing) takes('/');
        if (!takes('>')) return false;
        blanks();
        return text_.empty();
    }

  private:
    std::string_view text_;
};

bool is_one_of(std::string_view name, const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool HtmlBlock::ends_with(std::string_view line) const {
    const auto text = lower(line);
    return std::any_of(marks.begin(), marks.end(),
                       [&](std::string_view mark) { return text.find(mark) != std::string::npos; });
}

std::optional<HtmlBlock> html_block_at(std::string_view text, bool in_paragraph) {
    if (!text.starts_with('<')) return std::nullopt;
    if (text.starts_with("<!--")) return HtmlBlock{{"-->"}};
    if (text.starts_with("<?")) return HtmlBlock{{"?>"}};
    if (text.starts_with("<![CDATA[")) return HtmlBlock{{"]]>"}};
    if (text.starts_with("<!") && text.size() > 2 && is_letter(text[2])) return HtmlBlock{{">"}};

    const bool closing = text.starts_with("</");
    const std::string begin = lower(text.substr(closing ? 2 : 1, 12));
    const auto end = std::find_if_not(begin.begin(), begin.end(),
                                      [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
    const std::string_view name(begin.data(), static_cast<std::size_t>(end - begin.begin()));
    const std::string_view behind = std::string_view(begin).substr(name.size());
    const bool separated = behind.empty() || is_blank(behind[0]) || behind[0] == '>';
    if (!closing && separated && is_one_of(name, raw_tags))
        return HtmlBlock{{"</script>", "</pre>", "</style>", "</textarea>"}};
    if ((separated || behind.starts_with("/>")) && is_one_of(name, block_tags)) return HtmlBlock{};
    if (!in_paragraph && (closing || !is_one_of(name, raw_tags)) && TagReader(text).lone_tag()) return HtmlBlock{};
    return std::nullopt;
}

}  // namespace benchgate::planning
