#pragma once
// Repositories that GitHub answered under another name than they were asked for. Written down afterwards and not where
// it was noticed: that may be in the middle of a transaction which holds the very row.

#include <functional>
#include <map>
#include <stop_token>

#include "platform/sync.h"
#include "service/github/rest.h"
#include "service/store/pool.h"

namespace benchgate::workers {

class Renames {
  public:
    Renames(store::Pool& pool, std::function<store::Time()> now) : pool_(pool), now_(std::move(now)) {}
    /// From any thread, within any transaction.
    void note(const github::RepositoryInfo& repository);
    /// Writes one down; false: there is none.
    bool work(std::stop_token stop);

  private:
    store::Pool& pool_;
    std::function<store::Time()> now_;
    platform::Sync<std::map<std::int64_t, github::RepositoryInfo>> noted_;
};

}  // namespace benchgate::workers
