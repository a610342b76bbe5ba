#pragma once
// Repositories that the App is installed on, keyed by GitHub's id: a rename keeps its history.

#include <vector>

#include "service/store/pool.h"

namespace benchgate::store {

struct RepositoryRow {
    std::int64_t repository_id = 0;
    std::string owner;
    std::string name;
    std::string default_branch;
    std::int64_t installation_id = 0;
    bool is_private = false;
    bool active = true;  ///< false: removed or suspended; nothing new is started, data stays
    bool operator==(const RepositoryRow&) const = default;
};

void upsert_repository(Tx& tx, const RepositoryRow& row, Time now);
/// False: it is called so already, or unknown.
bool rename_repository(Tx& tx, std::int64_t repository_id, const std::string& owner, const std::string& name, Time now);
std::optional<RepositoryRow> find_repository(Tx& tx, std::int64_t repository_id);
/// Without regard to case, as on GitHub. Of several with one name (an old one was renamed away) the last updated.
std::optional<RepositoryRow> find_repository(Tx& tx, const std::string& owner, const std::string& name);
std::vector<RepositoryRow> list_repositories(Tx& tx);
/// One repository: archived, deleted, taken out of the installation, or back again. False: not known, or so already.
bool set_repository_active(Tx& tx, std::int64_t repository_id, bool active, Time now);
/// Returns how many repositories changed. Suspension, unsuspension and removal of an installation.
std::size_t set_installation_active(Tx& tx, std::int64_t installation_id, bool active, Time now);

}
