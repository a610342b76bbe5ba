// Fuzzes the parser that stands between the network and the HTTP library (see CMakeLists.txt for how it is run).
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "service/http/request_head.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_refusal(int status) {
    return status >= 400 && status < 600;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace benchgate::http;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto length = head_length(bytes);
    const auto parsed = parse_request_head(bytes.substr(0, length.value_or(bytes.size())));
    if (!parsed) {
        require(is_refusal(parsed.error().status));
        return 0;
    }
    require(length.has_value());
    // What is handed on must itself be one unambiguous head: parsed again it says the same, and no body hides in it.
    const std::string rebuilt = parsed->rebuilt();
    require(head_length(rebuilt) == rebuilt.size());
    HeadLimits roomy;
    roomy.head_bytes += 1024;
    roomy.header_lines += 2;
    const auto again = parse_request_head(rebuilt, roomy);
    require(again.has_value());
    require(again->method == parsed->method && again->target == parsed->target);
    require(again->content_length == parsed->content_length && again->keep_alive == parsed->keep_alive);
    require(rebuilt.find('\0') == std::string::npos);
    return 0;
}
