// The JSON of pytest-benchmark (--benchmark-json, --benchmark-save-data for the samples): seconds, one value a round,
// already per iteration. Whether the test passed is not in the file: pytest's exit status says it.

#include "core/formats/registry.h"

namespace benchgate::formats {
namespace pytest_benchmark {
namespace {

using json::View;
constexpr double second = 1e9;

bool recognise(const View& document) {
    const auto first = document.at("benchmarks").front();
    return (document.contains("machine_info") && document.at("benchmarks").is_array()) ||
           (first.at("stats").is_object() && first.at("fullname").is_string());
}

void read_benchmark(const View& benchmark, const std::string& name, Collector& collector) {
    const auto stats = benchmark.at("stats");
    const Row time{name, "time", "ns", model::Better::lower, true};
    const auto data = json::numbers(stats.at("data"));
    if (data && !data->empty()) {
        collector.add_samples(time, *data, second);
    } else {
        const auto median = json::number(stats, "median");
        const auto center = median ? median : json::number(stats, "mean");
        if (!center || *center < 0) return collector.fail(name, "it has no time");
        model::Summary summary{*center * second, {}, "", json::integer(stats, "rounds").value_or(0)};
        if (const auto deviation = json::number(stats, "stddev")) {
            summary.spread = *deviation * second;
            summary.spread_kind = "sd";
        }
        collector.add_summary(time, summary);
    }
    if (const auto rate = json::number(stats, "ops"))
        collector.add_summary({name, "throughput", "1/s", model::Better::higher, false}, {*rate, {}, "", 0});
    std::map<std::string, std::string> params;
    if (benchmark.at("params").is_object())
        for (const auto& [key, value] : benchmark.at("params"))
            if (params.size() < 32) params.emplace(key, value.is_string() ? value.text() : json::dump(value));
    collector.set_params(name, std::move(params));
}

void read(const View& document, Collector& collector) {
    const auto benchmarks = document.at("benchmarks");
    if (!benchmarks.is_array()) return collector.refuse("this JSON has no list of benchmarks");
    Occurrences names;
    for (const auto& [_, benchmark] : benchmarks) {
        if (collector.full()) return;
        const auto full = json::text(benchmark, "fullname");
        const auto name = full ? *full : json::text(benchmark, "name").value_or("");
        if (name.empty() || !benchmark.at("stats").is_object()) {
            collector.fail(name, "a benchmark without a name or without stats");
        } else {
            read_benchmark(benchmark, names.name(name), collector);
        }
    }
}

}  // namespace
}  // namespace pytest_benchmark
const Format pytest_benchmark_format{"pytest-benchmark", pytest_benchmark::recognise, pytest_benchmark::read};
}  // namespace benchgate::formats
