#include <cmath>

#include "core/reporting/history.h"

namespace benchgate::reporting {
namespace {

json::Json number_or_null(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? json::Json(*value) : json::Json();
}

json::Json name_json(const HistorySeriesName& name) {
    return {{"id", name.id},
            {"suite", name.suite},
            {"host_class", name.host_class},
            {"benchmark", name.key.benchmark},
            {"metric", name.key.metric}};
}

json::Json text_or_null(const std::string& text) {
    return text.empty() ? json::Json() : json::Json(text);
}

json::Json allowance_json(const std::optional<HistoryAllowance>& allowance) {
    if (!allowance) return {};
    return {{"per", allowance->period},
            {"allow", number_or_null(allowance->allow)},
            {"since", text_or_null(allowance->since)},
            {"after", text_or_null(allowance->since_sha)},
            {"change", number_or_null(allowance->change)},
            {"interval", json::Json::array({number_or_null(allowance->low), number_or_null(allowance->high)})},
            {"beyond", allowance->beyond}};
}

json::Json change_json(const HistoryChange& change) {
    json::Json document{{"id", change.id},
                        {"series", name_json(change.series)},
                        {"unit", change.unit},
                        {"state", change.state},
                        {"reason", change.reason},
                        {"direction", change.worse ? "worse" : "better"},
                        {"commit", change.sha},
                        {"range", {{"after", change.from_sha}, {"until", change.to_sha}, {"commits", change.commits}}},
                        {"first_bad", text_or_null(change.first_bad)},
                        {"subject", text_or_null(change.subject)},
                        {"before", number_or_null(change.before)},
                        {"after", number_or_null(change.after)},
                        {"change", number_or_null(change.change)},
                        {"interval", json::Json::array({number_or_null(change.low), number_or_null(change.high)})},
                        {"later", change.later},
                        {"found_at", change.found_at},
                        {"handling",
                         {{"state", change.handling},
                          {"by", text_or_null(change.handled_by)},
                          {"at", text_or_null(change.handled_at)},
                          {"note", change.note}}}};
    document["measured"] = change.measured_run.empty()
                               ? json::Json()
                               : json::Json{{"run", change.measured_run},
                                            {"ratio", number_or_null(change.measured_ratio)},
                                            {"interval", json::Json::array({number_or_null(change.measured_low),
                                                                            number_or_null(change.measured_high)})}};
    auto& events = document["events"] = json::Json::array();
    for (const auto& event : change.events)
        events.push_back({{"at", event.at}, {"who", event.who}, {"what", event.what}, {"note", event.note}});
    return document;
}

json::Json changes_array(const std::vector<HistoryChange>& changes) {
    auto list = json::Json::array();
    for (const auto& change : changes) list.push_back(change_json(change));
    return list;
}

}  // namespace

json::Json changes_json(const HistoryPlace& place, const std::vector<HistoryChange>& changes) {
    return {{"schema_version", 1}, {"repository", place.repository}, {"changes", changes_array(changes)}};
}

json::Json series_list_json(const HistoryPlace& place, const std::vector<HistorySeriesRow>& rows) {
    json::Json document{{"schema_version", 1}, {"repository", place.repository}};
    auto& list = document["series"] = json::Json::array();
    for (const auto& row : rows) {
        auto one = name_json(row.name);
        one["points"] = row.points;
        one["changes"] = row.changes;
        list.push_back(std::move(one));
    }
    return document;
}

json::Json series_json(const HistoryPlace& place, const HistorySeries& series) {
    json::Json document{
        {"schema_version", 1},
        {"repository", place.repository},
        {"series", name_json(series.name)},
        {"unit", series.unit},
        {"better", model::to_string(series.better)},
        {"minor_changes", series.minor},
        {"newest_sigmas", number_or_null(series.newest_sigmas)},
        {"week_over_week", number_or_null(series.week)},
        {"drift",
         {{"change", number_or_null(series.drift)},
          {"interval", json::Json::array({number_or_null(series.drift_low), number_or_null(series.drift_high)})}}},
        {"allowance", allowance_json(series.allowance)},
        {"changes", changes_array(series.changes)}};
    auto& points = document["points"] = json::Json::array();
    for (const auto& point : series.points)
        points.push_back({{"commit", point.sha},
                          {"value", number_or_null(point.value)},
                          {"measured", number_or_null(point.measured)},
                          {"host", point.host},
                          {"trials", point.trials},
                          {"measurements", point.measurements},
                          {"run", point.run_id}});
    auto& aside = document["set_aside"] = json::Json::array();
    for (const auto& one : series.aside) aside.push_back({{"commit", one.sha}, {"reason", one.reason}});
    auto& hosts = document["hosts"] = json::Json::array();
    for (const auto& host : series.hosts)
        hosts.push_back({{"host", host.host}, {"factor", number_or_null(host.factor)}, {"anchors", host.anchors}});
    return document;
}

}  // namespace benchgate::reporting
