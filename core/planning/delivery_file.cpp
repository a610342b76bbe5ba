#include "core/planning/delivery_file.h"

#include <algorithm>
#include <cctype>

namespace benchgate::planning {
namespace {

using json::Json;

bool has(const Json& object, const char* key) {
    return object.is_object() && object.contains(key) && object[key].is_object();
}

/// Names of headers compare without regard to case.
std::string header(const Json& headers, std::string_view wanted) {
    if (!headers.is_object()) return "";
    const auto equal = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    for (const auto& [name, value] : headers.items())
        if (value.is_string() && std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), equal))
            return value.get<std::string>();
    return "";
}

std::string first_of(const std::string& one, const std::string& other) {
    return one.empty() ? other : one;
}

}  // namespace

std::string guess_event(const Json& payload) {
    if (json::text(payload, "zen")) return "ping";
    if (has(payload, "merge_group")) return "merge_group";
    if (has(payload, "check_run")) return "check_run";
    if (has(payload, "check_suite")) return "check_suite";
    if (has(payload, "comment") && has(payload, "issue")) return "issue_comment";
    if (has(payload, "pull_request") && !has(payload, "comment") && !has(payload, "review")) return "pull_request";
    if (json::text(payload, "ref") && json::text(payload, "before") && json::text(payload, "after")) return "push";
    if (payload.is_object() && (payload.contains("repositories_added") || payload.contains("repositories_removed")))
        return "installation_repositories";
    const bool has_action = json::text(payload, "action").has_value();
    if (has_action && has(payload, "installation") && !has(payload, "repository")) return "installation";
    // What else is there carries the thing that it speaks of.
    if (has_action && has(payload, "repository") && payload.size() <= 6) return "repository";
    return "";
}

tl::expected<DeliveryFile, std::string> read_delivery_file(std::string_view bytes, std::string_view event) {
    auto document = json::parse(bytes);
    if (!document) return tl::unexpected("it is " + document.error().message);
    if (!document->is_object()) return tl::unexpected(std::string("it is not a JSON object"));
    DeliveryFile file;
    file.event = event;
    const Json& request = json::at(*document, "request");
    if (has(request, "payload")) {
        const Json& headers = json::at(request, "headers");
        file.id = first_of(json::text(*document, "guid").value_or(""), header(headers, "X-GitHub-Delivery"));
        file.event = first_of(file.event,
                              first_of(json::text(*document, "event").value_or(""), header(headers, "X-GitHub-Event")));
        file.payload = json::at(request, "payload");
    } else {
        file.payload = std::move(*document);
    }
    if (file.event.empty()) {
        file.event = guess_event(file.payload);
        file.guessed = true;
    }
    if (file.event.empty())
        return tl::unexpected(
            std::string("which event it is cannot be told from its fields: say so with --event NAME"));
    return file;
}

}  // namespace benchgate::planning
