// Owns reading GitHub's answers: only the fields that are used, tolerant of everything else, since GitHub adds fields
// and Enterprise Servers lack some. An answer without a field that must be there is nullopt. Does not own requests.
#pragma once

#include <functional>

#include "core/json/json.h"
#include "platform/http_client.h"
#include "service/github/app_rest.h"
#include "service/github/paging.h"
#include "service/github/rest.h"

namespace benchgate::github {

std::optional<CheckRunRef> read_check_run(const json::Json& document);
std::optional<Comment> read_comment(const json::Json& document);
std::optional<PullRequest> read_pull_request(const json::Json& document);
std::optional<RepositoryInfo> read_repository(const json::Json& document);
std::optional<Permission> read_permission(const json::Json& document);

std::optional<Delivery> read_delivery(const json::Json& document);
std::optional<DeliveryDetail> read_delivery_detail(const json::Json& document);
std::optional<Installation> read_installation(const json::Json& document);
std::optional<App> read_app(const json::Json& document);
std::optional<NewApp> read_new_app(const json::Json& document);

/// The bytes of an answer to a request for raw contents. A server that does not know the raw form answers with a JSON
/// object that holds them in base64; a directory is a JSON array, and nullopt.
std::optional<std::string> read_file(const platform::HttpResponse& response);

ApiError unreadable_answer(int status);

/// "/repos/{owner}/{name}"
std::string path_of(const Repository& repository);

/// The typed answer, or a refusal unchanged.
template <typename T>
ApiResult<T> read_answer(const ApiResult<ApiResponse>& response, std::optional<T> (*reader)(const json::Json&)) {
    if (!response) return tl::make_unexpected(response.error());
    const auto document = json::parse(response->body, {.bytes = 64u << 20});
    auto value = document ? reader(*document) : std::nullopt;
    if (!value) return tl::make_unexpected(unreadable_answer(response->status));
    return std::move(*value);
}

/// All pages of a list: an array, or the array `key` of an object. `ask` is given "&per_page=100&page=N" to end its
/// query with. Entries that cannot be read are left out. Ends where the Link header names no next page, and after
/// max_pages, which is said.
template <typename T>
ApiResult<Listing<T>> read_pages(int max_pages, std::string_view key, std::optional<T> (*reader)(const json::Json&),
                                 const std::function<ApiResult<ApiResponse>(const std::string&)>& ask) {
    Listing<T> all;
    for (int page = 1; page <= max_pages; ++page) {
        const auto response = ask("&per_page=100&page=" + std::to_string(page));
        if (!response) return tl::make_unexpected(response.error());
        const auto document = json::parse(response->body);
        const json::Json* list = document ? (key.empty() ? &*document : &json::at(*document, key)) : nullptr;
        if (list == nullptr || !list->is_array()) return tl::make_unexpected(unreadable_answer(response->status));
        for (const auto& entry : *list) {
            if (auto value = reader(entry))
                all.items.push_back(std::move(*value));
            else
                ++all.unreadable;
        }
        if (!next_page(response->headers, "page")) return all;
    }
    all.complete = false;
    return all;
}

}
