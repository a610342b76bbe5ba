#pragma once
// What /metrics says of the traffic with GitHub: requests by what became of them, permissions that an installation has
// not accepted, installations that GitHub asked to wait. Counted since this process started, but for the waiting ones,
// which are those of all processes.

#include "service/github/counts.h"
#include "service/http/health.h"
#include "service/store/pool.h"

namespace benchgate::http {

/// Adds them to `metrics`; the others must outlive it. While the database does not answer, its number is NaN.
void gauge_github(Metrics& metrics, const github::Counts& counts, store::Pool& pool, std::function<store::Time()> now);

}  // namespace benchgate::http
