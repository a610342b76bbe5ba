#pragma once
// Sends one item of the outbox to GitHub: outside of any transaction, at least once, within the time of its hold. What
// is created (a check, a comment) is looked for before it is made again. Owns the rule that a pull request has one live
// comment, and another one only when its verdict turns red. What to do after a failure is github::next; who sends, and
// when, is senders.h.

#include <stop_token>

#include "service/github/outbox_step.h"
#include "service/github/rest.h"
#include "service/store/outbox.h"
#include "service/store/pool.h"
#include "service/store/sticky_comments.h"

namespace benchgate::workers {

struct OutboxOptions {
    store::WriteLimits limits = {};
    /// Longer than any item takes: nothing is sent for an item in the last quarter.
    std::chrono::seconds hold{90};
};

/// Safe to use from several threads.
class OutboxWorker {
  public:
    OutboxWorker(store::Pool& pool, github::Rest& rest, github::Timing timing, OutboxOptions options = {});

    /// At most `most` items that are due, each of another installation.
    store::Claim claim(int most);
    /// Sends an item that was claimed and writes down what became of it. Returns from when on its installation may be
    /// written for again. A database that went away is waited for until the hold is over; then the item is due again.
    store::Time deliver(const store::OutboxItem& item, std::stop_token stop);
    /// Both for one item; false: nothing is due.
    bool work(std::stop_token stop);

    const github::Timing& timing() const { return timing_; }

  private:
    struct Sent {
        std::optional<std::string> remote_id = {};
        std::string url = {};  ///< of a comment
    };
    /// What was looked up for an item before it is sent.
    struct Known {
        github::Repository repository;
        bool found = false;
        std::optional<store::StickyComment> live;  ///< of an item about the comment
    };
    using Outcome = github::ApiResult<Sent>;
    template <class Body>
    auto with_database(store::Time until, std::stop_token stop, const Body& body);
    static Known look_up(store::Tx& tx, const store::OutboxItem& item);
    Outcome send(github::Rest rest, const Known& known, const store::OutboxItem& item, std::stop_token stop);
    Outcome send_check(github::Rest& rest, const github::Repository& repository, const store::OutboxItem& item,
                       std::stop_token stop);
    Outcome send_status(github::Rest& rest, const github::Repository& repository, const store::OutboxItem& item,
                        std::stop_token stop);
    Outcome send_comment(github::Rest& rest, const Known& known, const store::OutboxItem& item, std::stop_token stop);
    Outcome send_fold(github::Rest& rest, const Known& known, const store::OutboxItem& item, std::stop_token stop);
    Outcome send_reply(github::Rest& rest, const github::Repository& repository, const store::OutboxItem& item,
                       std::stop_token stop);
    Outcome send_reaction(github::Rest& rest, const github::Repository& repository, const store::OutboxItem& item,
                          std::stop_token stop);
    /// `what`: the item in words, for the log.
    /// What the live comment says now; if it is another one than before, the former is to be folded away.
    void remember_comment(store::Tx& tx, const store::OutboxItem& item, const Sent& sent);
    store::Time settle(store::Tx& tx, const store::OutboxItem& item, const std::string& what, const Outcome& outcome,
                       const github::Effort& effort);

    store::Pool& pool_;
    github::Rest& rest_;
    github::Timing timing_;
    OutboxOptions options_;
};

}  // namespace benchgate::workers
