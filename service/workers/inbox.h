#pragma once
// The loop body that empties the inbox: one delivery, one transaction. A failure charges an attempt; what may pass is
// tried again later, what cannot is kept as failed, with its reason, and said on the check.

#include <functional>
#include <stop_token>

#include "service/store/pool.h"
#include "service/workers/intake.h"

namespace benchgate::workers {

class InboxWorker {
  public:
    InboxWorker(store::Pool& pool, Intake& intake, std::function<store::Time()> now);
    /// False: nothing is due.
    bool work(std::stop_token stop);

  private:
    store::Pool& pool_;
    Intake& intake_;
    std::function<store::Time()> now_;
};

}  // namespace benchgate::workers
