#include "core/formats/load_result.h"

#include <fmt/format.h>

#include <algorithm>

namespace benchgate::formats {

void add_load_result(const LoadResult& result, Collector& collector) {
    using model::Better;
    const auto& name = result.name;
    const auto why = result.failures.empty() ? "" : ": " + result.failures;
    if (!(result.requests > 0)) return collector.fail(name, "no request was answered" + why);
    if (result.failed >= result.requests)
        return collector.fail(name, fmt::format("all {:.0f} requests failed{}", result.requests, why));
    if (result.failed > 0)
        collector.fail(
            "", fmt::format("{}: {:.0f} of {:.0f} requests failed{}", name, result.failed, result.requests, why));
    const Row latency{name, "latency", "ns", Better::lower, true};
    const auto count = static_cast<std::int64_t>(std::min(result.requests, 9e15));
    const auto summary = [&](double center) { return model::Summary{center, std::nullopt, "", count}; };
    if (!result.latencies.empty()) {
        collector.add_samples(latency, result.latencies);
        if (!result.latencies_ordered) collector.set_order_unknown(name, latency.metric);
    } else if (result.latency) {
        auto mean = summary(*result.latency);
        mean.spread = result.latency_spread;
        if (mean.spread) mean.spread_kind = "sd";
        collector.add_summary(latency, mean);
    }
    for (const auto& [metric, value] : result.percentiles)
        collector.add_summary({name, metric, "ns", Better::lower, metric == "p99"}, summary(value));
    if (result.throughput)
        collector.add_summary({name, "throughput", "1/s", Better::higher, true}, summary(*result.throughput));
    collector.add_summary({name, "error_rate", "ratio", Better::lower, true}, summary(result.failed / result.requests));
}

}  // namespace benchgate::formats
