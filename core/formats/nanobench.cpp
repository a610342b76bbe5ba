// nanobench: its JSON template (seconds per iteration, a measurement an epoch) and its CSV (medians). Divided by
// `batch`, so that a value is that of one unit. A benchmark is called "title/name". Hardware counters are kept where
// the host has any.

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats {
namespace nanobench {
namespace {

using json::View;
constexpr double second = 1e9;
constexpr std::string_view csv_header = "\"title\";\"name\";\"unit\";\"batch\";\"elapsed\";\"error %\"";

bool recognise(const View& document) {
    const auto first = document.at("results").front();
    return first.contains("median(elapsed)") || (first.contains("epochs") && first.at("measurements").is_array());
}

std::string name_of(const std::string& title, const std::string& name) {
    return title.empty() ? name : title + "/" + name;
}

void read_result(const View& result, const std::string& name, Collector& collector) {
    const auto batch = json::number(result, "batch").value_or(1);
    if (!(batch > 0)) return collector.fail(name, "a batch that is not above 0");
    const Row time{name, "time", "ns", model::Better::lower, true};
    const auto median = json::number(result, "median(elapsed)");
    if (result.at("measurements").empty()) {
        if (!median) return collector.fail(name, "a result without measurements");
        model::Summary summary{*median * second / batch, {}, "", 0};
        if (const auto error = json::number(result, "medianAbsolutePercentError(elapsed)")) {
            summary.spread = *error * summary.center;
            summary.spread_kind = "mad";
        }
        collector.add_summary(time, summary);
    }
    for (const auto& [_, measurement] : result.at("measurements")) {
        const auto elapsed = json::number(measurement, "elapsed");
        if (!elapsed || *elapsed < 0) return collector.fail(name, "a measurement without its time");
        collector.add(time, *elapsed * second / batch);
        const auto instructions = json::number(measurement, "instructions");
        if (instructions && *instructions > 0)
            collector.add({name, "instructions", "count", model::Better::lower, false}, *instructions / batch);
    }
}

void read(const View& document, Collector& collector) {
    const auto results = document.at("results");
    if (!results.is_array()) return collector.refuse("this JSON has no list of results");
    Occurrences names;
    for (const auto& [_, result] : results) {
        if (collector.full()) return;
        const auto name = json::text(result, "name").value_or("");
        read_result(result, names.name(name_of(json::text(result, "title").value_or(""), name)), collector);
    }
}

bool recognise_csv(std::string_view text) {
    return text.starts_with(csv_header);
}

void read_csv(std::string_view text, Collector& collector) {
    if (!recognise_csv(text)) return collector.refuse("this is neither nanobench's JSON nor its CSV");
    Occurrences names;
    bool first = true;
    each_line(text, [&](std::string_view line) {
        if (std::exchange(first, false) || trimmed(line).empty()) return true;
        const auto fields = csv_fields(line, ';');
        const auto batch = fields.size() > 5 ? number_in<double>(fields[3]) : std::nullopt;
        const auto elapsed = fields.size() > 5 ? number_in<double>(fields[4]) : std::nullopt;
        if (!batch || !elapsed || !(*batch > 0) || *elapsed < 0) {
            collector.fail(fields.size() > 1 ? name_of(fields[0], fields[1]) : "", "a line that cannot be read");
            return !collector.full();
        }
        model::Summary summary{*elapsed * second / *batch, {}, "", 0};
        if (const auto error = number_in<double>(fields[5])) {
            summary.spread = *error * summary.center;
            summary.spread_kind = "mad";
        }
        collector.add_summary({names.name(name_of(fields[0], fields[1])), "time", "ns", model::Better::lower, true},
                              summary);
        return !collector.full();
    });
}

}  // namespace
}  // namespace nanobench
const Format nanobench_format{"nanobench", nanobench::recognise, nanobench::read, nanobench::recognise_csv,
                              nanobench::read_csv};
}  // namespace benchgate::formats
