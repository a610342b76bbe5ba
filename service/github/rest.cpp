#include "service/github/rest.h"

#include <stdexcept>

#include "platform/url.h"
#include "service/github/answers.h"

namespace benchgate::github {

namespace {

using platform::percent_encode;

constexpr int page_size = 100;
constexpr int max_pages = 10;
constexpr std::size_t max_file_bytes = 1u << 20;

std::string path_of(const Repository& repository) {
    return "/repos/" + percent_encode(repository.owner) + "/" + percent_encode(repository.name);
}

/// "a/b c" -> "a/b%20c"; nullopt for a path that leaves the repository or names no file.
std::optional<std::string> encode_file_path(std::string_view path) {
    std::string encoded;
    while (true) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment.empty() || segment == "." || segment == "..") return std::nullopt;
        encoded += "/" + percent_encode(segment);
        if (slash == std::string_view::npos) return encoded;
        path.remove_prefix(slash + 1);
    }
}

/// The typed answer, or a refusal unchanged.
template <typename T>
ApiResult<T> read(const ApiResult<platform::HttpResponse>& response, std::optional<T> (*reader)(const json::Json&)) {
    if (!response) return tl::make_unexpected(response.error());
    const auto document = json::parse(response->body);
    auto value = document ? reader(*document) : std::nullopt;
    if (!value) return tl::make_unexpected(unreadable_answer(response->status));
    return std::move(*value);
}

}  // namespace

std::string_view to_string(Permission permission) {
    switch (permission) {
        case Permission::none:
            return "none";
        case Permission::read:
            return "read";
        case Permission::write:
            return "write";
        case Permission::admin:
            return "admin";
    }
    return "";
}

Rest::Rest(const Api& api, Tokens& tokens) : api_(api), tokens_(tokens) {}

ApiResult<platform::HttpResponse> Rest::send(const Repository& repository, const Call& call, std::stop_token stop) {
    // Narrowed to the repository: a mistake in one request cannot reach another.
    const TokenScope scope{repository.installation_id, repository.id, {}};
    return api_.send(
        call, [&](const std::string& refused, std::stop_token token) { return tokens_.bearer(scope, refused, token); },
        stop);
}

ApiResult<CheckRunRef> Rest::create_check_run(const Repository& repository, const CheckRun& check,
                                              std::stop_token stop) {
    return read(send(repository,
                     {.method = "POST",
                      .path = path_of(repository) + "/check-runs",
                      .body = create_check_body(check),
                      .object_is_new = true},
                     stop),
                &read_check_run);
}

ApiResult<CheckRunRef> Rest::update_check_run(const Repository& repository, std::int64_t id, const CheckRun& check,
                                              std::stop_token stop) {
    return read(send(repository,
                     {.method = "PATCH",
                      .path = path_of(repository) + "/check-runs/" + std::to_string(id),
                      .body = update_check_body(check)},
                     stop),
                &read_check_run);
}

ApiResult<std::optional<CheckRunRef>> Rest::find_check_run(const Repository& repository, const std::string& sha,
                                                           const std::string& name, const std::string& external_id,
                                                           std::stop_token stop) {
    std::optional<CheckRunRef> latest;
    for (int page = 1; page <= max_pages; ++page) {
        const auto response = send(repository,
                                   {.path = path_of(repository) + "/commits/" + percent_encode(sha) +
                                            "/check-runs?filter=all&check_name=" + percent_encode(name) +
                                            "&app_id=" + std::to_string(tokens_.app_id()) +
                                            "&per_page=" + std::to_string(page_size) + "&page=" + std::to_string(page)},
                                   stop);
        if (!response) return tl::make_unexpected(response.error());
        const auto document = json::parse(response->body);
        if (!document || !json::at(*document, "check_runs").is_array())
            return tl::make_unexpected(unreadable_answer(response->status));
        const auto& runs = json::at(*document, "check_runs");
        for (const auto& run : runs) {
            auto found = read_check_run(run);
            const bool ours = json::text(run, "name") == name &&
                              (external_id.empty() || json::text(run, "external_id") == external_id);
            if (found && ours && (!latest || latest->id < found->id)) latest = std::move(found);
        }
        if (runs.size() < page_size) break;
    }
    return latest;
}

ApiResult<Comment> Rest::create_comment(const Repository& repository, std::int64_t issue, std::string_view markdown,
                                        std::stop_token stop) {
    return read(send(repository,
                     {.method = "POST",
                      .path = path_of(repository) + "/issues/" + std::to_string(issue) + "/comments",
                      .body = comment_body(markdown)},
                     stop),
                &read_comment);
}

