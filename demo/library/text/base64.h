#pragma once
// Base64 (RFC 4648, section 4) with padding.
#include <optional>
#include <string>
#include <string_view>

namespace text {

std::string base64_encode(std::string_view bytes);

/// Nothing if the text is not canonical Base64 with padding.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace text
