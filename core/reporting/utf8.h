#pragma once
// Walking over bytes that claim to be UTF-8. Internal to reporting.

#include <string>
#include <string_view>

namespace benchgate::reporting {

inline constexpr char32_t replacement = 0xFFFD;

/// Takes the first character off `bytes`, which is not empty. Invalid, overlong and surrogate sequences give U+FFFD
/// and take one byte.
char32_t take_character(std::string_view& bytes);
void append_character(std::string& text, char32_t character);

}  // namespace benchgate::reporting
