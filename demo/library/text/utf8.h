#pragma once
// UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#include <string_view>

namespace text {

bool is_utf8(std::string_view bytes);

}  // namespace text
