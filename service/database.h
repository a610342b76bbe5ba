#pragma once
// How the programs of the service reach PostgreSQL: by the given URL, or through the private cluster of the state
// folder, which the serving process runs and other commands (runner-token, migrate) only visit.

#include <memory>
#include <optional>
#include <string>

#include "platform/folder_lock.h"
#include "service/cluster/private_cluster.h"
#include "service/settings.h"
#include "service/store/pool.h"

namespace benchgate::service {

class Database {
  public:
    /// serve = true: the private cluster is started here; the caller has locked the state folder. Otherwise a running
    /// one is used, and one that is there is started for the time of the command. The schema is brought up to date.
    /// Throws.
    Database(const Settings& settings, bool serve);
    store::Pool& pool() { return *pool_; }
    const std::string& url() const { return url_; }

  private:
    void lock_for_visit(const Settings& settings);
    std::optional<platform::FolderLock> lock_;
    std::unique_ptr<cluster::PrivateCluster> cluster_;  // outlives the pool
    std::string url_;
    std::unique_ptr<store::Pool> pool_;
};

/// The store of a service, to look into: the server refuses every write. Nothing is started and nothing brought up to
/// date for it.
struct ReadOnlyVisit {
    std::unique_ptr<store::Pool> pool;  ///< empty: there is none
    std::string why;                    ///< why, as a clause
};
ReadOnlyVisit visit_read_only(const Settings& settings);

}  // namespace benchgate::service
