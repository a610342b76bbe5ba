#include "service/http/webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "core/json/json.h"

namespace benchgate::http {
namespace {

// An event's name or a delivery's id: short and of plain characters, since both end up in keys, logs and pages.
bool is_plain(std::string_view text, std::size_t most) {
    return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

// What GitHub says about the delivery besides its body. The signature stays out: with the body it is an oracle for
// guesses at the secret.
std::string kept_headers(const Request& request) {
    json::Json object = json::Json::object();
    for (const char* name :
         {"X-GitHub-Hook-ID", "X-GitHub-Hook-Installation-Target-ID", "X-GitHub-Hook-Installation-Target-Type",
          "X-GitHub-Enterprise-Host", "X-GitHub-Enterprise-Version", "User-Agent"}) {
        const std::string value = request.get_header_value(name);
        if (!value.empty() && value.size() <= 256) object[name] = value;
    }
    return json::dump(object);
}

bool is_json(std::string_view content_type) {
    return content_type.substr(0, content_type.find(';')) == "application/json";
}

std::string_view receive(const Webhook& webhook, const Request& request, Response& response) {
    const std::string event = request.get_header_value("X-GitHub-Event");
    const std::string id = request.get_header_value("X-GitHub-Delivery");
    const std::string signature = request.get_header_value("X-Hub-Signature-256");
    if (!is_plain(event, 64) || !is_plain(id, 100) || request.get_header_value_count("X-GitHub-Delivery") != 1 ||
        signature.empty()) {
        answer_error(response, 400, "malformed",
                     "X-GitHub-Event, X-GitHub-Delivery and X-Hub-Signature-256 are needed");
        return "malformed";
    }
    if (!is_json(request.get_header_value("Content-Type"))) {
        answer_error(response, 415, "malformed", "set the webhook's content type to application/json");
        return "malformed";
    }
    const std::vector<std::string> secrets = webhook.secrets();
    if (secrets.empty()) {
        answer_error(response, 503, "not_set_up", "no webhook secret is known yet");
        return "busy";
    }
    if (!signature_fits(request.body, signature, secrets)) {
        answer_error(response, 401, "unauthorized", "the signature does not fit the body");
        return "unsigned";
    }
    if (webhook.writer.store({id, event, kept_headers(request), request.body}) != Stored::durable) {
        answer_error(response, 503, "busy", "the delivery could not be stored, deliver it again");
        return "busy";
    }
    response.status = 202;
    response.set_content("{\"accepted\":true}\n", "application/json");
    return "accepted";
}

}

bool signature_fits(std::string_view body, std::string_view header, const std::vector<std::string>& secrets) {
    constexpr std::string_view prefix = "sha256=";
    constexpr std::size_t digest_bytes = 32;
    if (!header.starts_with(prefix) || header.size() != prefix.size() + 2 * digest_bytes) return false;
    const std::string_view given = header.substr(prefix.size());
    bool fits = false;
    for (const std::string& secret : secrets) {
        if (secret.empty()) continue;  // an unset variable is no secret: anybody can sign with it
        std::array<unsigned char, digest_bytes> digest{};
        unsigned size = 0;
        if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                  reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size))
            continue;
        std::array<char, 2 * digest_bytes> wanted{};
        for (std::size_t i = 0; i < digest_bytes; ++i) {
            wanted[2 * i] = "0123456789abcdef"[digest[i] >> 4];
            wanted[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
        }
        fits |= CRYPTO_memcmp(wanted.data(), given.data(), wanted.size()) == 0;
    }
    return fits;
}

void serve_webhook(Edge& edge, Webhook webhook) {
    edge.post("/webhooks/github", [webhook = std::move(webhook)](const Request& request, Response& response) {
        const std::string_view result = receive(webhook, request, response);
        if (webhook.on_result) webhook.on_result(result);
    });
}

}
