// Owns the check that a webhook delivery comes from GitHub. Does not own the delivery: it looks at raw bytes, before
// anything is parsed. https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
#pragma once

#include <string_view>

namespace benchgate::github {

struct WebhookSecrets {
    std::string_view current;
    std::string_view old;  ///< still accepted while the secret is being changed; empty: none
};

/// header: the value of X-Hub-Signature-256, "sha256=" and 64 hexadecimal digits. An empty current secret accepts
/// nothing. Compares in constant time and always against both secrets, so that time does not tell which one matched.
bool signature_matches(std::string_view body, std::string_view header, const WebhookSecrets& secrets);

}
