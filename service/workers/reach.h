#pragma once
// What the App reaches, as rows: repositories as events name them, installations that come, go and change. And the one
// check that a configuration with mistakes gets. Plans nothing.

#include <functional>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "core/planning/events.h"
#include "service/github/rest.h"
#include "service/store/pool.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/workers/announce.h"

namespace benchgate::workers {

/// The repository as the event names it: a rename or transfer keeps its id and so its history.
void remember(store::Tx& tx, const planning::EventSource& source, store::Time now);

using Listed = github::Listing<github::RepositoryInfo>;

/// Gone from its installation: its runs are cancelled, its data stay.
void take_out(store::Tx& tx, const store::InstalledRepository& repository, store::Time now);
/// The installation's repositories are these, and if the list is whole, no others.
void take_listed(store::Tx& tx, std::int64_t installation_id, const Listed& listed, store::Time now);

/// Is the event's own list of repositories all there is to know? Otherwise GitHub is to be asked for it.
bool must_be_asked(const planning::InstallationEvent& event);

/// Nothing is leased for what is out of reach; its data stay. What may come back (suspended, archived) keeps its jobs
/// waiting, and what is gone (deleted, taken out) has its runs cancelled. What comes back is told what it missed.
/// `listed`: all that the installation may see, if it was asked for.
std::function<void(store::Tx&, store::Time)> reach_of(const planning::InstallationEvent& event,
                                                      std::optional<Listed> listed = std::nullopt);
std::function<void(store::Tx&, store::Time)> reach_of(const planning::RepositoryEvent& event);

CheckItem config_check(const std::string& head_sha, const std::vector<config::ConfigError>& errors);

/// As the store keeps it.
store::PullRequestRow row_of(const planning::EventSource& source, const planning::PullRequest& pull);

}  // namespace benchgate::workers
