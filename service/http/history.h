#pragma once
// Main's history: the pages of a repository's changes and benchmarks, the same below /api/v1, and what people say of a
// change (admin token). Decides nothing (core/history).

#include <functional>
#include <memory>
#include <string>

#include "service/http/edge.h"
#include "service/http/reads.h"
#include "service/reports/run_report.h"
#include "service/store/pool.h"

namespace benchgate::http {

struct History {
    store::Pool& pool;
    std::shared_ptr<Reads> reads;
    reports::Addresses addresses;
    std::string admin_token_hash;  ///< sha256, hex
    std::function<store::Time()> now;
};

/// GET /{owner}/{repo}/changes, /{owner}/{repo}/benchmarks, /{owner}/{repo}/benchmarks/{id};
/// GET /api/v1/repositories/{owner}/{repo}/changes, .../series, .../series/{id}; POST .../changes/{id}, and .../series
/// to make all points again from their bundles (admin). Before the other pages: the first route that fits is taken.
void serve_history(Edge& edge, History history);

}  // namespace benchgate::http
