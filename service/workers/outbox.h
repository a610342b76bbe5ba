#pragma once
// Sends what waits in the outbox to GitHub, in order within a target: an item is claimed, sent outside of any
// transaction, and marked. Any number of loops may run it. At least once; what is created (a check, a comment) is
// looked for before it is made again. What to do after a failure is github::next.

#include <stop_token>

#include "service/github/outbox_step.h"
#include "service/github/rest.h"
#include "service/store/outbox.h"
#include "service/store/pool.h"

namespace benchgate::workers {

class OutboxWorker {
  public:
    OutboxWorker(store::Pool& pool, github::Rest& rest, github::Timing timing);
    /// Sends one item; false: nothing is due.
    bool work(std::stop_token stop);

  private:
    struct Sent {
        std::optional<std::string> remote_id;
    };
    github::ApiResult<Sent> send(const github::Repository& repository, const store::OutboxItem& item,
                                 std::stop_token stop);
    github::ApiResult<Sent> send_kind(const github::Repository& repository, const store::OutboxItem& item,
                                      std::stop_token stop);
    github::ApiResult<Sent> send_check(const github::Repository& repository, const store::OutboxItem& item,
                                       std::stop_token stop);
    github::ApiResult<Sent> send_comment(const github::Repository& repository, const store::OutboxItem& item,
                                         std::stop_token stop);
    /// `what`: the item in words, for the log.
    void settle(const store::OutboxItem& item, const std::string& what, const github::ApiResult<Sent>& outcome);

    store::Pool& pool_;
    github::Rest& rest_;
    github::Timing timing_;
};

}  // namespace benchgate::workers
