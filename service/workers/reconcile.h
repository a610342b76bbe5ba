#pragma once
// The loop body that compares what is known with what GitHub says now, once a day and after a time away: installations
// and their repositories, then the open pull requests of one repository after the other. What differs goes into the
// inbox as a delivery of its own origin, so that it is planned by the same hands as a webhook. One process at a time.
// What differs is decided in core/planning/reconcile.h.

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "service/github/app_rest.h"
#include "service/store/recovery.h"

namespace benchgate::workers {

struct ReconcileOptions {
    std::chrono::hours every{24};
    std::chrono::milliseconds pause{50};  ///< between two repositories or installations
    std::size_t most_at_once = 500;       ///< pull requests of one repository
};

class ReconcileWorker {
  public:
    ReconcileWorker(store::Pool& pool, const github::Tokens& tokens, github::AppRest& app, github::Rest& rest,
                    std::function<store::Time()> now, ReconcileOptions options);
    /// Gives way to another process.
    ~ReconcileWorker();
    ReconcileWorker(const ReconcileWorker&) = delete;
    ReconcileWorker& operator=(const ReconcileWorker&) = delete;

    /// The reach, or one repository; false: nothing is due, or another process does it.
    bool work(std::stop_token stop);

  private:
    bool leads(store::Time now);
    bool compare_reach(std::int64_t app_id, std::stop_token stop);
    void compare_installation(const github::Installation& installation, std::stop_token stop);
    bool compare_pulls(const store::ToReconcile& due, std::stop_token stop);
    /// Nothing of it was ever planned, and its default branch has no configuration.
    github::ApiResult<bool> has_nothing_to_plan(const github::Repository& repository, const std::string& branch,
                                                std::stop_token stop);
    std::size_t enqueue(const store::RepositoryRow& repository, const github::PullRequest& pull);
    /// False: the comparison goes on with others at once.
    bool put_off(const github::Repository& repository, const github::ApiError& error);

    store::Pool& pool_;
    const github::Tokens& tokens_;
    github::AppRest& app_;
    github::Rest& rest_;
    std::function<store::Time()> now_;
    ReconcileOptions options_;
    std::string holder_;
    std::map<std::int64_t, store::Time> resting_;  ///< installations that GitHub asked to wait
    std::map<std::int64_t, store::Time> aside_;    ///< repositories that GitHub could not tell of
    store::Time not_before_{};
};

}  // namespace benchgate::workers
