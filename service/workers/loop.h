#pragma once
// One named thread that does a piece of work until there is none, then sleeps until it is woken or its period is over.
// The one place where a worker's exceptions end: they are logged, and the loop goes on after a growing pause. The table
// is the truth; waking only saves time.

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "platform/sync.h"

namespace benchgate::workers {

class Loop {
  public:
    /// `work` does at most one piece and says whether there was one. It is given the token that ends the loop.
    using Work = std::function<bool(std::stop_token)>;
    struct Options {
        std::string name;
        std::chrono::milliseconds period{1000};
    };
    Loop(Options options, Work work);
    void wake();

  private:
    void run(std::stop_token stop);
    Options options_;
    Work work_;
    platform::Sync<bool> woken_;
    std::jthread thread_;  // last: it uses what stands above
};

}  // namespace benchgate::workers
