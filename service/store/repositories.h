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
    bool active = true;  ///< in reach; false: taken out, suspended or archived: no job is leased, data stays
    bool operator==(const RepositoryRow&) const = default;
};

/// Names, installation and default branch. active: it is installed, though perhaps suspended or archived; not active:
/// what is known of that stays as it is. A repository that comes under another installation is installed there.
void upsert_repository(Tx& tx, const RepositoryRow& row, Time now);
/// False: it is called so already, or unknown.
bool rename_repository(Tx& tx, std::int64_t repository_id, const std::string& owner, const std::string& name, Time now);
std::optional<RepositoryRow> find_repository(Tx& tx, std::int64_t repository_id);
/// Without regard to case, as on GitHub. Of several with one name (an old one was renamed away) the last updated.
std::optional<RepositoryRow> find_repository(Tx& tx, const std::string& owner, const std::string& name);
std::vector<RepositoryRow> list_repositories(Tx& tx);
std::vector<RepositoryRow> repositories_of(Tx& tx, std::int64_t installation_id);

struct InstalledRepository {
    std::int64_t repository_id = 0;
    std::int64_t installation_id = 0;
};
/// Deleted or taken out of the installation, or back again. False: unknown, so already, or another installation has it
/// by now: the former one says that it lost it, and may say so late.
bool set_repository_installed(Tx& tx, const InstalledRepository& repository, bool installed, Time now);
/// False: unknown, or so already.
bool set_repository_archived(Tx& tx, std::int64_t repository_id, bool archived, Time now);
/// All that the installation holds: suspended or ended, or not any more. Returns how many changed.
std::size_t set_installation_suspended(Tx& tx, std::int64_t installation_id, bool suspended, Time now);

}
