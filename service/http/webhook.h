#pragma once
// POST /webhooks/github: is it from GitHub, and is it safe on disk? Verifies the signature over the raw bytes, hands
// the delivery to the writer, answers 202 when it is durable. Does not look into the payload: that is the inbox
// worker's work.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/delivery_writer.h"
#include "service/http/edge.h"

namespace benchgate::http {

// GitHub sends at most 25 MB; larger payloads are never sent.
inline constexpr std::size_t webhook_body_bytes = (25u << 20) + (64u << 10);

struct Webhook {
    // The present secret and, while it is being changed, the old one; empty: the App is not set up. Asked at every
    // delivery, since /setup brings the secret at run time.
    std::function<std::vector<std::string>()> secrets;
    DeliveryWriter& writer;
    std::function<void(std::string_view result)> on_result;  // accepted, unsigned, malformed, busy: for the metrics
};

// Answers 202; 400 headers missing or malformed; 401 wrong signature; 413; 415 not JSON; 503 with Retry-After.
void serve_webhook(Edge& edge, Webhook webhook);

}
