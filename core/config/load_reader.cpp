// Keys of load, stress and chaos tests, alerts and retention: shapes and units.

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "core/config/readers.h"

namespace benchgate::config {
namespace {

constexpr int most_clients = 1'000'000;
constexpr Range rates{0.001, 1e9};

void check_service(Reader& reader, const Node& node, const std::string& what) {
    Section section(reader, node, "service", what);
    if (const auto* start = section.require("start")) reader.shell_line(*start, section.path("start"));
    if (const auto* ready = section.get("ready")) {
        const auto text = reader.text(*ready, section.path("ready"));
        if (text && !text->starts_with("tcp:") && !text->starts_with("http://") && !text->starts_with("log:"))
            reader.fail(*ready, fmt::format("{}: expected tcp:PORT, http://... or log:TEXT, found {}",
                                            section.path("ready"), quoted(*text)));
    }
    if (const auto* stop = section.get("stop"))
        reader.word(*stop, section.path("stop"), {"TERM", "INT", "QUIT", "HUP", "KILL"});
}

/// clients, rate and for: of a load and of a step of its profile.
void check_amounts(Reader& reader, const Section& section) {
    if (const auto* clients = section.get("clients"))
        reader.integer(*clients, section.path("clients"), 1, most_clients);
    if (const auto* rate = section.get("rate")) reader.number(*rate, section.path("rate"), rates);
    if (const auto* time = section.get("for")) reader.duration(*time, section.path("for"));
}

void check_load(Reader& reader, const Node& node, const std::string& what) {
    Section section(reader, node, "load", what);
    if (const auto* tool = section.require("tool")) reader.text(*tool, section.path("tool"));
    if (const auto* target = section.require("target")) reader.text(*target, section.path("target"));
    check_amounts(reader, section);
}

void check_step(Reader& reader, const Node& node, const std::string& what) {
    Section section(reader, node, "step", what);
    if (const auto* name = section.require("name")) reader.text(*name, section.path("name"));
    if (const auto* from = section.get("from")) reader.number(*from, section.path("from"), rates);
    if (const auto* to = section.get("to")) reader.number(*to, section.path("to"), rates);
    section.require("for");
    check_amounts(reader, section);
}

void check_objective(Reader& reader, const Node& node, const std::string& what) {
    Section section(reader, node, "objective", what);
    const auto* metric = section.require("metric");
    const auto name = metric == nullptr ? std::nullopt : reader.text(*metric, section.path("metric"));
    const auto unit = unit_of_metric(name.value_or(""));
    if (const auto* max = section.get("max")) reader.quantity(*max, section.path("max"), unit);
    if (const auto* min = section.get("min")) reader.quantity(*min, section.path("min"), unit);
    if (section.is_map() && section.get("max") == nullptr && section.get("min") == nullptr)
        reader.fail(node, what + ": neither max nor min");
}

void check_fault(Reader& reader, const Node& node, const std::string& what) {
    Section section(reader, node, "fault", what);
    if (const auto* at = section.require("at")) reader.duration(*at, section.path("at"));
    if (const auto* time = section.get("for")) reader.duration(*time, section.path("for"));
    if (const auto* kind = section.require("kind")) reader.text(*kind, section.path("kind"));
}

void check_search(Reader& reader, const Node& node, const std::string& what) {
    const Section section(reader, node, "search", what);
    if (const auto* rate = section.get("rate")) reader.number(*rate, section.path("rate"), rates);
    if (const auto* factor = section.get("factor")) reader.number(*factor, section.path("factor"), {1.01, 10});
}

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

void check_load_keys(Reader& reader, const Section& suite) {
    if (const auto* node = suite.get("service")) check_service(reader, *node, suite.path("service"));
    if (const auto* node = suite.get("load")) check_load(reader, *node, suite.path("load"));
    if (const auto* node = suite.get("search")) check_search(reader, *node, suite.path("search"));
    const auto each = [&](std::string_view key, auto check) {
        if (const auto* node = suite.get(key))
            for (const auto* item : reader.list(*node, suite.path(key))) check(reader, *item, suite.path(key));
    };
    each("profile", check_step);
    each("objectives", check_objective);
    each("faults", check_fault);
}

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
