#pragma once
// What waits in the service, as gauges at /metrics: deliveries, jobs, and what is to be said to GitHub. Read from the
// tables at the moment somebody asks, so that every process of the service tells the same.

#include "service/http/health.h"
#include "service/store/pool.h"

namespace benchgate::http {

/// Adds the gauges to `metrics`; `pool` must outlive it. While the database does not answer, they are NaN.
void gauge_work(Metrics& metrics, store::Pool& pool);

}  // namespace benchgate::http
