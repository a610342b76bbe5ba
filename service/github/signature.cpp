#include "service/github/signature.h"

#include "platform/crypto.h"

namespace benchgate::github {

bool signature_matches(std::string_view body, std::string_view header, const WebhookSecrets& secrets) {
    constexpr std::string_view scheme = "sha256=";
    if (!header.starts_with(scheme) || header.size() != scheme.size() + 64) return false;
    const auto given = platform::hex_decode(header.substr(scheme.size()));
    if (!given || secrets.current.empty()) return false;
    const bool current = platform::equal_constant_time(platform::hmac_sha256(secrets.current, body), *given);
    if (secrets.old.empty()) return current;
    const bool old = platform::equal_constant_time(platform::hmac_sha256(secrets.old, body), *given);
    return current || old;
}

}
