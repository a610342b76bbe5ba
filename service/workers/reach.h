#pragma once
// What the App reaches, as rows: repositories as events name them, installations that come, go and change. And the one
// check that a configuration with mistakes gets. Plans nothing.

#include <functional>
#include <string>
#include <vector>

#include "core/config/config.h"
#include "core/planning/events.h"
#include "service/store/pool.h"
#include "service/workers/announce.h"

namespace benchgate::workers {

/// The repository as the event names it: a rename or transfer keeps its id and so its history.
void remember(store::Tx& tx, const planning::EventSource& source, store::Time now);

/// Nothing is started for what is out of reach; its data stay.
std::function<void(store::Tx&, store::Time)> reach_of(const planning::InstallationEvent& event);
std::function<void(store::Tx&, store::Time)> reach_of(const planning::RepositoryEvent& event);

CheckItem config_check(const std::string& head_sha, const std::vector<config::ConfigError>& errors);

}  // namespace benchgate::workers
