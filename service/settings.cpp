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

namespace {

bool is_address(const std::string& url) {
    for (const std::string_view scheme : {"https://", "http://"})
        if (url.starts_with(scheme))
            return url.find_first_of(" ?#", 0) == std::string::npos && url.size() > scheme.size();
    return false;
}

void check_address(const char* name, const std::string& url) {
    if (!url.empty() && !is_address(url))
        throw std::invalid_argument(std::string(name) + " must look like https://bench.example.org, not '" + url + "'");
}

}  // namespace

void check(const Settings& settings) {
    endpoint_of(settings.listen);
    check_address("BENCHGATE_PUBLIC_URL", settings.public_url);
    check_address("BENCHGATE_GITHUB_URL", settings.github_url);
    check_address("BENCHGATE_GITHUB_GIT_URL", settings.github_git_url);
    if (settings.tls_certificate_file.empty() != settings.tls_key_file.empty())
        throw std::invalid_argument("BENCHGATE_TLS_CERTIFICATE and BENCHGATE_TLS_KEY belong together: one is missing");
    if (settings.app_id.empty()) return;
    if (settings.app_id.find_first_not_of("0123456789") != std::string::npos)
        throw std::invalid_argument("BENCHGATE_APP_ID must be the App's number, as its settings page shows it");
    if (settings.webhook_secret.empty())
        throw std::invalid_argument(
            "BENCHGATE_WEBHOOK_SECRET is missing: without it every delivery would have to be refused");
    if (settings.private_key_file.empty())
        throw std::invalid_argument(
            "BENCHGATE_PRIVATE_KEY_FILE is missing: the file that \"Generate a private key\" on the App's settings "
            "page "
            "gave you");
}

}  // namespace benchgate::service
