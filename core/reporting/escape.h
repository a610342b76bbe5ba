#pragma once
// Foreign text, made harmless for the place it goes to. Every renderer passes names, messages and logs through here;
// a benchmark named `<!-- -->|@team` is only a name. Input may be any bytes: what is not UTF-8 becomes U+FFFD, control
// and bidirectional characters are shown as U+FFFD or dropped, never passed on.

#include <cstddef>
#include <string>
#include <string_view>

namespace benchgate::reporting {

inline constexpr std::size_t longest_name = 200;  ///< characters, of a benchmark or suite in any report

/// Valid UTF-8 on one line: line breaks and tabs become blanks, control, bidi and zero-width characters U+FFFD.
std::string one_line(std::string_view text);
/// The same, but '\n' stays and '\t' becomes a blank: for logs.
std::string many_lines(std::string_view text);
/// At most `most` characters, the last one an ellipsis if anything was dropped.
std::string shortened(std::string_view text, std::size_t most = longest_name);
/// What a person wrote or a tool named, as it stands in a cell of a table; to be escaped by the template.
std::string cell(std::string_view foreign);
/// A time of the store ("2026-01-31T12:00:00Z") to the minute.
std::string time_cell(std::string_view iso);
/// Number of code points.
std::size_t characters(std::string_view text);

/// As text within a GitHub Markdown line or table cell: no emphasis, code, link, autolink, mention, reference, HTML.
std::string markdown_text(std::string_view text);
/// A code block whose fence is longer than any within, for logs; ends with a line break.
std::string markdown_block(std::string_view text);

/// For HTML text and for attributes in double quotes.
std::string html_text(std::string_view text);
/// An address for href: https, http or a path of this site ('/', not '//'); anything else becomes "#". Templates escape
/// it.
std::string safe_address(std::string_view address);

/// One CSV field: quoted when needed; what a spreadsheet would run as a formula gets a ' before it, at the start of the
/// field and behind a semicolon.
std::string csv_field(std::string_view text);

}  // namespace benchgate::reporting
