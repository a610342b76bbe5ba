#include "service/http/reads.h"

#include <algorithm>

namespace benchgate::http {

namespace {
constexpr std::chrono::milliseconds look_every{200};
}

ReadOptions reads_of(const store::Pool& pool) {
    ReadOptions options;
    options.at_once = std::max<std::size_t>(1, pool.options().connections / 2);
    return options;
}

bool Reads::enter(Edge& edge) {
    const auto until = std::chrono::steady_clock::now() + options_.patience;
    std::unique_lock lock(mutex_);
    if (running_ >= options_.at_once && waiting_ >= options_.waiting) return false;
    ++waiting_;
    bool wanted = true;
    // Nobody wakes us when the peer goes: so a look now and then.
    while (running_ >= options_.at_once && wanted && std::chrono::steady_clock::now() < until) {
        left_.wait_for(lock, look_every);
        wanted = edge.peer_is_there() && !edge.stopping().stop_requested();
    }
    --waiting_;
    if (running_ >= options_.at_once || !wanted) return false;
    ++running_;
    return true;
}

void Reads::leave() {
    {
        const std::lock_guard lock(mutex_);
        --running_;
    }
    left_.notify_one();
}

Handler Reads::in_turn(std::shared_ptr<Reads> reads, Edge& edge, Handler handler) {
    return [reads = std::move(reads), &edge, handler = std::move(handler)](const Request& request, Response& response) {
        if (!reads->enter(edge))
            return answer_error(response, 503, "busy", "too many readers at once, come again in a few seconds");
        struct Leave {
            Reads& reads;
            ~Leave() { reads.leave(); }
        } const leave{*reads};
        handler(request, response);
    };
}

}
