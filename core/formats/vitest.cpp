// The JSON of `vitest bench --outputJson`: milliseconds. A benchmark is called as vitest prints it, file and groups
// first: "a.bench.js > sort > normal". `samples` is empty unless asked for (includeSamples), and sorted.

#include "core/formats/registry.h"

namespace benchgate::formats {
namespace vitest {
namespace {

using json::View;
constexpr double millisecond = 1e6;

bool recognise(const View& document) {
    return document.at("files").is_array() && document.at("files").front().at("groups").is_array();
}

void read_benchmark(const View& benchmark, const std::string& name, Collector& collector) {
    const Row time{name, "time", "ns", model::Better::lower, true};
    const auto samples = json::numbers(benchmark.at("samples"));
    if (samples && !samples->empty()) {
        collector.add_samples(time, *samples, millisecond);
        collector.set_order_unknown(name, "time");
    } else {
        const auto median = json::number(benchmark, "median");
        const auto center = median ? median : json::number(benchmark, "mean");
        if (!center || *center < 0)
            return collector.fail(name, "it has no result; skipped benchmarks and those that threw have none");
        model::Summary summary{*center * millisecond, {}, "", json::integer(benchmark, "sampleCount").value_or(0)};
        if (const auto deviation = json::number(benchmark, "sd")) {
            summary.spread = *deviation * millisecond;
            summary.spread_kind = "sd";
        }
        collector.add_summary(time, summary);
    }
    if (const auto p99 = json::number(benchmark, "p99"))
        collector.add_summary({name, "p99", "ns", model::Better::lower, false}, {*p99 * millisecond, {}, "", 0});
    if (const auto hz = json::number(benchmark, "hz"))
        collector.add_summary({name, "throughput", "1/s", model::Better::higher, false}, {*hz, {}, "", 0});
}

void read(const View& document, Collector& collector) {
    const auto files = document.at("files");
    if (!files.is_array()) return collector.refuse("this JSON has no list of files");
    Occurrences names;
    for (const auto& [_, file] : files)
        for (const auto& [unused, group] : file.at("groups"))
            for (const auto& [ignored, benchmark] : group.at("benchmarks")) {
                if (collector.full()) return;
                const auto group_name = json::text(group, "fullName").value_or("");
                const auto own = json::text(benchmark, "name").value_or("");
                read_benchmark(benchmark, names.name(group_name.empty() ? own : group_name + " > " + own), collector);
            }
}

}  // namespace
}  // namespace vitest
const Format vitest_format{"vitest", vitest::recognise, vitest::read};
}  // namespace benchgate::formats
