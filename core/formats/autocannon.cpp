// The JSON of autocannon (-j): milliseconds without decimals, so that a median of 0 is common; the mean is exact.
// Failed requests are `non2xx`, `errors` (timeouts among them) and `mismatches`. The benchmark is the address's path.

#include <fmt/format.h>

#include "core/formats/load_result.h"
#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace autocannon {
namespace {

using json::View;
constexpr double millisecond = 1e6;

bool recognise(const View& document) {
    return document.contains("non2xx") && document.at("latency").is_object() && document.at("requests").is_object();
}

/// "p97_5" -> "p97.5", which is how metrics call it.
std::string percentile_name(std::string_view key) {
    std::string name(key);
    if (const auto at = name.find('_'); at != std::string::npos) name[at] = '.';
    return name;
}

void read(const View& document, Collector& collector) {
    const auto latency = document.at("latency");
    if (!latency.is_object()) return collector.refuse("this JSON has no latency");
    LoadResult result;
    result.name = path_of(json::text(document, "url").value_or("autocannon"));
    const auto in_ns = [](std::optional<double> value) { return value ? std::optional(*value * millisecond) : value; };
    result.latency = in_ns(json::number(latency, "mean"));
    result.latency_spread = in_ns(json::number(latency, "stddev"));
    for (const std::string_view key : {"p50", "p75", "p90", "p97_5", "p99", "p99_9", "max"})
        if (const auto value = json::number(latency, key))
            result.percentiles.emplace_back(percentile_name(key), *value * millisecond);
    result.throughput = json::number(document.at("requests"), "mean");
    const double errors = json::number(document, "errors").value_or(0);
    result.requests = json::number(document.at("requests"), "total").value_or(0) + errors;
    for (const auto* key : {"non2xx", "errors", "mismatches"}) {
        const auto count = json::number(document, key).value_or(0);
        result.failed += count;
        if (count > 0) result.failures += fmt::format("{}{:.0f} {}", result.failures.empty() ? "" : ", ", count, key);
    }
    add_load_result(result, collector);
}

}  // namespace
}  // namespace autocannon
const Format autocannon_format{"autocannon", autocannon::recognise, autocannon::read};
}  // namespace benchgate::formats
