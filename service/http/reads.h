#pragma once
// How many strangers may read at once: pages and the public API are open, and a page of thousands of benchmarks takes a
// connection of the database, a processor and much memory for a second. Owns the turns; who does not get one in time is
// told to come again. Webhooks and runners do not pass here, so that no reader can hold them up.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include "service/http/edge.h"
#include "service/store/pool.h"

namespace benchgate::http {

struct ReadOptions {
    std::size_t at_once = 4;
    std::size_t waiting = 64;  // beyond: 503 at once
    std::chrono::milliseconds patience{10'000};
};

// Half of the pool's connections, so that the other half is left for what must not wait.
ReadOptions reads_of(const store::Pool& pool);

class Reads {
  public:
    explicit Reads(ReadOptions options) : options_(options) {}

    // The handler, run when it is this request's turn, unless its peer has gone or the service stops meanwhile.
    static Handler in_turn(std::shared_ptr<Reads> reads, Edge& edge, Handler handler);

  private:
    bool enter(Edge& edge);
    void leave();

    const ReadOptions options_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable left_;
    std::size_t running_ = 0;
    std::size_t waiting_ = 0;
};

}
