#pragma once
// /api/v1: the data behind the pages as JSON, described at /api/v1/openapi.json. Bundles can be downloaded and judged
// again by `benchgate judge`. What is administrative asks for the admin token.

#include <string>

#include "service/http/edge.h"
#include "service/http/reads.h"
#include "service/reports/run_report.h"
#include "service/store/pool.h"

namespace benchgate::http {

struct Api {
    store::Pool& pool;
    std::shared_ptr<Reads> reads;  ///< shared by all that strangers may read
    reports::Addresses addresses;
    std::string admin_token_hash;  ///< sha256, hex
};

/// GET /api/v1/runs/{id}, /api/v1/repositories/{owner}/{repo}/calibration, /api/v1/jobs/{id}/bundle,
/// /api/v1/jobs/{id}/log, /api/v1/deliveries?guid= (admin), /api/v1/openapi.json
void serve_api(Edge& edge, Api api);

}  // namespace benchgate::http
