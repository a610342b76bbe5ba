// The messages of `cargo criterion --message-format=json`, one JSON document a line. Samples are measured_values[i] /
// iteration_count[i] in the message's unit; without them `typical`. `change` is a comparison with the run before, and
// not read.

#include "core/formats/registry.h"
#include "core/formats/text.h"
#include "core/formats/units.h"

namespace benchgate::formats {
namespace cargo_criterion {
namespace {

using json::View;

bool is_message(const View& document) {
    const auto reason = json::text(document, "reason");
    return reason == "benchmark-complete" || (reason == "group-complete" && document.contains("benchmarks"));
}

void read_message(const View& message, Collector& collector) {
    if (json::text(message, "reason") != "benchmark-complete") return;
    const auto name = json::text(message, "id").value_or("");
    const auto unit = unit_of(json::text(message, "unit").value_or("ns"));
    const auto metric = std::string(metric_of(unit));
    auto better = better_of(metric, unit.canonical);
    if (better == model::Better::none) better = model::Better::lower;  // Criterion measures costs
    const Row row{name, metric, unit.canonical, better, true};
    const auto counts = json::numbers(message.at("iteration_count"));
    auto values = json::numbers(message.at("measured_values"));
    if (counts && values && !values->empty()) {
        if (counts->size() != values->size()) return collector.fail(name, "iterations and values do not fit together");
        for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] /= (*counts)[i];
        return collector.add_samples(row, *values, unit.factor);
    }
    const auto typical = json::number(message.at("typical"), "estimate");
    if (!typical) return collector.fail(name, "a message without values");
    collector.add_summary(row, {*typical * unit.factor, {}, "", 0});
}

void read(const View& document, Collector& collector) {
    if (!is_message(document)) return collector.refuse("this JSON is not a message of cargo-criterion");
    read_message(document, collector);
}

bool recognise_text(std::string_view text) {
    bool found = false;
    int lines = 0;
    each_line(text, [&](std::string_view line) {
        if (!line.starts_with('{')) return ++lines < 1000;
        const auto message = json::Document::parse(line);
        found = message && is_message(message->root());
        return !found && ++lines < 1000;
    });
    return found;
}

void read_text(std::string_view text, Collector& collector) {
    each_line(text, [&](std::string_view line) {
        if (!line.starts_with('{')) return true;
        if (const auto message = json::Document::parse(line)) {
            read_message(message->root(), collector);
        } else {
            collector.fail("", "a message that is not JSON; was the output cut off?");
        }
        return !collector.full();
    });
}

}  // namespace
}  // namespace cargo_criterion
const Format cargo_criterion_format{"cargo-criterion", cargo_criterion::is_message, cargo_criterion::read,
                                    cargo_criterion::recognise_text, cargo_criterion::read_text};
}  // namespace benchgate::formats
