#include "service/github/answers.h"

#include <algorithm>

#include "platform/clock.h"
#include "platform/crypto.h"
#include "platform/url.h"

namespace benchgate::github {

namespace {

using json::Json;

/// {"ref", "sha", "repo": {...} or null when the fork was deleted}
std::optional<Side> read_side(const Json& side) {
    const auto sha = json::text(side, "sha");
    if (!sha) return std::nullopt;
    const Json& repository = json::at(side, "repo");
    return Side{json::text(side, "ref").value_or(""), *sha, json::integer(repository, "id").value_or(0),
                json::text(repository, "full_name").value_or("")};
}

}  // namespace

std::optional<CheckRunRef> read_check_run(const Json& document) {
    const auto id = json::integer(document, "id");
    if (!id) return std::nullopt;
    const auto annotations = json::integer(json::at(document, "output"), "annotations_count").value_or(0);
    return CheckRunRef{*id, json::text(document, "html_url").value_or(""),
                       json::text(document, "external_id").value_or(""),
                       static_cast<std::size_t>(std::max<std::int64_t>(0, annotations))};
}

std::optional<Comment> read_comment(const Json& document) {
    const auto id = json::integer(document, "id");
    if (!id) return std::nullopt;
    const Json& user = json::at(document, "user");
    return Comment{*id,
                   json::text(document, "html_url").value_or(""),
                   json::text(document, "body").value_or(""),
                   json::text(user, "login").value_or(""),
                   json::text(user, "type") == "Bot",
                   json::integer(json::at(document, "performed_via_github_app"), "id").value_or(0)};
}

std::optional<PullRequest> read_pull_request(const Json& document) {
    const auto number = json::integer(document, "number");
    const auto state = json::text(document, "state");
    auto base = read_side(json::at(document, "base"));
    auto head = read_side(json::at(document, "head"));
    if (!number || !state || !base || !head || base->repository_id == 0) return std::nullopt;
    PullRequest pull;
    pull.number = *number;
    pull.open = *state == "open";
    pull.draft = json::boolean(document, "draft").value_or(false);
    pull.merged = json::boolean(document, "merged").value_or(false);
    if (pull.merged) pull.merge_sha = json::text(document, "merge_commit_sha").value_or("");
    pull.title = json::text(document, "title").value_or("");
    pull.author = json::text(json::at(document, "user"), "login").value_or("");
    pull.updated_at = json::text(document, "updated_at").value_or("");
    pull.author_association = json::text(document, "author_association").value_or("");
    pull.from_fork = head->repository_id != base->repository_id;
    pull.base = std::move(*base);
    pull.head = std::move(*head);
    const Json& labels = json::at(document, "labels");
    if (labels.is_array())
        for (const auto& label : labels)
            if (auto name = json::text(label, "name")) pull.labels.push_back(std::move(*name));
    return pull;
}

std::optional<RepositoryInfo> read_repository(const Json& document) {
    const auto id = json::integer(document, "id");
    const auto owner = json::text(json::at(document, "owner"), "login");
    const auto name = json::text(document, "name");
    if (!id || !owner || !name) return std::nullopt;
    return RepositoryInfo{*id,
                          *owner,
                          *name,
                          json::text(document, "default_branch").value_or(""),
                          json::boolean(document, "private").value_or(true),
                          json::boolean(document, "archived").value_or(false),
                          json::text(document, "clone_url").value_or("")};
}

std::optional<Permission> read_permission(const Json& document) {
    const auto permission = json::text(document, "permission");
    if (!permission) return std::nullopt;
    if (permission == "admin") return Permission::admin;
    if (permission == "write" || permission == "maintain") return Permission::write;
    if (permission == "read" || permission == "triage") return Permission::read;
    return Permission::none;
}

std::optional<std::string> read_file(const platform::HttpResponse& response) {
    const std::string type = response.headers.get("Content-Type").value_or("");
    if (!type.starts_with("application/json")) return response.body;
    const auto document = json::parse(response.body);
    if (!document || json::text(*document, "encoding") != "base64") return std::nullopt;
    auto text = json::text(*document, "content");
    if (!text) return std::nullopt;
    std::erase_if(*text, [](char c) { return c == '\n' || c == '\r'; });
    return platform::base64_decode(*text);
}

std::string path_of(const Repository& repository) {
    return "/repos/" + platform::percent_encode(repository.owner) + "/" + platform::percent_encode(repository.name);
}

ApiError unreadable_answer(int status) {
    return {status, ErrorKind::server, "the answer lacks what it must hold", std::nullopt};
}

}
