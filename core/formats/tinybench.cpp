// The tasks of tinybench as JSON (bench.tasks.map(t => ({name: t.name, result: t.result}))): version 2 has mean, hz and
// samples in the result, later ones latency and throughput. Milliseconds; the samples are sorted by the tool.

#include <fmt/format.h>

#include "core/formats/registry.h"

namespace benchgate::formats {
namespace tinybench {
namespace {

using json::View;
constexpr double millisecond = 1e6;

/// Where the figures of time stand.
View latency_of(const View& result) {
    const auto latency = result.at("latency");
    return latency.is_object() ? latency : result;
}

bool recognise(const View& document) {
    const auto first = document.is_array() ? document.front() : View();
    const auto result = first.at("result");
    if (!first.at("name").is_string() || !result.is_object()) return false;
    return result.contains("hz") || result.contains("latency") || result.contains("state") || result.contains("error");
}

std::optional<std::string> failure_of(const View& result) {
    const auto error = result.at("error");
    const auto state = json::text(result, "state");
    if (error.is_object()) return json::text(error, "message").value_or("failed");
    if (error.is_string()) return error.text();
    if (state && *state != "completed") return fmt::format("its state is {}", excerpt(*state, 60));
    if (!result.is_object()) return "it has no result";
    return std::nullopt;
}

void read_task(const View& task, const std::string& name, Collector& collector) {
    const auto result = task.at("result");
    if (const auto failure = failure_of(result)) return collector.fail(name, *failure);
    const auto latency = latency_of(result);
    const Row time{name, "time", "ns", model::Better::lower, true};
    const auto samples = json::numbers(latency.at("samples"));
    if (samples && !samples->empty()) {
        collector.add_samples(time, *samples, millisecond);
        collector.set_order_unknown(name, "time");
    } else {
        const auto median = json::number(latency, "p50");
        const auto center = median ? median : json::number(latency, "mean");
        if (!center || *center < 0) return collector.fail(name, "a result without a time");
        model::Summary summary{*center * millisecond, std::nullopt, "",
                               json::integer(latency, "samplesCount").value_or(0)};
        if (const auto deviation = json::number(latency, "sd")) {
            summary.spread = *deviation * millisecond;
            summary.spread_kind = "sd";
        }
        collector.add_summary(time, summary);
    }
    if (const auto p99 = json::number(latency, "p99"))
        collector.add_summary({name, "p99", "ns", model::Better::lower, false}, {*p99 * millisecond, {}, "", 0});
    const auto rate = json::number(result.at("throughput"), "mean");
    if (const auto hz = rate ? rate : json::number(result, "hz"))
        collector.add_summary({name, "throughput", "1/s", model::Better::higher, false}, {*hz, {}, "", 0});
}

void read(const View& document, Collector& collector) {
    if (!document.is_array()) return collector.refuse("this JSON is not a list of tasks");
    Occurrences names;
    for (const auto& [_, task] : document) {
        if (collector.full()) return;
        const auto name = json::text(task, "name").value_or("");
        if (name.empty()) {
            collector.fail("", "a task without a name");
        } else {
            read_task(task, names.name(name), collector);
        }
    }
}

}  // namespace
}  // namespace tinybench
const Format tinybench_format{"tinybench", tinybench::recognise, tinybench::read};
}  // namespace benchgate::formats
