#include "service/workers/delivery_log.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/json/json.h"

namespace benchgate::workers {
namespace {

constexpr int most_pages = 300;
constexpr std::size_t most_header_bytes = 256;

/// Those that a webhook's are kept of, too.
constexpr std::array<std::string_view, 6> kept_headers{
    "x-github-hook-id",         "x-github-hook-installation-target-id", "x-github-hook-installation-target-type",
    "x-github-enterprise-host", "x-github-enterprise-version",          "user-agent"};

bool is_kept(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    return std::find(kept_headers.begin(), kept_headers.end(), name) != kept_headers.end();
}

}  // namespace

bool is_plain_name(std::string_view text, std::size_t most) {
    return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

std::optional<store::Delivery> recovered(const github::DeliveryDetail& detail) {
    if (!is_plain_name(detail.delivery.guid, 100) || !is_plain_name(detail.delivery.event, 64)) return std::nullopt;
    json::Json headers = json::Json::object();
    for (const auto& [name, value] : detail.request_headers)
        if (is_kept(name) && value.size() <= most_header_bytes) headers[name] = value;
    return store::Delivery{detail.delivery.guid, detail.delivery.event, json::dump(headers), detail.payload,
                           store::Origin::recovered};
}

bool is_lost(const github::ApiError& error) {
    using Kind = github::ErrorKind;
    const bool is_unreadable = error.kind == Kind::server && error.status >= 200 && error.status < 300;
    return is_unreadable || error.kind == Kind::not_found || error.kind == Kind::gone ||
           error.kind == Kind::unprocessable;
}

github::ApiResult<std::optional<github::Delivery>> find_attempt(github::AppRest& github, const std::string& guid,
                                                                std::stop_token stop) {
    std::string cursor;
    for (int page_number = 0; page_number < most_pages; ++page_number) {
        const auto page = github.list_deliveries(cursor, stop);
        if (!page) return tl::make_unexpected(page.error());
        for (const auto& one : page->deliveries)
            if (one.guid == guid) return one;
        if (page->next_cursor.empty()) break;
        cursor = page->next_cursor;
    }
    return std::nullopt;
}

}  // namespace benchgate::workers
