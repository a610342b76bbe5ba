#pragma once
// Does something again and again on a thread of its own while it lives: what a worker holds in a table is kept while
// the worker waits for others. A failure is logged and tried again at the next turn.

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace benchgate::workers {

class Renewal {
  public:
    struct Options {
        std::string name;  ///< for the log
        std::chrono::milliseconds period{10'000};
    };
    Renewal(Options options, std::function<void()> renew);

  private:
    std::jthread thread_;
};

}  // namespace benchgate::workers
