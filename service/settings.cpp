#include "service/settings.h"

#include <charconv>
#include <stdexcept>

namespace benchgate::service {

Endpoint endpoint_of(const std::string& listen) {
    const auto colon = listen.rfind(':');
    Endpoint endpoint;
    if (colon != std::string::npos) {
        endpoint.host = listen.substr(0, colon);
        const auto port = listen.substr(colon + 1);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
        const bool whole = error == std::errc{} && end == port.data() + port.size() && !port.empty();
        if (whole && endpoint.port >= 0 && endpoint.port <= 65535) {
            if (endpoint.host.size() > 2 && endpoint.host.front() == '[' && endpoint.host.back() == ']')
                endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
            if (!endpoint.host.empty()) return endpoint;
        }
    }
    throw std::invalid_argument("the address to listen on must look like 127.0.0.1:8080, not '" + listen + "'");
}

}  // namespace benchgate::service
