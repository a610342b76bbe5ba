#include "service/workers/asking.h"

#include <fmt/format.h>

#include "core/reporting/check.h"
#include "service/store/pull_requests.h"
#include "service/store/runs.h"

namespace benchgate::workers {
namespace {

constexpr int most_runs_of_pull = 200;

planning::Permission permission_from(github::Permission permission) {
    switch (permission) {
        case github::Permission::admin:
            return planning::Permission::admin;
        case github::Permission::write:
            return planning::Permission::write;
        case github::Permission::read:
            return planning::Permission::read;
        case github::Permission::none:
            break;
    }
    return planning::Permission::none;
}

constexpr std::chrono::seconds pause{3};
/// A pull request that GitHub's replicas have not seen yet.
constexpr int most_lookups = 4;

[[noreturn]] void throw_api(const github::ApiError& error, const std::string& doing) {
    if (error.retry_at) throw Later(fmt::format("{}: {}", doing, error.message), pause);
    throw std::runtime_error(fmt::format("{}: {}", doing, error.message));
}

[[noreturn]] void throw_pull(const github::ApiError& error, int attempts) {
    if (error.kind == github::ErrorKind::not_found && attempts < most_lookups)
        throw Later("the pull request is not there yet", pause);
    throw_api(error, "pull request");
}

}  // namespace

planning::Permission GithubAsking::permission(const github::Repository& repository, const std::string& login,
                                              std::stop_token stop) {
    const auto permission = rest_.get_permission(repository, login, stop);
    if (!permission) throw_api(permission.error(), "permission of " + login);
    return permission_from(*permission);
}

std::vector<planning::ClaimedRef> GithubAsking::claimed(const github::Repository& repository,
                                                        const std::vector<std::string>& names, std::stop_token stop) {
    std::vector<planning::ClaimedRef> refs;
    for (const auto& name : names) {
        const auto own = mirrors_.resolve(repository, name, stop);
        refs.push_back({name, own ? std::optional(own->sha) : std::nullopt, own ? own->ref : ""});
    }
    return refs;
}

std::string GithubAsking::association(const github::Repository& repository, std::int64_t number, std::stop_token stop) {
    const auto found = rest_.get_pull_request(repository, number, stop);
    if (!found) throw_api(found.error(), "pull request");
    return found->author_association;
}

planning::PullRequest GithubAsking::pull(const github::Repository& repository, const PullAsked& asked,
                                         std::stop_token stop) {
    const auto found = rest_.get_pull_request(repository, asked.number, stop);
    if (!found) throw_pull(found.error(), asked.attempts);
    return planning_pull(*found);
}

std::optional<planning::PullRequest> GithubAsking::present_pull(const github::Repository& repository,
                                                                const PullAsked& asked, std::stop_token stop) {
    const auto found = rest_.get_pull_request(repository, asked.number, stop);
    if (found) return planning_pull(*found);
    const auto kind = found.error().kind;
    if (kind == github::ErrorKind::forbidden) return std::nullopt;
    if (kind == github::ErrorKind::not_found && asked.attempts >= most_lookups) return std::nullopt;
    throw_pull(found.error(), asked.attempts);
}

std::optional<Listed> GithubAsking::repositories(std::int64_t installation_id, std::stop_token stop) {
    auto listed = rest_.list_installation_repositories(installation_id, stop);
    if (!listed && listed.error().retry_at) throw_api(listed.error(), "repositories of an installation");
    if (!listed) return std::nullopt;
    return std::move(*listed);
}

std::optional<std::int64_t> GithubAsking::open_pull_of_head(std::int64_t repository_id, const std::string& head_sha) {
    return pool_ ? stored_pull_of_head(*pool_, repository_id, head_sha) : std::nullopt;
}

std::optional<planning::MeasuredAnswer> GithubAsking::measured_answer(std::int64_t repository_id, std::int64_t number) {
    return pool_ ? stored_answer(*pool_, repository_id, number, addresses_) : std::nullopt;
}

planning::PullRequest planning_pull(const github::PullRequest& found) {
    planning::PullRequest pull;
    pull.number = found.number;
    pull.head_sha = found.head.sha;
    pull.head_ref = found.head.ref;
    if (!found.head.repository.empty()) pull.head_repository = found.head.repository;
    pull.base_ref = found.base.ref;
    pull.base_sha = found.base.sha;
    pull.fork = found.from_fork;
    pull.draft = found.draft;
    pull.open = found.open;
    pull.merged = found.merged;
    pull.merge_sha = found.merge_sha;
    pull.author = found.author;
    pull.updated_at = found.updated_at;
    return pull;
}

std::optional<std::int64_t> stored_pull_of_head(store::Pool& pool, std::int64_t repository_id,
                                                const std::string& head_sha) {
    return pool.transaction([&](store::Tx& tx) { return store::open_pull_of_head(tx, repository_id, head_sha); });
}

std::optional<planning::MeasuredAnswer> stored_answer(store::Pool& pool, std::int64_t repository_id,
                                                      std::int64_t number, const reports::Addresses& addresses) {
    return pool.transaction([&](store::Tx& tx) -> std::optional<planning::MeasuredAnswer> {
        for (const auto& run : store::list_runs(tx, repository_id, number, most_runs_of_pull)) {
            const bool of_pull = run.kind == model::RunKind::pull_request || run.kind == model::RunKind::command;
            if (!of_pull || run.state != model::RunState::finished) continue;
            const auto check = reporting::render_check(reports::run_report(tx, run, addresses), {});
            return planning::MeasuredAnswer{run.run_id, run.merge_base, run.head_sha, check.conclusion, check.title};
        }
        return std::nullopt;
    });
}

}  // namespace benchgate::workers
