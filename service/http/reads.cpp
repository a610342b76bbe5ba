#include "service/http/reads.h"

#include <algorithm>

namespace benchgate::http {

ReadOptions reads_of(const store::Pool& pool) {
    ReadOptions options;
    options.at_once = std::max<std::size_t>(1, pool.options().connections / 2);
    return options;
}

bool Reads::enter() {
    std::unique_lock lock(mutex_);
    if (running_ >= options_.at_once) {
        if (waiting_ >= options_.waiting) return false;
        ++waiting_;
        const bool free = left_.wait_for(lock, options_.patience, [this] { return running_ < options_.at_once; });
        --waiting_;
        if (!free) return false;
    }
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

Handler Reads::in_turn(std::shared_ptr<Reads> reads, Handler handler) {
    return [reads = std::move(reads), handler = std::move(handler)](const Request& request, Response& response) {
        if (!reads->enter())
            return answer_error(response, 503, "busy", "too many readers at once, come again in a few seconds");
        struct Leave {
            Reads& reads;
            ~Leave() { reads.leave(); }
        } const leave{*reads};
        handler(request, response);
    };
}

}
