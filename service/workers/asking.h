#pragma once
// What intake must know before it can plan: the port, and its one implementation over GitHub, the mirrors and the
// store. The port has reading calls only, so whoever plans behind it cannot be made to write anywhere.

#include <optional>
#include <stop_token>
#include <string>

#include "core/planning/plan_input.h"
#include "service/github/rest.h"
#include "service/reports/run_report.h"
#include "service/workers/mirrors.h"
#include "service/workers/reach.h"

namespace benchgate::workers {

/// After the first few attempts to handle its delivery, a pull request that is not found is none; before, GitHub's
/// replicas may not have seen it yet.
struct PullAsked {
    std::int64_t number = 0;
    int attempts = 0;
};

/// All throw Later for what may pass, std::runtime_error for what will not mend itself.
class Asking {
  public:
    virtual ~Asking() = default;
    virtual planning::Permission permission(const github::Repository& repository, const std::string& login,
                                            std::stop_token stop) = 0;
    /// As GitHub states it at this moment.
    virtual planning::PullRequest pull(const github::Repository& repository, const PullAsked& asked,
                                       std::stop_token stop) = 0;
    /// The same; nullopt: it may not be read.
    virtual std::optional<planning::PullRequest> present_pull(const github::Repository& repository,
                                                              const PullAsked& asked, std::stop_token stop) = 0;
    virtual std::string association(const github::Repository& repository, std::int64_t number,
                                    std::stop_token stop) = 0;
    virtual Inspection inspect(const InspectRequest& request, std::stop_token stop) = 0;
    /// As Mirrors has it: the repository's own commits only.
    virtual std::optional<OwnCommit> resolve(const github::Repository& repository, const std::string& name,
                                             std::stop_token stop) = 0;
    virtual OwnRange range(const github::Repository& repository, const std::string& good, const std::string& bad,
                           std::size_t limit, std::stop_token stop) = 0;
    /// The newest commits of a branch along first parents, oldest first, as Mirrors has it.
    virtual std::vector<std::string> line(const github::Repository& repository, const std::string& branch,
                                          const std::string& sha, std::size_t limit, std::stop_token stop) = 0;
    /// What claims are measured against: the same as `resolve`, for each of these names.
    virtual std::vector<planning::ClaimedRef> claimed(const github::Repository& repository,
                                                      const std::vector<std::string>& names, std::stop_token stop) = 0;
    /// All that an installation may see; nullopt: it is ended or suspended meanwhile, an event of its own says so.
    virtual std::optional<Listed> repositories(std::int64_t installation_id, std::stop_token stop) = 0;
    virtual bool same_tree(const github::Repository& repository, const std::string& one, const std::string& other) = 0;
    virtual std::optional<std::int64_t> open_pull_of_head(std::int64_t repository_id, const std::string& head_sha) = 0;
    /// Of the newest finished run of the pull request.
    virtual std::optional<planning::MeasuredAnswer> measured_answer(std::int64_t repository_id,
                                                                    std::int64_t number) = 0;
};

class GithubAsking final : public Asking {
  public:
    /// Without a store nothing is known of earlier runs.
    GithubAsking(store::Pool* pool, github::Rest& rest, Mirrors& mirrors, reports::Addresses addresses)
        : pool_(pool), rest_(rest), mirrors_(mirrors), addresses_(std::move(addresses)) {}

    planning::Permission permission(const github::Repository& repository, const std::string& login,
                                    std::stop_token stop) override;
    planning::PullRequest pull(const github::Repository& repository, const PullAsked& asked,
                               std::stop_token stop) override;
    std::optional<planning::PullRequest> present_pull(const github::Repository& repository, const PullAsked& asked,
                                                      std::stop_token stop) override;
    std::string association(const github::Repository& repository, std::int64_t number, std::stop_token stop) override;
    Inspection inspect(const InspectRequest& request, std::stop_token stop) override {
        return mirrors_.inspect(request, stop);
    }
    std::optional<OwnCommit> resolve(const github::Repository& repository, const std::string& name,
                                     std::stop_token stop) override {
        return mirrors_.resolve(repository, name, stop);
    }
    OwnRange range(const github::Repository& repository, const std::string& good, const std::string& bad,
                   std::size_t limit, std::stop_token stop) override {
        return mirrors_.range(repository, good, bad, limit, stop);
    }
    std::vector<std::string> line(const github::Repository& repository, const std::string& branch,
                                  const std::string& sha, std::size_t limit, std::stop_token stop) override {
        return mirrors_.line(repository, branch, sha, limit, stop);
    }
    std::vector<planning::ClaimedRef> claimed(const github::Repository& repository,
                                              const std::vector<std::string>& names, std::stop_token stop) override;
    std::optional<Listed> repositories(std::int64_t installation_id, std::stop_token stop) override;
    bool same_tree(const github::Repository& repository, const std::string& one, const std::string& other) override {
        return mirrors_.same_tree(repository, one, other);
    }
    std::optional<std::int64_t> open_pull_of_head(std::int64_t repository_id, const std::string& head_sha) override;
    std::optional<planning::MeasuredAnswer> measured_answer(std::int64_t repository_id, std::int64_t number) override;

  private:
    store::Pool* pool_;
    github::Rest& rest_;
    Mirrors& mirrors_;
    reports::Addresses addresses_;
};

/// A pull request of GitHub's API as planning wants it.
planning::PullRequest planning_pull(const github::PullRequest& found);

/// The same two for whoever has the store only.
std::optional<std::int64_t> stored_pull_of_head(store::Pool& pool, std::int64_t repository_id,
                                                const std::string& head_sha);
std::optional<planning::MeasuredAnswer> stored_answer(store::Pool& pool, std::int64_t repository_id,
                                                      std::int64_t number, const reports::Addresses& addresses);

}  // namespace benchgate::workers
