#pragma once
// How the programs of the service reach PostgreSQL: by the given URL, or through the private cluster of the state
// folder, which the serving process runs and other commands (runner-token, migrate) only visit.

#include <memory>
#include <string>

#include "service/cluster/private_cluster.h"
#include "service/settings.h"
#include "service/store/pool.h"

namespace benchgate::service {

class Database {
  public:
    /// serve = true: the private cluster is started here. Otherwise a running one is used, and one is started for the
    /// time of the command if none runs. The schema is brought up to date. Throws.
    Database(const Settings& settings, bool serve);
    store::Pool& pool() { return *pool_; }
    const std::string& url() const { return url_; }

  private:
    std::unique_ptr<cluster::PrivateCluster> cluster_;  // outlives the pool
    std::string url_;
    std::unique_ptr<store::Pool> pool_;
};

}  // namespace benchgate::service
