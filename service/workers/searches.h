#pragma once
// Searches for the first bad commit, step by step: when the run of a step is over, its verdict is written down, the
// next commit is compared or the search ends, and the comment that follows it is renewed; all in one transaction, so
// that a crash repeats a step's decision and never its run. Owns the order of these things; which commit comes next is
// core/planning, the words are core/reporting.

#include <functional>
#include <map>
#include <stop_token>

#include "platform/git.h"
#include "service/github/rest.h"
#include "service/reports/run_report.h"
#include "service/store/searches.h"
#include "service/workers/planned_runs.h"

namespace benchgate::workers {

/// The first step of a search, `first` being its run; returns the search's id. Empty, and nothing happens: the same
/// request has begun one before, or one for this benchmark is open.
std::string begin_search(store::Tx& tx, const planning::PlannedBisection& planned, const planning::PlannedRun& first,
                         const RunGround& ground, const reports::Addresses& addresses, store::Time now);

/// Ends it and its step under way, and says so where it was asked for.
void cancel_search(store::Tx& tx, std::int64_t repository_id, const std::string& search_id,
                   const reports::Addresses& addresses, store::Time now);

class SearchWorker {
  public:
    /// Subject and author of a commit; nullopt: they are left out.
    using Describe = std::function<std::optional<platform::CommitInfo>(const github::Repository&,
                                                                       const std::string& sha, std::stop_token)>;
    SearchWorker(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now, Describe describe);
    /// One step of one search; false: none is due.
    bool work(std::stop_token stop);

  private:
    void advance(store::Tx& tx, const store::DueSearch& due, const std::optional<platform::CommitInfo>& info);
    void give_up(const store::DueSearch& due, const std::string& reason);
    store::Pool& pool_;
    reports::Addresses addresses_;
    std::function<store::Time()> now_;
    Describe describe_;
    std::map<std::string, int> failures_;  ///< in a row, by search; of the one loop that calls work()
};

}  // namespace benchgate::workers
