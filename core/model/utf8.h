#pragma once
// What is a character in bytes that claim to be UTF-8. Owns the rule of well-formedness (Unicode, table 3-7) for every
// room that shows, bounds or refuses foreign text; what is done about the rest is theirs.

#include <cstddef>
#include <string_view>

namespace benchgate::model {

/// Length in bytes of the well-formed character at the front of `text`, which is not empty; 0: there is none. Overlong
/// forms, surrogates and what lies beyond U+10FFFF are not well-formed.
std::size_t character_length(std::string_view text);

}  // namespace benchgate::model
