#pragma once
// The loop body that empties the inbox: a delivery is taken, what must be asked of others is asked while no transaction
// is open, and what follows is written in one. Any number of loops may run it: deliveries of one repository are worked
// on one at a time, in their order. A failure charges an attempt; what may pass is tried again later, what cannot is
// kept as failed, with its reason, and said where people look.

#include <functional>
#include <stop_token>

#include "service/store/inbox.h"
#include "service/workers/intake.h"

namespace benchgate::workers {

class InboxWorker {
  public:
    /// How long a delivery stays with a worker that says nothing more, and how often a living one speaks.
    struct Times {
        std::chrono::seconds hold{30};
        std::chrono::milliseconds renew{10'000};
    };
    InboxWorker(store::Pool& pool, Intake& intake, std::function<store::Time()> now, Times times);
    InboxWorker(store::Pool& pool, Intake& intake, std::function<store::Time()> now)
        : InboxWorker(pool, intake, std::move(now), Times{}) {}
    /// False: nothing is due.
    bool work(std::stop_token stop);

  private:
    struct Failure {
        std::string reason;
        std::optional<std::chrono::seconds> wait;  ///< absent: trying again makes no sense
    };
    std::optional<Failure> handle(const store::InboxRow& row, std::stop_token stop);
    void write(const store::InboxRow& row, const Intake::Deed& deed, std::stop_token stop);
    void fail(const store::InboxRow& row, const Failure& failure);

    store::Pool& pool_;
    Intake& intake_;
    std::function<store::Time()> now_;
    Times times_;
};

}  // namespace benchgate::workers
