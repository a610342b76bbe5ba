#pragma once
// The threads that empty the outbox: a bounded number, each sending for another installation at a time. One of those
// that have nothing to do looks for work, for all of them; the others sleep. The one place where their exceptions end:
// they are logged, and the next look comes after a growing pause. The table is the truth; waking only saves time.

#include <chrono>
#include <deque>
#include <thread>
#include <vector>

#include "platform/sync.h"
#include "service/workers/outbox.h"

namespace benchgate::workers {

class Senders {
  public:
    struct Options {
        int threads = 8;
        /// Between looks when nobody wakes it: other processes write too.
        std::chrono::milliseconds period{1000};
    };
    Senders(OutboxWorker& worker, Options options);
    /// Breaks off what is being sent: it is due at once, and looked for before it is sent again.
    ~Senders();
    Senders(const Senders&) = delete;
    Senders& operator=(const Senders&) = delete;

    /// Something new may be due.
    void wake();

  private:
    struct State {
        std::deque<store::OutboxItem> claimed;
        bool looking = false;  ///< one of the threads does
        bool woken = false;
        int idle = 0;
        store::Time next_look{};  ///< not later than this
        std::chrono::milliseconds pause{250};
    };
    void run(std::stop_token stop);
    void look(std::stop_token stop);
    void deliver(const store::OutboxItem& item, std::stop_token stop);

    OutboxWorker& worker_;
    Options options_;
    platform::Sync<State> state_;
    std::vector<std::jthread> threads_;  // last: they use what stands above
};

}  // namespace benchgate::workers
