// The full JSON of BenchmarkDotNet (--exporters json, or JsonExporter.Full): nanoseconds. Samples are
// Statistics.OriginalValues, else the workload's results among Measurements, else the median. Null statistics are a
// benchmark that failed.

#include "core/formats/registry.h"

namespace benchgate::formats {
namespace benchmark_dot_net {
namespace {

using json::View;

bool recognise(const View& document) {
    return document.at("HostEnvironmentInfo").is_object() && document.at("Benchmarks").is_array();
}

std::string name_of(const View& benchmark) {
    if (const auto full = json::text(benchmark, "FullName"); full && !full->empty()) return *full;
    std::string name;
    for (const auto* key : {"Namespace", "Type", "Method"})
        if (const auto part = json::text(benchmark, key); part && !part->empty())
            name += (name.empty() ? "" : ".") + *part;
    if (const auto parameters = json::text(benchmark, "Parameters"); parameters && !parameters->empty())
        name += "(" + *parameters + ")";
    return name;
}

std::vector<double> workload_results(const View& benchmark) {
    std::vector<double> values;
    for (const auto& [_, measurement] : benchmark.at("Measurements")) {
        const auto operations = json::number(measurement, "Operations");
        const auto nanoseconds = json::number(measurement, "Nanoseconds");
        if (json::text(measurement, "IterationMode") == "Workload" &&
            json::text(measurement, "IterationStage") == "Result" && operations && nanoseconds && *operations > 0)
            values.push_back(*nanoseconds / *operations);
    }
    return values;
}

void read_benchmark(const View& benchmark, const std::string& name, Collector& collector) {
    const auto statistics = benchmark.at("Statistics");
    const Row time{name, "time", "ns", model::Better::lower, true};
    auto values = json::numbers(statistics.at("OriginalValues"));
    if (!values || values->empty()) values = workload_results(benchmark);
    if (!values->empty()) {
        collector.add_samples(time, *values);
    } else {
        const auto median = json::number(statistics, "Median");
        const auto center = median ? median : json::number(statistics, "Mean");
        if (!center || *center < 0)
            return collector.fail(name, "it has no statistics, as benchmarks that failed have none");
        model::Summary summary{*center, {}, "", json::integer(statistics, "N").value_or(0)};
        if (const auto deviation = json::number(statistics, "StandardDeviation")) {
            summary.spread = *deviation;
            summary.spread_kind = "sd";
        }
        collector.add_summary(time, summary);
    }
    if (const auto bytes = json::number(benchmark.at("Memory"), "BytesAllocatedPerOperation"))
        collector.add({name, "allocated_bytes", "bytes", model::Better::lower, false}, *bytes);
}

void read(const View& document, Collector& collector) {
    const auto benchmarks = document.at("Benchmarks");
    if (!benchmarks.is_array()) return collector.refuse("this JSON has no list of Benchmarks");
    Occurrences names;
    for (const auto& [_, benchmark] : benchmarks) {
        if (collector.full()) return;
        read_benchmark(benchmark, names.name(name_of(benchmark)), collector);
    }
}

}  // namespace
}  // namespace benchmark_dot_net
const Format benchmark_dot_net_format{"benchmarkdotnet", benchmark_dot_net::recognise, benchmark_dot_net::read};
}  // namespace benchgate::formats
