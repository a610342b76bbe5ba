#pragma once
// Answers to intake's questions for somebody who only wants to know what would happen: with a configuration of his own,
// and without GitHub by assumptions, each of which is told.

#include <algorithm>
#include <string>
#include <vector>

#include "service/workers/asking.h"

namespace benchgate::workers {

struct Suppositions {
    std::optional<std::string> config;  ///< the .benchgate.yml, whatever the repository holds
    planning::Permission permission = planning::Permission::write;
};

class Supposing : public Asking {
  public:
    /// `real` answers what is not supposed; nullptr: nobody is asked. `pool`: what the store knows; may be nullptr.
    Supposing(Suppositions suppositions, Asking* real, store::Pool* pool, reports::Addresses addresses)
        : given_(std::move(suppositions)), real_(real), pool_(pool), addresses_(std::move(addresses)) {}
    /// A clause each, in the order in which they were made.
    const std::vector<std::string>& told() const { return told_; }

    planning::Permission permission(const github::Repository& repository, const std::string& login,
                                    std::stop_token stop) override;
    planning::PullRequest pull(const github::Repository& repository, const PullAsked& asked,
                               std::stop_token stop) override;
    std::optional<planning::PullRequest> present_pull(const github::Repository& repository, const PullAsked& asked,
                                                      std::stop_token stop) override;
    std::string association(const github::Repository& repository, std::int64_t number, std::stop_token stop) override;
    Inspection inspect(const InspectRequest& request, std::stop_token stop) override;
    std::optional<OwnCommit> resolve(const github::Repository& repository, const std::string& name,
                                     std::stop_token stop) override;
    std::vector<std::string> line(const github::Repository& repository, const std::string& branch,
                                  const std::string& sha, std::size_t limit, std::stop_token stop) override;
    std::vector<planning::ClaimedRef> claimed(const github::Repository& repository,
                                              const std::vector<std::string>& names, std::stop_token stop) override;
    OwnRange range(const github::Repository& repository, const std::string& good, const std::string& bad,
                   std::size_t limit, std::stop_token stop) override;
    std::optional<Listed> repositories(std::int64_t installation_id, std::stop_token stop) override;
    bool same_tree(const github::Repository& repository, const std::string& one, const std::string& other) override;
    std::optional<std::int64_t> open_pull_of_head(std::int64_t repository_id, const std::string& head_sha) override;
    std::optional<planning::MeasuredAnswer> measured_answer(std::int64_t repository_id, std::int64_t number) override;

  private:
    /// Once, however often it is needed.
    void tell(std::string supposition) {
        if (std::find(told_.begin(), told_.end(), supposition) == told_.end()) told_.push_back(std::move(supposition));
    }
    Suppositions given_;
    Asking* real_;
    store::Pool* pool_;
    reports::Addresses addresses_;
    std::vector<std::string> told_;
};

}  // namespace benchgate::workers
