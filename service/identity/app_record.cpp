#include "service/identity/app_record.h"

#include "core/json/json.h"

namespace benchgate::identity {

std::string to_json(const AppRecord& record) {
    return json::dump(json::Json{{"app_id", record.app_id},
                                 {"slug", record.slug},
                                 {"name", record.name},
                                 {"html_url", record.html_url},
                                 {"private_key", record.private_key},
                                 {"webhook_secret", record.webhook_secret},
                                 {"webhook_secret_old", record.webhook_secret_old},
                                 {"client_id", record.client_id},
                                 {"client_secret", record.client_secret}});
}

tl::expected<AppRecord, std::string> read_app_record(std::string_view document) {
    const auto parsed = json::parse(document);
    if (!parsed) return tl::unexpected("not JSON: " + parsed.error().message);
    const auto text = [&](const char* key) { return json::text(*parsed, key).value_or(""); };
    AppRecord record{json::integer(*parsed, "app_id").value_or(0),
                     text("slug"),
                     text("name"),
                     text("html_url"),
                     text("private_key"),
                     text("webhook_secret"),
                     text("webhook_secret_old"),
                     text("client_id"),
                     text("client_secret")};
    if (record.app_id <= 0) return tl::unexpected(std::string("app_id is missing"));
    if (record.private_key.empty()) return tl::unexpected(std::string("private_key is missing"));
    if (record.webhook_secret.empty()) return tl::unexpected(std::string("webhook_secret is missing"));
    return record;
}

}  // namespace benchgate::identity
