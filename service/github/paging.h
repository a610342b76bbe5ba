// Owns reading where the next page of a list is. The address in a Link header is never followed: only the one value
// that names the page is taken out of it, and only if it can stand in a query as it is. Does not own the asking.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/http_client.h"

namespace benchgate::github {

/// The value of `parameter` ("cursor", "page") in the address with rel="next"; nullopt: this page is the last, or what
/// the header says cannot be used.
std::optional<std::string> next_page(const platform::HttpHeaders& headers, std::string_view parameter);

/// 1 to 512 characters that stand unescaped in a query, or are escaped already.
bool is_page_value(std::string_view text);

}
