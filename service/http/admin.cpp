#include "service/http/admin.h"

#include "platform/crypto.h"

namespace benchgate::http {

bool is_admin(const Request& request, const std::string& hash) {
    constexpr std::string_view scheme = "Bearer ";
    const auto header = request.get_header_value("Authorization");
    return header.starts_with(scheme) &&
           platform::equal_constant_time(platform::sha256_hex(header.substr(scheme.size())), hash);
}

}  // namespace benchgate::http
