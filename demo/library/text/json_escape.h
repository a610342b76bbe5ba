#pragma once
// A JSON string literal (RFC 8259), quotes included, of UTF-8 text.
#include <string>
#include <string_view>

namespace text {

std::string json_escape(std::string_view text);

}  // namespace text
