// The JSON of mitata (run({format: 'json'})): nanoseconds, samples sorted by the tool. A run with `error` has failed.
// `context.noop` is the tool's own measurement of nothing and is left out.

#include "core/formats/registry.h"

namespace benchgate::formats {
namespace mitata {
namespace {

using json::View;

bool recognise(const View& document) {
    const auto runs = document.at("benchmarks").front().at("runs");
    return runs.is_array() && document.contains("layout") && document.at("context").is_object();
}

std::map<std::string, std::string> args_of(const View& run) {
    std::map<std::string, std::string> params;
    for (const auto& [key, value] : run.at("args"))
        if (params.size() < 32 && run.at("args").is_object())
            params.emplace(key, value.is_string() ? value.text() : json::dump(value));
    return params;
}

void read_run(const View& run, const std::string& name, Collector& collector) {
    const auto error = run.at("error");
    if (error.is_string() || error.is_object())
        return collector.fail(name, error.is_string() ? error.text() : json::text(error, "message").value_or("failed"));
    const auto stats = run.at("stats");
    const Row time{name, "time", "ns", model::Better::lower, true};
    const auto samples = json::numbers(stats.at("samples"));
    if (samples && !samples->empty()) {
        collector.add_samples(time, *samples);
        collector.set_order_unknown(name, "time");
    } else {
        const auto median = json::number(stats, "p50");
        const auto center = median ? median : json::number(stats, "avg");
        if (!center || *center < 0) return collector.fail(name, "a run without a time");
        collector.add_summary(time, {*center, {}, "", 0});
    }
    if (const auto p99 = json::number(stats, "p99"))
        collector.add_summary({name, "p99", "ns", model::Better::lower, false}, {*p99, {}, "", 0});
    if (const auto heap = json::number(stats.at("heap"), "avg"))
        collector.add_summary({name, "allocated_bytes", "bytes", model::Better::lower, false}, {*heap, {}, "", 0});
    collector.set_params(name, args_of(run));
}

void read(const View& document, Collector& collector) {
    const auto benchmarks = document.at("benchmarks");
    if (!benchmarks.is_array()) return collector.refuse("this JSON has no list of benchmarks");
    Occurrences names;
    for (const auto& [_, benchmark] : benchmarks) {
        const auto alias = json::text(benchmark, "alias").value_or("");
        if (benchmark.at("runs").empty()) collector.fail(alias, "it has no run");
        for (const auto& [unused, run] : benchmark.at("runs")) {
            if (collector.full()) return;
            const auto name = json::text(run, "name").value_or(alias);
            read_run(run, names.name(name.empty() ? "anonymous" : name), collector);
        }
    }
}

}  // namespace
}  // namespace mitata
const Format mitata_format{"mitata", mitata::recognise, mitata::read};
}  // namespace benchgate::formats
