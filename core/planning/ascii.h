#pragma once
// What a character is in ASCII, whatever the locale.

namespace benchgate::planning {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

}  // namespace benchgate::planning
