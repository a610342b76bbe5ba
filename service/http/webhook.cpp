#include "service/http/webhook.h"

#include <algorithm>

#include "core/json/json.h"
#include "service/github/signature.h"

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
    const std::string_view old = secrets.size() > 1 ? std::string_view(secrets[1]) : std::string_view();
    if (!github::signature_matches(request.body, signature, {.current = secrets.front(), .old = old})) {
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

void serve_webhook(Edge& edge, Webhook webhook) {
    edge.post("/webhooks/github", [webhook = std::move(webhook)](const Request& request, Response& response) {
        const std::string_view result = receive(webhook, request, response);
        if (webhook.on_result) webhook.on_result(result);
    });
}

}
