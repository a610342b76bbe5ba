// Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}. The unit and the direction of a
// measure are known to Bencher's server only; here they follow from its own measures (latency, throughput, file-size,
// build-time) and from names that benchgate knows (docs/metrics.md). Other measures are kept without a direction.

#include "core/formats/registry.h"
#include "core/formats/text.h"
#include "core/formats/units.h"
#include "core/model/metrics.h"

namespace benchgate::formats {
namespace bmf {
namespace {

using json::View;

bool recognise(const View& document) {
    if (!document.is_object() || document.empty() || document.contains("metrics")) return false;  // that is k6
    const auto measures = document.front();
    return measures.is_object() && measures.front().at("value").is_number();
}

struct Measure {
    Row row;
    double factor = 1;
};

Measure measure_of(const std::string& benchmark, std::string_view slug) {
    const auto metric = snake_case(slug);
    Measure measure{{benchmark, metric.empty() ? "value" : metric, "count", model::Better::none, false}, 1};
    if (metric == "build_time") measure.factor = 1e9;  // Bencher keeps seconds here, ns for latency
    if (const auto kind = model::metric_kind(metric); kind && !kind->unit.empty()) {
        measure.row.unit = kind->unit;
        measure.row.better = kind->better;
    }
    measure.row.gating = measure.row.better != model::Better::none;
    return measure;
}

void read(const View& document, Collector& collector) {
    if (!document.is_object()) return collector.refuse("this JSON is not an object of benchmarks");
    for (const auto& [benchmark, measures] : document) {
        const std::string name(benchmark);
        if (!measures.is_object())
            return collector.refuse("this JSON is not an object of benchmarks with their measures");
        for (const auto& [slug, metric] : measures) {
            if (collector.full()) return;
            const auto value = json::number(metric, "value");
            if (!value) {
                collector.fail(name, "a measure without its value");
                continue;
            }
            const auto measure = measure_of(name, slug);
            model::Summary summary{*value * measure.factor, {}, "", 0};
            const auto low = json::number(metric, "lower_value"), high = json::number(metric, "upper_value");
            if (low && high && *low <= *value && *value <= *high) {
                summary.spread = (*high - *low) / 2 * measure.factor;
                summary.spread_kind = "range/2";
            }
            collector.add_summary(measure.row, summary);
        }
    }
}

}  // namespace
}  // namespace bmf
const Format bmf_format{"bmf", bmf::recognise, bmf::read};
}  // namespace benchgate::formats
