#include "platform/url.h"
#include "service/github/answers.h"
#include "service/github/paging.h"
#include "service/github/rest.h"

namespace benchgate::github {

namespace {

using platform::percent_encode;

constexpr std::size_t max_file_bytes = 1u << 20;
constexpr int max_pull_pages = 30;
constexpr int max_repository_pages = 100;

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

ApiResult<PullRequest> Rest::get_pull_request(const Repository& repository, std::int64_t number, std::stop_token stop) {
    return read_answer(
        send(repository, Use::read, {.path = path_of(repository) + "/pulls/" + std::to_string(number)}, stop),
        &read_pull_request);
}

ApiResult<RepositoryInfo> Rest::get_repository(const Repository& repository, std::stop_token stop) {
    return read_answer(send(repository, Use::read, {.path = path_of(repository)}, stop), &read_repository);
}

ApiResult<Permission> Rest::get_permission(const Repository& repository, const std::string& user,
                                           std::stop_token stop) {
    const auto response =
        send(repository, Use::read,
             {.path = path_of(repository) + "/collaborators/" + percent_encode(user) + "/permission"}, stop);
    if (!response && response.error().kind == ErrorKind::not_found) return Permission::none;
    return read_answer(response, &read_permission);
}

ApiResult<std::optional<std::string>> Rest::get_file(const Repository& repository, const std::string& path,
                                                     const std::string& ref, std::stop_token stop) {
    const auto encoded = encode_file_path(path);
    if (!encoded)
        return tl::make_unexpected(ApiError{0, ErrorKind::unprocessable, "not a path within a repository", {}});
    const auto response = send(repository, Use::read,
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

ApiResult<Listing<PullRequest>> Rest::list_open_pulls(const Repository& repository, std::stop_token stop) {
    return read_pages<PullRequest>(max_pull_pages, "", &read_pull_request, [&](const std::string& page) {
        return send(repository, Use::read,
                    {.path = path_of(repository) + "/pulls?state=open&sort=created&direction=asc" + page}, stop);
    });
}

ApiResult<Listing<RepositoryInfo>> Rest::list_installation_repositories(std::int64_t installation_id,
                                                                        std::stop_token stop) {
    return read_pages<RepositoryInfo>(max_repository_pages, "repositories", &read_repository,
                                      [&](const std::string& page) {
                                          return send({installation_id, 0, "", ""}, Use::list,
                                                      {.path = "/installation/repositories?" + page.substr(1)}, stop);
                                      });
}

}
