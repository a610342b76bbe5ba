#pragma once
// What GitHub hands out when an App is made, as one document. Owns its JSON shape; it is sealed before it is stored
// (app_identity.h) and never logged.

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace benchgate::identity {

struct AppRecord {
    std::int64_t app_id = 0;
    std::string slug;
    std::string name;
    std::string html_url;     ///< the App's public page
    std::string private_key;  ///< PEM
    std::string webhook_secret;
    std::string webhook_secret_old;  ///< accepted too, while GitHub takes the new one into use; may be empty
    std::string client_id;
    std::string client_secret;
    bool operator==(const AppRecord&) const = default;
};

std::string to_json(const AppRecord& record);
/// Refuses a record without id, key or secret; the message names the field, never its value.
tl::expected<AppRecord, std::string> read_app_record(std::string_view document);

}  // namespace benchgate::identity
