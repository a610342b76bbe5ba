// k6: the end-of-test summary in both shapes (--summary-export, flat; handleSummary, with `values`), and the points of
// --out json. A benchmark is one of k6's metrics, with its tags. A threshold that was crossed is an error of the
// result: `true` in the flat shape, `"ok": false` in the other. Latencies of http_req_duration and iteration_duration,
// the rates of http_reqs and iterations, and the shares of http_req_failed and checks gate; everything else is kept.

#include <fmt/format.h>

#include <cmath>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace k6 {
namespace {

using json::View;
using model::Better;
constexpr double millisecond = 1e6;

bool recognise(const View& document) {
    const auto metrics = document.at("metrics");
    if (!metrics.is_object()) return false;
    for (const std::string_view known : {"http_reqs", "iterations", "vus", "checks", "iteration_duration", "data_sent"})
        if (metrics.contains(known)) return true;
    return document.at("root_group").is_object();
}

/// Flat files do not say what a trend holds.
bool holds_time(const View& metric, std::string_view name) {
    if (const auto contains = json::text(metric, "contains")) return *contains == "time";
    for (const std::string_view own : {"http_req_", "grpc_req_", "ws_", "browser_", "iteration_", "group_"})
        if (name.starts_with(own)) return true;
    return false;
}

bool gates(std::string_view name) {
    for (const std::string_view own :
         {"http_req_duration", "iteration_duration", "http_reqs", "iterations", "http_req_failed", "checks"})
        if (name == own) return true;
    return false;
}

std::string metric_of_trend(std::string_view key) {
    if (key == "avg") return "latency";
    if (key == "med") return "p50";
    if (key.starts_with("p(") && key.ends_with(')')) return "p" + std::string(key.substr(2, key.size() - 3));
    return key == "max" ? "max" : "";
}

void add_trend(const View& values, const std::string& name, bool time, Collector& collector) {
    const auto n = json::integer(values, "count").value_or(0);
    for (const auto& [key, value] : values) {
        auto metric = metric_of_trend(key);
        if (metric.empty() || !value.is_number()) continue;
        if (!time && metric == "latency") metric = "mean";
        const bool judged = time && gates(name) && (metric == "latency" || metric == "p99");
        const Row row{name, metric, time ? "ns" : "count", time ? Better::lower : Better::none, judged};
        collector.add_summary(row, {value.number() * (time ? millisecond : 1), {}, "", n});
    }
}

/// A rate metric counts how often something was so; of http_req_failed that is bad, of checks good.
void add_share(const std::string& name, double share, Collector& collector) {
    if (name == "http_req_failed" || name.starts_with("http_req_failed{"))
        return collector.add_summary({name, "error_rate", "ratio", Better::lower, gates(name)}, {share, {}, "", 0});
    if (name == "checks" || name.starts_with("checks{"))
        return collector.add_summary({name, "error_rate", "ratio", Better::lower, gates(name)}, {1 - share, {}, "", 0});
    collector.add_summary({name, "share", "ratio", Better::none, false}, {share, {}, "", 0});
}

void add_thresholds(const View& metric, const std::string& name, Collector& collector) {
    for (const auto& [condition, state] : metric.at("thresholds")) {
        const bool crossed = state.is_object() ? json::boolean(state, "ok") == false
                                               : json::boolean(metric.at("thresholds"), condition) == true;
        if (crossed) collector.fail("", fmt::format("{}: the threshold {} was crossed", name, excerpt(condition)));
    }
}

void add_metric(const View& metric, const std::string& name, Collector& collector) {
    const auto values = metric.at("values").is_object() ? metric.at("values") : metric;
    add_thresholds(metric, name, collector);
    const auto type = json::text(metric, "type").value_or("");
    if (type == "trend" || values.contains("avg") || values.contains("med"))
        return add_trend(values, name, holds_time(metric, name), collector);
    if (values.at("passes").is_number()) {
        const auto share = json::number(values, "rate");
        if (const auto value = share ? share : json::number(values, "value")) return add_share(name, *value, collector);
    }
    if (const auto rate = json::number(values, "rate")) {
        collector.add_summary({name, "throughput", "1/s", Better::higher, gates(name)}, {*rate, {}, "", 0});
        if (const auto count = json::number(values, "count"))
            collector.add_summary({name, "count", "count", Better::none, false}, {*count, {}, "", 0});
        return;
    }
    if (const auto value = json::number(values, "value"))
        collector.add_summary({name, "value", "count", Better::none, false}, {*value, {}, "", 0});
}

void read(const View& document, Collector& collector) {
    const auto metrics = document.at("metrics");
    if (!metrics.is_object()) return collector.refuse("this JSON has no metrics");
    for (const auto& [name, metric] : metrics) {
        if (collector.full()) return;
        add_metric(metric, std::string(name), collector);
    }
}

bool is_point(const View& line) {
    return json::text(line, "type") == "Point" || (json::text(line, "type") == "Metric" && line.at("data").is_object());
}

bool recognise_text(std::string_view text) {
    if (!text.starts_with('{')) return false;
    const auto first = json::Document::parse(text.substr(0, text.find('\n')));
    return first && is_point(first->root()) && json::text(first->root(), "metric").has_value();
}

/// What a metric's points add up to; trends keep theirs.
struct Sums {
    std::string type;
    bool time = false;
    double sum = 0;
    std::size_t points = 0;
};

void read_point(const View& line, std::map<std::string, Sums, std::less<>>& metrics, Collector& collector) {
    const auto name = json::text(line, "metric").value_or("");
    const auto data = line.at("data");
    if (name.empty()) return;
    if (json::text(line, "type") == "Metric") {
        if (metrics.size() >= collector.limits().benchmarks) return;
        metrics[name].type = json::text(data, "type").value_or("");
        metrics[name].time = json::text(data, "contains") == "time";
        return;
    }
    const auto value = json::number(data, "value");
    const auto found = metrics.find(name);
    if (!value || found == metrics.end()) return;
    auto& sums = found->second;
    sums.sum += *value;
    ++sums.points;
    if (sums.type != "trend") return;
    collector.add({name, sums.time ? "latency" : "value", sums.time ? "ns" : "count",
                   sums.time ? Better::lower : Better::none, sums.time && gates(name)},
                  *value * (sums.time ? millisecond : 1));
}

void read_text(std::string_view text, Collector& collector) {
    constexpr std::size_t most_unreadable = 1'000;
    std::size_t unreadable = 0;
    std::map<std::string, Sums, std::less<>> metrics;
    each_line(text, [&](std::string_view line) {
        if (trimmed(line).empty()) return true;
        const auto point = json::Document::parse(line);
        if (!point || !point->root().is_object()) {
            collector.fail("", "a line that is not one of k6's points; was it cut off?");
            // Each costs a reader of JSON its start, and there may be millions.
            if (++unreadable > most_unreadable)
                collector.refuse(fmt::format("more than {} lines are none of k6's points", most_unreadable));
        } else {
            read_point(point->root(), metrics, collector);
        }
        return !collector.full();
    });
    for (const auto& [name, sums] : metrics) {
        if (sums.points == 0) continue;
        if (sums.type == "rate") add_share(name, sums.sum / static_cast<double>(sums.points), collector);
        if (sums.type == "counter")
            collector.add_summary({name, "count", "count", Better::none, false}, {sums.sum, {}, "", 0});
    }
}

}  // namespace
}  // namespace k6
const Format k6_format{"k6", k6::recognise, k6::read, k6::recognise_text, k6::read_text};
}  // namespace benchgate::formats
