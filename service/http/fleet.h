#pragma once
// The operator's view of the runners and the queue, and the operator's word to a runner: /api/v1/runners and
// /api/v1/queue. Reading is open as the pages are; a word needs the admin token. What runners themselves say and hear
// is runner_api.h.
#include <functional>
#include <memory>
#include <string>

#include "service/http/reads.h"
#include "service/store/pool.h"

namespace benchgate::http {

struct Fleet {
    store::Pool& pool;
    std::shared_ptr<Reads> reads;
    std::string admin_token_hash;
    std::function<store::Time()> now;
};

// What `fleet` refers to must outlive the edge.
void serve_fleet(Edge& edge, Fleet fleet);

}
