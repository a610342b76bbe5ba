#include "core/reporting/escape.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/reporting/utf8.h"

namespace benchgate::reporting {
namespace {

bool is_line_break(char32_t c) {
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/// Control characters, changes of the direction of writing, what is not seen at all, and what is no character: with one
/// of those an SVG file is not drawn.
bool is_hidden(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) ||
           (c >= 0xE0000 && c <= 0xE0FFF);
}

/// Also in the wide form that some spreadsheets take for the narrow one.
bool starts_formula(char32_t c) {
    return std::u32string_view(U"=+-@\uFF1D\uFF0B\uFF0D\uFF20").find(c) != std::u32string_view::npos;
}

template <class Each>
void for_each_character(std::string_view text, const Each& each) {
    while (!text.empty()) each(take_character(text));
}

/// `word` is in small letters.
bool ends_with_word(const std::string& text, std::string_view word) {
    const auto size = static_cast<std::ptrdiff_t>(word.size());
    return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.end() - size, [](char a, char b) {
               return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
           });
}

}  // namespace

std::string one_line(std::string_view text) {
    std::string result;
    for_each_character(text, [&](char32_t c) {
        if (is_line_break(c) || c == '\t')
            result += ' ';
        else
            append_character(result, is_hidden(c) ? replacement : c);
    });
    return result;
}

std::string many_lines(std::string_view text) {
    std::string result;
    for_each_character(text, [&](char32_t c) {
        if (c == '\n' || c == 0x2028 || c == 0x2029)
            result += '\n';
        else if (c == '\t')
            result += ' ';
        else if (c != '\r')
            append_character(result, is_hidden(c) ? replacement : c);
    });
    return result;
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for_each_character(text, [&](char32_t) { ++count; });
    return count;
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most || characters(text) <= most) return std::string(text);
    std::string result;
    for (std::size_t i = 0; i + 1 < most; ++i) append_character(result, take_character(text));
    append_character(result, 0x2026);
    return result;
}

std::string markdown_text(std::string_view text) {
    // Numeric references are never markup in CommonMark; an empty comment keeps GitHub's filters, which look at the
    // rendered text, from seeing a mention or a reference.
    std::string result;
    for (const char c : one_line(text)) {
        if (std::string_view("<>&|\\`$:\"'").find(c) != std::string_view::npos ||
            (c == '.' && ends_with_word(result, "www")))
            result += fmt::format("&#{};", static_cast<int>(c));
        else if (c == '@' || c == '#')
            result += fmt::format("&#{};<!-- -->", static_cast<int>(c));
        else if (c == '-' && ends_with_word(result, "gh"))
            result += "-<!-- -->";  // GH-12 is a reference as #12 is
        else if (std::string_view("_*~[]").find(c) != std::string_view::npos)
            result += fmt::format("\\{}", c);
        else
            result += c;
    }
    return result;
}

std::string markdown_block(std::string_view text) {
    std::string body = many_lines(text);
    std::size_t longest = 2;
    for (std::size_t at = body.find('`'); at != std::string::npos; at = body.find('`', at)) {
        const auto end = std::min(body.find_first_not_of('`', at), body.size());
        longest = std::max(longest, end - at);
        at = end;
    }
    const std::string fence(longest + 1, '`');
    if (!body.empty() && body.back() != '\n') body += '\n';
    return fmt::format("{}text\n{}{}\n", fence, body, fence);
}

std::string html_text(std::string_view text) {
    std::string result;
    for (const char c : many_lines(text)) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string safe_address(std::string_view address) {
    const bool web = address.starts_with("https://") || address.starts_with("http://");
    const bool here = address.starts_with('/') && !address.starts_with("//") && !address.starts_with("/\\");
    return web || here ? one_line(address) : "#";
}

std::string csv_field(std::string_view text) {
    std::string field;
    // A spreadsheet that splits at semicolons begins a cell behind each, whatever the quotes around it.
    bool cell_begins = true;
    for_each_character(one_line(text), [&](char32_t c) {
        if (cell_begins && starts_formula(c)) field += '\'';
        append_character(field, c);
        cell_begins = c == ';' || (cell_begins && (c == '"' || c == ' '));
    });
    if (field.find_first_of(",\"") == std::string::npos) return field;
    std::string quoted = "\"";
    for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

std::string cell(std::string_view foreign) {
    return shortened(one_line(foreign));
}

std::string time_cell(std::string_view iso) {
    if (iso.size() < 16 || (iso[10] != 'T' && iso[10] != ' ')) return cell(iso);
    return cell(fmt::format("{} {}", iso.substr(0, 10), iso.substr(11, 5)));
}

}  // namespace benchgate::reporting
