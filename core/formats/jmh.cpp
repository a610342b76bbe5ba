// The JSON of JMH (-rf json). The unit decides what was measured and which way is better: time per op is `time`, lower;
// ops per time `throughput`, higher; `mode` may contradict it. Samples are the iterations of all forks in their order.
// Parameters belong to the name. Allocation per op of the gc profiler is kept as allocated_bytes.

#include <fmt/format.h>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace jmh {
namespace {

using json::View;

bool recognise(const View& document) {
    const auto first = document.is_array() ? document.front() : View();
    return first.at("benchmark").is_string() && first.at("primaryMetric").is_object();
}

/// JMH writes "NaN" as text.
std::optional<double> figure(const View& value) {
    if (value.is_number()) return value.number();
    return std::nullopt;
}

struct Measure {
    Row row;
    double factor = 1;
};

std::optional<Measure> measure_of(std::string_view mode, std::string_view unit) {
    Measure measure;
    if (unit.ends_with("/op")) {
        const auto factor = nanoseconds_in(unit.substr(0, unit.size() - 3));
        if (!factor) return std::nullopt;
        measure.row.metric = mode == "sample" ? "sample_time" : mode == "ss" ? "single_shot_time" : "time";
        measure.factor = *factor;
        return measure;
    }
    if (!unit.starts_with("ops/")) return std::nullopt;
    const auto factor = nanoseconds_in(unit.substr(4));
    if (!factor) return std::nullopt;
    measure.row = {"", "throughput", "1/s", model::Better::higher, true};
    measure.factor = 1e9 / *factor;
    return measure;
}

void read_primary(const View& metric, const Measure& measure, Collector& collector) {
    const auto& name = measure.row.benchmark;
    bool any = false;
    for (const auto& [_, fork] : metric.at("rawData"))
        for (const auto& [unused, value] : fork) {
            const auto number = figure(value);
            if (!number) return collector.fail(name, "a value that is not a number");
            collector.add(measure.row, *number * measure.factor);
            any = true;
        }
    if (any) return;
    const auto score = figure(metric.at("score"));
    if (!score) return collector.fail(name, "its score is not a number");
    model::Summary summary{*score * measure.factor, {}, "", 0};
    if (const auto error = figure(metric.at("scoreError"))) {
        summary.spread = *error * measure.factor;
        summary.spread_kind = "ci99.9";
    }
    collector.add_summary(measure.row, summary);
}

void read(const View& document, Collector& collector) {
    if (!document.is_array()) return collector.refuse("this JSON is not a list of results");
    for (const auto& [_, result] : document) {
        if (collector.full()) return;
        std::map<std::string, std::string> params;
        for (const auto& [key, value] : result.at("params"))
            if (result.at("params").is_object() && params.size() < 32)
                params.emplace(key, value.is_string() ? value.text() : json::dump(value));
        const auto plain = json::text(result, "benchmark").value_or("");
        const auto name = plain.empty() ? plain : with_params(plain, params);
        const auto metric = result.at("primaryMetric");
        const auto unit = json::text(metric, "scoreUnit").value_or("");
        auto measure = measure_of(json::text(result, "mode").value_or(""), unit);
        if (!measure) {
            collector.fail(name, fmt::format("a score in '{}'", excerpt(unit, 40)));
            continue;
        }
        measure->row.benchmark = name;
        read_primary(metric, *measure, collector);
        for (const auto& [key, secondary] : result.at("secondaryMetrics"))
            if (key.ends_with("gc.alloc.rate.norm"))
                if (const auto bytes = figure(secondary.at("score")))
                    collector.add({name, "allocated_bytes", "bytes", model::Better::lower, false}, *bytes);
        collector.set_params(name, std::move(params));
    }
}

}  // namespace
}  // namespace jmh
const Format jmh_format{"jmh", jmh::recognise, jmh::read};
}  // namespace benchgate::formats
