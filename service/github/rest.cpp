#include "service/github/rest.h"

#include <algorithm>
#include <stdexcept>

#include "platform/url.h"
#include "service/github/answers.h"

namespace benchgate::github {

namespace {

using platform::percent_encode;

constexpr int page_size = 100;
constexpr int max_pages = 10;

/// Within a line it may be a word that somebody said and that an answer quotes.
bool has_line(std::string_view text, std::string_view start) {
    for (auto at = text.find(start); at != std::string_view::npos; at = text.find(start, at + 1))
        if (at == 0 || text[at - 1] == '\n') return true;
    return false;
}

}  // namespace

Rest::Rest(const Api& api, Tokens& tokens) : api_(api), tokens_(tokens) {}

Rest Rest::within(Effort& effort) const {
    Rest counted = *this;
    counted.effort_ = &effort;
    return counted;
}

ApiResult<ApiResponse> Rest::send(const Repository& repository, Use use, Call call, std::stop_token stop) {
    call.installation_id = repository.installation_id;
    call.effort = effort_;
    auto response = api_.send(
        call,
        [&](const std::string& refused, std::stop_token token) {
            return tokens_.bearer(repository, use, refused, token);
        },
        stop);
    if (response && response->moved) learn_name(repository, stop);
    return response;
}

/// The redirect leads to the repository's number; its new name stands in what is found there.
void Rest::learn_name(const Repository& repository, std::stop_token stop) {
    if (!renamed_ || repository.id == 0) return;
    const auto bearer = [&](const std::string& refused, std::stop_token token) {
        return tokens_.bearer(repository, Use::read, refused, token);
    };
    const auto found = read_answer(api_.send({.path = "/repositories/" + std::to_string(repository.id),
                                              .installation_id = repository.installation_id,
                                              .effort = effort_},
                                             bearer, stop),
                                   &read_repository);
    // Not found out this time: the next redirect is another chance.
    if (found && found->id == repository.id) renamed_(*found);
}

ApiResult<CheckRunRef> Rest::add_annotations(const Repository& repository, CheckRunRef made, const CheckRun& check,
                                             std::size_t first, std::stop_token stop) {
    const auto end = std::min(check.annotations.size(), limits::annotations_sent);
    for (; first < end && !check.title.empty(); first += limits::annotations) {
        auto updated = read_answer(send(repository, Use::check,
                                        {.method = "PATCH",
                                         .path = path_of(repository) + "/check-runs/" + std::to_string(made.id),
                                         .body = update_check_body(check, first)},
                                        stop),
                                   &read_check_run);
        if (!updated) return updated;
        made = std::move(*updated);
    }
    return made;
}

ApiResult<CheckRunRef> Rest::create_check_run(const Repository& repository, const CheckRun& check,
                                              std::stop_token stop) {
    auto made = read_answer(send(repository, Use::check,
                                 {.method = "POST",
                                  .path = path_of(repository) + "/check-runs",
                                  .body = create_check_body(check),
                                  .object_is_new = true},
                                 stop),
                            &read_check_run);
    if (!made) return made;
    return add_annotations(repository, std::move(*made), check, limits::annotations, stop);
}

ApiResult<CheckRunRef> Rest::update_check_run(const Repository& repository, std::int64_t id, const CheckRun& check,
                                              std::stop_token stop, std::size_t annotations_there) {
    auto updated = read_answer(send(repository, Use::check,
                                    {.method = "PATCH",
                                     .path = path_of(repository) + "/check-runs/" + std::to_string(id),
                                     .body = update_check_body(check, annotations_there)},
                                    stop),
                               &read_check_run);
    if (!updated) return updated;
    return add_annotations(repository, std::move(*updated), check, annotations_there + limits::annotations, stop);
}

ApiResult<std::optional<CheckRunRef>> Rest::find_check_run(const Repository& repository, const std::string& sha,
                                                           const std::string& name, const std::string& external_id,
                                                           std::stop_token stop) {
    std::optional<CheckRunRef> latest;
    for (int page = 1; page <= max_pages; ++page) {
        const auto response = send(repository, Use::check,
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

ApiResult<void> Rest::create_status(const Repository& repository, const std::string& sha, const CommitStatus& status,
                                    std::stop_token stop) {
    const auto response = send(repository, Use::status,
                               {.method = "POST",
                                .path = path_of(repository) + "/statuses/" + percent_encode(sha),
                                .body = status_body(status),
                                .object_is_new = true},
                               stop);
    if (!response) return tl::make_unexpected(response.error());
    return {};
}

ApiResult<Comment> Rest::create_comment(const Repository& repository, std::int64_t issue, std::string_view markdown,
                                        std::stop_token stop) {
    return read_answer(send(repository, Use::comment,
                            {.method = "POST",
                             .path = path_of(repository) + "/issues/" + std::to_string(issue) + "/comments",
                             .body = comment_body(markdown)},
                            stop),
                       &read_comment);
}

ApiResult<Comment> Rest::update_comment(const Repository& repository, std::int64_t comment, std::string_view markdown,
                                        std::stop_token stop) {
    return read_answer(send(repository, Use::comment,
                            {.method = "PATCH",
                             .path = path_of(repository) + "/issues/comments/" + std::to_string(comment),
                             .body = comment_body(markdown)},
                            stop),
                       &read_comment);
}

ApiResult<std::optional<Comment>> Rest::find_comment(const Repository& repository, std::int64_t issue,
                                                     std::string_view marker, std::stop_token stop) {
    const std::int64_t app_id = tokens_.app_id();
    std::optional<Comment> newest;
    for (int page = 1; page <= max_pages; ++page) {
        const auto response =
            send(repository, Use::comment,
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
            if (ours && has_line(comment->body, marker) && (!newest || newest->id < comment->id))
                newest = std::move(*comment);
        }
        if (document->size() < page_size) break;
    }
    return newest;
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
        send(repository, Use::comment,
             {.method = "POST",
              .path = path_of(repository) + "/issues/comments/" + std::to_string(comment) + "/reactions",
              .body = reaction_body(reaction)},
             stop);
    if (!response) return tl::make_unexpected(response.error());
    return {};
}

}
