#include "core/model/metrics.h"

#include <algorithm>
#include <array>

#include "core/model/load.h"

namespace benchgate::model {
namespace {

constexpr std::array<std::string_view, 11> counters{
    "instructions", "cycles",   "allocations",      "branches",        "branch_misses",   "cache_misses",
    "page_faults",  "syscalls", "context_switches", "read_operations", "write_operations"};

bool is_percentile(std::string_view metric) {
    return metric.size() >= 2 && metric.front() == 'p' &&
           metric.find_first_not_of("0123456789.", 1) == std::string_view::npos;
}

}  // namespace

std::optional<MetricKind> metric_kind(std::string_view metric) {
    // A closed loop's latencies are another quantity under another name, and still latencies.
    if (metric.ends_with(closed_loop_suffix)) metric.remove_suffix(closed_loop_suffix.size());
    if (is_percentile(metric)) return MetricKind{"percentile", "ns", Better::lower};
    if (metric == "max") return MetricKind{"percentile", "", Better::lower};
    if (metric == "throughput" || metric == "breaking_point" || metric.ends_with("per_second"))
        return MetricKind{"throughput", "1/s", Better::higher};
    if (metric.ends_with("_growth") || metric.ends_with("_slope")) return MetricKind{"growth", "", Better::lower};
    if (metric.ends_with("time") || metric.ends_with("latency")) return MetricKind{"time", "ns", Better::lower};
    if (metric.ends_with("memory")) return MetricKind{"memory", "bytes", Better::lower};
    if (metric.ends_with("_bytes")) return MetricKind{"bytes", "bytes", Better::lower};
    if (metric.ends_with("size")) return MetricKind{"size", "bytes", Better::lower};
    if (metric == "error_rate" || metric == "failure_rate") return MetricKind{"error rate", "ratio", Better::lower};
    // A hit rate is better when higher, a drop rate when lower: the name alone does not say.
    if (metric.ends_with("_rate")) return MetricKind{"rate", "ratio", Better::none};
    if (std::find(counters.begin(), counters.end(), metric) != counters.end())
        return MetricKind{"counter", "count", Better::lower};
    return std::nullopt;
}

}  // namespace benchgate::model
