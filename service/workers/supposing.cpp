#include "service/workers/supposing.h"

#include <fmt/format.h>

#include "core/planning/events.h"
#include "service/store/pull_requests.h"

namespace benchgate::workers {
namespace {

const char* word(planning::Permission permission) {
    switch (permission) {
        case planning::Permission::none:
            return "no";
        case planning::Permission::read:
            return "read";
        case planning::Permission::write:
            return "write";
        case planning::Permission::admin:
            return "admin";
    }
    return "";
}

}  // namespace

planning::Permission Supposing::permission(const github::Repository& repository, const std::string& login,
                                           std::stop_token stop) {
    if (real_) return real_->permission(repository, login, stop);
    tell(fmt::format("{} has {} permission", login, word(given_.permission)));
    return given_.permission;
}

planning::PullRequest Supposing::pull(const github::Repository& repository, const PullAsked& asked,
                                      std::stop_token stop) {
    if (real_) return real_->pull(repository, asked, stop);
    const auto number = asked.number;
    const auto known =
        pool_ ? pool_->transaction([&](store::Tx& tx) { return store::find_pull_request(tx, repository.id, number); })
              : std::nullopt;
    if (!known)
        throw std::runtime_error(fmt::format(
            "the head of pull request #{} is not in this payload, and nothing here knows it: GitHub must be "
            "asked (credentials of the App, and no --offline)",
            number));
    tell(fmt::format("pull request #{} is as it was last heard of: head {}, {}", number, known->head_sha,
                     known->open ? "open" : "closed"));
    planning::PullRequest pull;
    pull.number = number;
    pull.head_sha = pull.base_sha = known->head_sha;
    pull.base_ref = known->base_ref;
    pull.head_repository = known->head_full_name;
    pull.fork = known->fork;
    pull.open = known->open;
    pull.draft = known->draft.value_or(false);
    return pull;
}

std::optional<planning::PullRequest> Supposing::present_pull(const github::Repository& repository,
                                                             const PullAsked& asked, std::stop_token stop) {
    if (real_) return real_->present_pull(repository, asked, stop);
    tell(fmt::format("pull request #{} is still as its event tells", asked.number));
    return std::nullopt;
}

std::string Supposing::association(const github::Repository& repository, std::int64_t number, std::stop_token stop) {
    if (real_) return real_->association(repository, number, stop);
    tell("nothing is known of the author of the fork");
    return "";
}

Inspection Supposing::inspect(const InspectRequest& request, std::stop_token stop) {
    Inspection found;
    if (real_) {
        found = real_->inspect(request, stop);
    } else {
        if (!given_.config)
            throw std::runtime_error(
                "the .benchgate.yml of the base is not in this payload: give one with --config FILE, or let GitHub be "
                "asked (credentials of the App, and no --offline)");
        found.base = request.base_sha;
        if (request.merge_base) tell(fmt::format("the merge-base is {}", request.base_sha));
        tell("every path list of the suites matches");
    }
    if (given_.config) {
        tell("the base has the given configuration");
        found.config = given_.config;
    }
    return found;
}

std::optional<OwnCommit> Supposing::resolve(const github::Repository& repository, const std::string& name,
                                            std::stop_token stop) {
    if (real_) return real_->resolve(repository, name, stop);
    if (!planning::is_sha(name)) throw std::runtime_error("which commit " + name + " is must be asked of GitHub");
    tell(fmt::format("the repository has the commit {}", name));
    return OwnCommit{name, ""};
}

std::vector<std::string> Supposing::line(const github::Repository& repository, const std::string& branch,
                                         const std::string& sha, std::size_t limit, std::stop_token stop) {
    if (real_) return real_->line(repository, branch, sha, limit, stop);
    return {sha};
}

std::vector<planning::ClaimedRef> Supposing::claimed(const github::Repository& repository,
                                                     const std::vector<std::string>& names, std::stop_token stop) {
    if (real_) return real_->claimed(repository, names, stop);
    std::vector<planning::ClaimedRef> refs;
    for (const auto& name : names) {
        tell(fmt::format("the repository has the commit {}, which claims speak of", name));
        refs.push_back({name, planning::is_sha(name) ? name : std::string(40, '0'), "refs/tags/" + name});
    }
    return refs;
}

OwnRange Supposing::range(const github::Repository& repository, const std::string& good, const std::string& bad,
                          std::size_t limit, std::stop_token stop) {
    if (real_) return real_->range(repository, good, bad, limit, stop);
    throw std::runtime_error(fmt::format("which commits lie in {}..{} must be asked of GitHub", good, bad));
}

std::optional<Listed> Supposing::repositories(std::int64_t installation_id, std::stop_token stop) {
    if (real_) return real_->repositories(installation_id, stop);
    tell(fmt::format("installation {} sees what its event names", installation_id));
    return std::nullopt;
}

bool Supposing::same_tree(const github::Repository& repository, const std::string& one, const std::string& other) {
    if (real_) return real_->same_tree(repository, one, other);
    tell(fmt::format("{} and {} hold different files", one.substr(0, 9), other.substr(0, 9)));
    return false;
}

std::optional<std::int64_t> Supposing::open_pull_of_head(std::int64_t repository_id, const std::string& head_sha) {
    return pool_ ? stored_pull_of_head(*pool_, repository_id, head_sha) : std::nullopt;
}

std::optional<planning::MeasuredAnswer> Supposing::measured_answer(std::int64_t repository_id, std::int64_t number) {
    return pool_ ? stored_answer(*pool_, repository_id, number, addresses_) : std::nullopt;
}

}  // namespace benchgate::workers
