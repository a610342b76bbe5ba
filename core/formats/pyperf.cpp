// The JSON of pyperf (-o FILE). Values of all runs are samples in their order; runs without values are calibration,
// warm-ups are not read. metadata.unit: second (time), byte (memory), integer (a count without a direction).

#include "core/formats/registry.h"

namespace benchgate::formats {
namespace pyperf {
namespace {

using json::View;

bool recognise(const View& document) {
    const auto first = document.at("benchmarks").front();
    return first.at("runs").is_array() && !first.contains("alias") && document.contains("version");
}

/// Metadata that all benchmarks share stands at the top.
std::optional<std::string> metadata(const View& document, const View& benchmark, std::string_view key) {
    const auto own = json::text(benchmark.at("metadata"), key);
    return own ? own : json::text(document.at("metadata"), key);
}

void read_benchmark(const View& benchmark, const std::string& name, std::string_view unit, Collector& collector) {
    Row row{name, "time", "ns", model::Better::lower, true};
    double factor = 1e9;
    if (unit == "byte") row = {name, "memory", "bytes", model::Better::lower, true}, factor = 1;
    if (unit == "integer") row = {name, "value", "count", model::Better::none, false}, factor = 1;
    bool measured = false;
    for (const auto& [_, run] : benchmark.at("runs")) {
        const auto values = json::numbers(run.at("values"));
        if (run.contains("values") && !values) return collector.fail(name, "a value that is not a number");
        if (!values || values->empty()) continue;
        collector.add_samples(row, *values, factor);
        measured = true;
    }
    if (!measured) collector.fail(name, "only calibration, no values");
}

void read(const View& document, Collector& collector) {
    const auto benchmarks = document.at("benchmarks");
    if (!benchmarks.is_array()) return collector.refuse("this JSON has no list of benchmarks");
    Occurrences names;
    for (const auto& [_, benchmark] : benchmarks) {
        if (collector.full()) return;
        const auto name = metadata(document, benchmark, "name").value_or("pyperf");
        read_benchmark(benchmark, names.name(name), metadata(document, benchmark, "unit").value_or("second"),
                       collector);
    }
}

}  // namespace
}  // namespace pyperf
const Format pyperf_format{"pyperf", pyperf::recognise, pyperf::read};
}  // namespace benchgate::formats
