#include <algorithm>
#include <cctype>

#include "platform/clock.h"
#include "service/github/answers.h"

namespace benchgate::github {

namespace {

using json::Json;

constexpr std::size_t max_entries = 200;

Permissions read_permissions(const Json& document) {
    Permissions permissions;
    const Json& all = json::at(document, "permissions");
    if (!all.is_object()) return permissions;
    for (const auto& [name, level] : all.items())
        if (level.is_string() && permissions.size() < max_entries) permissions[name] = level.get<std::string>();
    return permissions;
}

std::vector<std::string> read_texts(const Json& list) {
    std::vector<std::string> texts;
    if (!list.is_array()) return texts;
    for (const auto& entry : list)
        if (entry.is_string() && texts.size() < max_entries) texts.push_back(entry.get<std::string>());
    return texts;
}

bool is_signature(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return name.starts_with("x-hub-signature");
}

}  // namespace

std::optional<Delivery> read_delivery(const Json& document) {
    const auto id = json::integer(document, "id");
    const auto guid = json::text(document, "guid");
    const auto event = json::text(document, "event");
    if (!id || !guid || !event) return std::nullopt;
    Delivery delivery;
    delivery.id = *id;
    delivery.guid = *guid;
    delivery.event = *event;
    delivery.action = json::text(document, "action").value_or("");
    delivery.status = json::text(document, "status").value_or("");
    delivery.status_code =
        static_cast<int>(std::clamp<std::int64_t>(json::integer(document, "status_code").value_or(0), 0, 999));
    delivery.redelivery = json::boolean(document, "redelivery").value_or(false);
    delivery.delivered_at =
        platform::parse_utc(json::text(document, "delivered_at").value_or("")).value_or(TimePoint{});
    delivery.installation_id = json::integer(document, "installation_id").value_or(0);
    delivery.repository_id = json::integer(document, "repository_id").value_or(0);
    return delivery;
}

std::optional<DeliveryDetail> read_delivery_detail(const Json& document) {
    auto delivery = read_delivery(document);
    const Json& request = json::at(document, "request");
    const Json& payload = json::at(request, "payload");
    if (!delivery || !payload.is_object()) return std::nullopt;
    DeliveryDetail detail{std::move(*delivery), {}, json::dump(payload)};
    const Json& headers = json::at(request, "headers");
    if (headers.is_object())
        for (const auto& [name, value] : headers.items())
            if (value.is_string() && !is_signature(name) && detail.request_headers.size() < max_entries)
                detail.request_headers[name] = value.get<std::string>();
    return detail;
}

std::optional<Installation> read_installation(const Json& document) {
    const auto id = json::integer(document, "id");
    if (!id) return std::nullopt;
    Installation installation;
    installation.id = *id;
    installation.app_id = json::integer(document, "app_id").value_or(0);
    const Json& account = json::at(document, "account");
    // An enterprise has no login.
    installation.account = json::text(account, "login").value_or(json::text(account, "slug").value_or(""));
    installation.suspended = json::text(document, "suspended_at").has_value();
    installation.all_repositories = json::text(document, "repository_selection") == "all";
    installation.permissions = read_permissions(document);
    return installation;
}

std::optional<App> read_app(const Json& document) {
    const auto id = json::integer(document, "id");
    if (!id) return std::nullopt;
    return App{*id,
               json::text(document, "slug").value_or(""),
               json::text(document, "name").value_or(""),
               json::text(document, "html_url").value_or(""),
               read_permissions(document),
               read_texts(json::at(document, "events"))};
}

std::optional<NewApp> read_new_app(const Json& document) {
    auto app = read_app(document);
    const auto pem = json::text(document, "pem");
    if (!app || !pem) return std::nullopt;
    return NewApp{std::move(*app), *pem, json::text(document, "webhook_secret").value_or(""),
                  json::text(document, "client_id").value_or(""), json::text(document, "client_secret").value_or("")};
}

}
