#pragma once
// From a suspicion to a verdict: the ends of a change's range are compared by the gate's own test, in a run of low
// priority, and where several commits lie between, the search for the first bad commit goes on (searches.h: its first
// step is this very comparison). One at a time in a repository. Owns which commits are compared and what the outcome
// makes of the change; nothing is said on GitHub.

#include <functional>
#include <map>
#include <stop_token>

#include "service/store/changes.h"
#include "service/workers/searches.h"

namespace benchgate::workers {

class ChangeMeasuring {
  public:
    ChangeMeasuring(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now,
                    SearchWorker::Describe describe);
    /// One change begun or concluded; false: none is due.
    bool work(std::stop_token stop);

  private:
    bool begin_one(store::Tx& tx);
    bool conclude_one(std::stop_token stop);
    void conclude(store::Tx& tx, const store::ChangeRef& due, const std::optional<platform::CommitInfo>& info);
    store::Pool& pool_;
    reports::Addresses addresses_;
    std::function<store::Time()> now_;
    SearchWorker::Describe describe_;
};

}  // namespace benchgate::workers
