#pragma once
// What load tools have in common: one target's latencies, rate and failed requests, as rows of one benchmark. `latency`
// (the mean), `p99`, `throughput` and `error_rate` gate; other percentiles and the maximum are kept. Failed requests do
// not take the figures away, since a service may fail now and then: error_rate is judged, and a line among the errors
// says how many. A run in which nothing succeeded has failed.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/collector.h"

namespace benchgate::formats {

struct LoadResult {
    std::string name;
    std::optional<double> latency;                            ///< mean, ns
    std::optional<double> latency_spread;                     ///< standard deviation, ns
    std::vector<std::pair<std::string, double>> percentiles;  ///< "p50", "p99.9", "max" -> ns
    std::vector<double> latencies;                            ///< every request, ns; then `latency` is made of them
    bool latencies_ordered = true;
    std::optional<double> throughput;  ///< 1/s
    double requests = 0;
    double failed = 0;
    std::string failures;  ///< in the tool's words
};

void add_load_result(const LoadResult& result, Collector& collector);

}  // namespace benchgate::formats
