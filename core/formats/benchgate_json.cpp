#include "core/formats/benchgate_json.h"

#include <fmt/format.h>

#include "core/formats/registry.h"
#include "core/formats/units.h"
#include "core/model/units.h"

namespace benchgate::formats::benchgate_json {
namespace {

using json::View;

/// The scale of a stated unit: a canonical one, or the tool's own word unchanged.
model::UnitScale scale_of(const std::string& unit) {
    if (unit == "1/s" || unit == "ratio" || unit == "count") return {1, unit};
    return model::unit_scale(unit).value_or(model::UnitScale{1, unit});
}

std::map<std::string, std::string> params_in(const View& entry) {
    std::map<std::string, std::string> params;
    for (const auto& [key, value] : json::at(entry, "params")) {
        if (params.size() >= 32) break;
        params.emplace(key, value.is_string() ? value.text() : json::dump(value));
    }
    return params;
}

void add_samples(const View& samples, const Row& row, double factor, Collector& collector) {
    if (samples.empty()) return collector.fail(row.benchmark, "an empty list of samples");
    const auto values = json::numbers(samples);
    if (!values) return collector.fail(row.benchmark, "a sample that is not a number");
    for (const double value : *values) collector.add(row, value * factor);
}

void add_summary(const View& given, const Row& row, double factor, Collector& collector) {
    const auto center = json::number(given, "center");
    if (!center) return collector.fail(row.benchmark, "a summary without its center");
    model::Summary summary{*center * factor, std::nullopt, "", json::integer(given, "n").value_or(0)};
    if (const auto spread = json::number(given, "spread")) {
        summary.spread = *spread * factor;
        summary.spread_kind = excerpt(json::text(given, "spread_kind").value_or("sd"), 40);
    }
    collector.add_summary(row, summary);
}

void read_measurement(const View& entry, Collector& collector) {
    const auto benchmark = json::text(entry, "benchmark");
    if (!benchmark || benchmark->empty()) return collector.fail("", "a measurement without its benchmark");
    const auto unit = json::text(entry, "unit");
    if (!unit || unit->empty()) return collector.fail(*benchmark, "a measurement without its unit");
    const auto scale = scale_of(*unit);
    const auto metric = json::text(entry, "metric").value_or("time");
    auto better = better_of(metric, scale.canonical);
    if (entry.contains("better")) {
        const auto stated = model::better_from(json::text(entry, "better").value_or(""));
        if (!stated) return collector.fail(*benchmark, "better is not one of lower, higher, none");
        better = *stated;
    }
    if (entry.contains("gating") && !json::at(entry, "gating").is_boolean())
        return collector.fail(*benchmark, "gating is not true or false");
    // What has no direction cannot be judged, whatever the document says.
    const bool gating = better != model::Better::none && json::boolean(entry, "gating").value_or(true);
    const Row row{*benchmark, metric, scale.canonical, better, gating};
    collector.set_params(*benchmark, params_in(entry));
    if (json::at(entry, "samples").is_array()) {
        add_samples(json::at(entry, "samples"), row, scale.factor, collector);
        if (!json::boolean(entry, "order_known").value_or(true)) collector.set_order_unknown(*benchmark, row.metric);
    } else if (const auto value = json::number(entry, "value")) {
        collector.add(row, *value * scale.factor);
    } else if (entry.contains("summary")) {
        add_summary(json::at(entry, "summary"), row, scale.factor, collector);
    } else {
        collector.fail(*benchmark, "a measurement with neither samples, value nor summary");
    }
}

bool recognise(const View& document) {
    return json::at(document, "measurements").is_array();
}

void read(const View& document, Collector& collector) {
    const auto& version = json::at(document, "schema_version");
    if (version.is_number() && version.number() != schema_version)
        return collector.fail("", fmt::format("schema_version is not {}", schema_version));
    const auto& measurements = json::at(document, "measurements");
    if (!measurements.is_array()) return collector.refuse("this JSON has no list of measurements");
    for (const auto& [_, entry] : measurements) {
        if (collector.full()) return;
        read_measurement(entry, collector);
    }
    const auto& errors = json::at(document, "errors");
    if (errors.is_array())
        for (const auto& [_, error] : errors)
            collector.fail(json::text(error, "benchmark").value_or(""),
                           json::text(error, "message").value_or("failed"));
}

}  // namespace

json::OrderedJson write(std::string_view format, const model::Measurements& measurements) {
    json::OrderedJson document{{"schema_version", schema_version}, {"format", format}};
    auto list = json::OrderedJson::array();
    for (const auto& value : measurements.values) {
        json::OrderedJson entry{{"benchmark", value.series.key.benchmark},
                                {"params", value.params},
                                {"metric", value.series.key.metric},
                                {"unit", value.series.unit},
                                {"better", model::to_string(value.series.better)},
                                {"gating", value.series.gating}};
        if (value.summary) {
            entry["summary"] = {{"center", value.summary->center}};
            if (value.summary->spread) {
                entry["summary"]["spread"] = *value.summary->spread;
                entry["summary"]["spread_kind"] = value.summary->spread_kind;
            }
            entry["summary"]["n"] = value.summary->n;
        } else {
            entry["samples"] = value.samples;
            entry["order_known"] = value.order_known;
        }
        list.push_back(std::move(entry));
    }
    document["measurements"] = std::move(list);
    auto errors = json::OrderedJson::array();
    for (const auto& error : measurements.errors)
        errors.push_back({{"benchmark", error.benchmark}, {"message", error.message}});
    document["errors"] = std::move(errors);
    return document;
}

}  // namespace benchgate::formats::benchgate_json

namespace benchgate::formats {
const Format benchgate_json_format{"json", benchgate_json::recognise, benchgate_json::read};
}  // namespace benchgate::formats
