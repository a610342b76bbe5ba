#pragma once
// What starts suites by their schedules: puts one request for all suites of a repository whose time has come into the
// inbox, from where it is planned by the same hands as what GitHub says. Does not read configurations: the inbox keeps
// what is scheduled whenever the default branch moves.

#include <functional>
#include <stop_token>

#include "service/store/schedules.h"

namespace benchgate::workers {

class ScheduleWorker {
  public:
    ScheduleWorker(store::Pool& pool, std::function<store::Time()> now);
    /// Asks for what is due, and for a first reading of repositories in use whose schedules are not known yet. Any
    /// number of processes may do so: a due time leads to one request. Times that passed unnoticed, while no process
    /// ran or the repository was out of reach, are made up for by one.
    /// True: more may be due.
    bool work(std::stop_token stop);

  private:
    /// False: another process does it.
    bool ask_for_due(store::Tx& tx, std::int64_t repository_id);
    store::Pool& pool_;
    std::function<store::Time()> now_;
};

}  // namespace benchgate::workers
