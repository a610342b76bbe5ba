#pragma once
// The pages that people open and the public API of a run's data. Owns their routes and the reading of rows; how a page
// looks is core/reporting, what a run says is service/reports.

#include <functional>
#include <string>

#include "service/http/edge.h"
#include "service/http/reads.h"
#include "service/reports/run_report.h"
#include "service/store/pool.h"

namespace benchgate::http {

struct Pages {
    store::Pool& pool;
    std::shared_ptr<Reads> reads;  ///< shared by all that strangers may read
    reports::Addresses addresses;
    std::function<store::Time()> now;
};

/// /, /{owner}/{repo}, /{owner}/{repo}/pull/{n}, .../profile/{id} and its files below it, /{owner}/{repo}/runs/{id},
/// /queue, /runners, /assets/benchgate.css
void serve_pages(Edge& edge, Pages pages);

}  // namespace benchgate::http
