#include "service/github/app_rest.h"

#include "platform/url.h"
#include "service/github/answers.h"
#include "service/github/paging.h"

namespace benchgate::github {

namespace {

constexpr int max_installation_pages = 100;
constexpr std::size_t max_code_bytes = 256;
// A payload has at most 25 MB; here it comes within a document.
constexpr std::size_t max_delivery_bytes = 40u << 20;
constexpr std::size_t max_list_bytes = 16u << 20;

ApiError wrong(std::string what) {
    return {0, ErrorKind::unprocessable, std::move(what), std::nullopt};
}

ApiResult<void> nothing_of(const ApiResult<ApiResponse>& response) {
    if (!response) return tl::make_unexpected(response.error());
    return {};
}

}  // namespace

ApiResult<ApiResponse> AppRest::send(const Call& call, std::stop_token stop) {
    return api_.send(
        call, [&](const std::string& refused, std::stop_token) { return tokens_.app_bearer(refused); }, stop);
}

ApiResult<App> AppRest::get_app(std::stop_token stop) {
    return read_answer(send({.path = "/app"}, stop), &read_app);
}

ApiResult<Listing<Installation>> AppRest::list_installations(std::stop_token stop) {
    return read_pages<Installation>(max_installation_pages, "", &read_installation, [&](const std::string& page) {
        return send({.path = "/app/installations?" + page.substr(1)}, stop);
    });
}

ApiResult<DeliveryPage> AppRest::list_deliveries(const std::string& cursor, std::stop_token stop) {
    if (!cursor.empty() && (!is_page_value(cursor) || cursor.find_first_of("/+") != std::string::npos))
        return tl::make_unexpected(wrong("not a cursor of this list"));
    const std::string from = cursor.empty() ? "" : "&cursor=" + cursor;
    const auto response =
        send({.path = "/app/hook/deliveries?per_page=100" + from, .max_response_bytes = max_list_bytes}, stop);
    if (!response) return tl::make_unexpected(response.error());
    const auto document = json::parse(response->body);
    if (!document || !document->is_array()) return tl::make_unexpected(unreadable_answer(response->status));
    DeliveryPage page;
    for (const auto& entry : *document)
        if (auto delivery = read_delivery(entry)) page.deliveries.push_back(std::move(*delivery));
    page.next_cursor = next_page(response->headers, "cursor").value_or("");
    return page;
}

ApiResult<DeliveryDetail> AppRest::get_delivery(std::int64_t id, std::stop_token stop) {
    return read_answer(
        send({.path = "/app/hook/deliveries/" + std::to_string(id), .max_response_bytes = max_delivery_bytes}, stop),
        &read_delivery_detail);
}

ApiResult<void> AppRest::redeliver(std::int64_t id, std::stop_token stop) {
    return nothing_of(
        send({.method = "POST", .path = "/app/hook/deliveries/" + std::to_string(id) + "/attempts"}, stop));
}

ApiResult<void> AppRest::update_hook_config(const HookConfig& config, std::stop_token stop) {
    return nothing_of(send(
        {.method = "PATCH", .path = "/app/hook/config", .body = hook_config_body(config.url, config.secret)}, stop));
}

ApiResult<NewApp> AppRest::convert_manifest(const std::string& code, std::stop_token stop) {
    if (code.empty() || code.size() > max_code_bytes) return tl::make_unexpected(wrong("not a code of GitHub's"));
    return read_answer(
        api_.send(
            {.method = "POST", .path = "/app-manifests/" + platform::percent_encode(code) + "/conversions"},
            [](const std::string&, std::stop_token) -> ApiResult<Bearer> { return Bearer{}; }, stop),
        &read_new_app);
}

}