ApiResult<Comment> Rest::update_comment(const Repository& repository, std::int64_t comment, std::string_view markdown,
                                        std::stop_token stop) {
    return read(send(repository,
                     {.method = "PATCH",
                      .path = path_of(repository) + "/issues/comments/" + std::to_string(comment),
                      .body = comment_body(markdown)},
                     stop),
                &read_comment);
}

ApiResult<std::optional<Comment>> Rest::find_comment(const Repository& repository, std::int64_t issue,
                                                     std::string_view marker, std::stop_token stop) {
    const std::int64_t app_id = tokens_.app_id();
    for (int page = 1; page <= max_pages; ++page) {
        const auto response =
            send(repository,
                 {.path = path_of(repository) + "/issues/" + std::to_string(issue) +
                          "/comments?per_page=" + std::to_string(page_size) + "&page=" + std::to_string(page)},
                 stop);
        if (!response) return tl::make_unexpected(response.error());
        const auto document = json::parse(response->body);
        if (!document || !document->is_array()) return tl::make_unexpected(unreadable_answer(response->status));
        for (const auto& entry : *document) {
            auto comment = read_comment(entry);
            // Anybody may write the marker into a comment of their own; older Enterprise Servers name no App.
            const bool ours = comment && comment->author_is_bot && (comment->app_id == 0 || comment->app_id == app_id);
            if (ours && comment->body.find(marker) != std::string::npos) return comment;
        }
        if (document->size() < page_size) break;
    }
    return std::nullopt;
}

ApiResult<Comment> Rest::put_comment(const Repository& repository, const StickyComment& comment, std::stop_token stop) {
    if (comment.markdown.find(comment.marker) == std::string::npos || comment.marker.empty())
        throw std::logic_error("a sticky comment holds its marker");
    if (comment.known_id != 0) {
        auto updated = update_comment(repository, comment.known_id, comment.markdown, stop);
        if (updated || updated.error().status != 404) return updated;
    }
    const auto found = find_comment(repository, comment.issue, comment.marker, stop);
    if (!found) return tl::make_unexpected(found.error());
    if (*found) return update_comment(repository, (*found)->id, comment.markdown, stop);
    return create_comment(repository, comment.issue, comment.markdown, stop);
}

ApiResult<void> Rest::react_to_comment(const Repository& repository, std::int64_t comment, Reaction reaction,
                                       std::stop_token stop) {
    const auto response =
        send(repository,
             {.method = "POST",
              .path = path_of(repository) + "/issues/comments/" + std::to_string(comment) + "/reactions",
              .body = reaction_body(reaction)},
             stop);
    if (!response) return tl::make_unexpected(response.error());
    return {};
}

ApiResult<PullRequest> Rest::get_pull_request(const Repository& repository, std::int64_t number, std::stop_token stop) {
    return read(send(repository, {.path = path_of(repository) + "/pulls/" + std::to_string(number)}, stop),
                &read_pull_request);
}

ApiResult<RepositoryInfo> Rest::get_repository(const Repository& repository, std::stop_token stop) {
    return read(send(repository, {.path = path_of(repository)}, stop), &read_repository);
}

ApiResult<Permission> Rest::get_permission(const Repository& repository, const std::string& user,
                                           std::stop_token stop) {
    const auto response = send(
        repository, {.path = path_of(repository) + "/collaborators/" + percent_encode(user) + "/permission"}, stop);
    if (!response && response.error().kind == ErrorKind::not_found) return Permission::none;
    return read(response, &read_permission);
}

ApiResult<std::optional<std::string>> Rest::get_file(const Repository& repository, const std::string& path,
                                                     const std::string& ref, std::stop_token stop) {
    const auto encoded = encode_file_path(path);
    if (!encoded)
        return tl::make_unexpected(ApiError{0, ErrorKind::unprocessable, "not a path within a repository", {}});
    const auto response = send(repository,
                               {.path = path_of(repository) + "/contents" + *encoded + "?ref=" + percent_encode(ref),
                                .accept = "application/vnd.github.raw+json",
                                .max_response_bytes = 2 * max_file_bytes},
                               stop);
    if (!response) {
        if (response.error().kind == ErrorKind::not_found) return std::nullopt;
        return tl::make_unexpected(response.error());
    }
    auto bytes = read_file(*response);
    if (!bytes || bytes->size() > max_file_bytes)
        return tl::make_unexpected(
            ApiError{response->status, ErrorKind::unprocessable, "not a file, or larger than 1 MiB", {}});
    return bytes;
}

}
