#pragma once
// The clock-driven chores: lost leases are reaped, runs whose jobs have begun are announced as in progress, what is old
// is pruned. Every process does them; states make doing a piece twice harmless.

#include <functional>
#include <stop_token>

#include "service/reports/run_report.h"
#include "service/store/pool.h"

namespace benchgate::workers {

class Reaper {
  public:
    Reaper(store::Pool& pool, std::function<store::Time()> now);
    /// Always false: one round at a time.
    bool work(std::stop_token stop);

  private:
    store::Pool& pool_;
    std::function<store::Time()> now_;
};

class ProgressWatch {
  public:
    ProgressWatch(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now);
    /// Runs that were queued and have a job under way become running, and their check in_progress.
    bool work(std::stop_token stop);

  private:
    void announce_begin(store::Tx& tx, store::RunRow run);
    store::Pool& pool_;
    reports::Addresses addresses_;
    std::function<store::Time()> now_;
};

/// Makes the partitions of samples for this month and the next, so that a service which runs for long never finds a
/// month without one, and forgets what has served: answers that nobody will repeat, deliveries that were handled
/// (after a month), logs (after three). Measurements and verdicts stay.
class Upkeep {
  public:
    Upkeep(store::Pool& pool, std::function<store::Time()> now);
    /// Always false: one round at a time.
    bool work(std::stop_token stop);

  private:
    store::Pool& pool_;
    std::function<store::Time()> now_;
};

}  // namespace benchgate::workers
