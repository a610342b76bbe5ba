// Alerts and retention: shapes and units.

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/config/readers.h"

namespace benchgate::config {
namespace {

/// "p95 > 1000ms for 5m"
bool good_expression(const std::string& text) {
    std::istringstream stream(text);
    std::string metric, comparison, limit, word, time;
    if (!(stream >> metric >> comparison >> limit)) return false;
    const auto quantity = model::parse_quantity(limit);
    const auto unit = unit_of_metric(metric);
    if ((comparison != ">" && comparison != "<" && comparison != ">=" && comparison != "<=") || !quantity) return false;
    if (!unit.empty() && quantity->unit != unit) return false;
    if (!(stream >> word)) return true;
    return word == "for" && stream >> time && model::parse_duration(time) && !(stream >> word);
}

}  // namespace

void check_alerts(Reader& reader, const Node& node) {
    for (const auto* item : reader.list(node, "alerts")) {
        Section section(reader, *item, "alert", "alerts");
        if (const auto* on = section.require("on")) {
            const auto text = reader.text(*on, "alerts.on");
            if (text && text->find(' ') == std::string::npos) {
                reader.word(*on, "alerts.on", {"change_point", "regression", "weekly_report"});
            } else if (text && !good_expression(*text)) {
                reader.fail(
                    *on, fmt::format(
                             "alerts.on: expected METRIC > LIMIT [for TIME], such as 'p95 > 1000ms for 5m', found {}",
                             quoted(*text)));
            }
        }
        if (const auto* severity = section.get("severity"))
            reader.word(*severity, "alerts.severity", {"info", "warning", "critical"});
        if (const auto* to = section.require("to"))
            for (const auto* channel : reader.list(*to, "alerts.to"))
                reader.word(*channel, "alerts.to", {"slack", "issue", "email", "pagerduty", "webhook"});
    }
}

void check_retention(Reader& reader, const Node& node) {
    const Section section(reader, node, "retention", "retention");
    for (const std::string_view key : {"raw", "hourly", "daily", "regressions"}) {
        const auto* value = section.get(key);
        if (value == nullptr || (value->kind == Node::Kind::scalar && value->text == "forever")) continue;
        reader.duration(*value, section.path(key));
    }
}

}  // namespace benchgate::config
