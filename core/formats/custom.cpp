// The lists of github-action-benchmark, [{name, unit, value, range, extra}]: customSmallerIsBetter and
// customBiggerIsBetter. They are the same document, and only the format's name says which way is better. `value` may be
// text, `range` a number, "± 3" or "5%".

#include <cmath>

#include "core/formats/registry.h"
#include "core/formats/text.h"
#include "core/formats/units.h"

namespace benchgate::formats {
namespace custom {
namespace {

using json::View;

bool recognise(const View& document) {
    const auto first = document.is_array() ? document.front() : View();
    return first.at("name").is_string() && first.at("unit").is_string() &&
           (first.at("value").is_number() || first.at("value").is_string());
}

std::optional<double> figure(const View& value) {
    if (value.is_number()) return value.number();
    return value.is_string() ? grouped_number(trimmed(value.text())) : std::nullopt;
}

/// In the unit of the value.
std::optional<double> spread_in(const View& range, double value) {
    if (range.is_number()) return std::fabs(range.number());
    if (!range.is_string()) return std::nullopt;
    const auto text = range.text();
    std::string_view rest = trimmed(text);
    for (const std::string_view sign : {"\u00b1", "+/-", "+-"})
        if (rest.starts_with(sign)) rest = trimmed(rest.substr(sign.size()));
    const auto amount = amount_in(rest);
    if (!amount) return std::nullopt;
    return amount->unit == "%" ? std::fabs(value) * amount->value / 100 : amount->value;
}

void read(const View& document, model::Better better, Collector& collector) {
    if (!document.is_array()) return collector.refuse("this JSON is not a list of name, unit and value");
    Occurrences names;
    for (const auto& [_, entry] : document) {
        if (collector.full()) return;
        const auto name = json::text(entry, "name").value_or("");
        const auto value = figure(entry.at("value"));
        if (name.empty() || !value) {
            collector.fail(name, "an entry without a name or without a value");
            continue;
        }
        const auto unit = unit_of(json::text(entry, "unit").value_or("count"));
        model::Summary summary{*value * unit.factor, {}, "", 0};
        if (const auto spread = spread_in(entry.at("range"), *value)) {
            summary.spread = *spread * unit.factor;
            summary.spread_kind = "range/2";
        }
        const auto canonical = unit.canonical.empty() ? std::string("count") : unit.canonical;
        collector.add_summary({names.name(name), std::string(metric_of(unit)), canonical, better, true}, summary);
    }
}

void read_smaller(const View& document, Collector& collector) {
    read(document, model::Better::lower, collector);
}

void read_bigger(const View& document, Collector& collector) {
    read(document, model::Better::higher, collector);
}

}  // namespace
}  // namespace custom
const Format custom_smaller_format{"customSmallerIsBetter", custom::recognise, custom::read_smaller};
const Format custom_bigger_format{"customBiggerIsBetter", custom::recognise, custom::read_bigger};
}  // namespace benchgate::formats
