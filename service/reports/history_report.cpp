#include "service/reports/history_report.h"

#include <algorithm>
#include <map>

#include "core/history/series.h"
#include "core/history/trend.h"
#include "platform/clock.h"
#include "service/reports/main_drift.h"
#include "service/store/changes.h"
#include "service/store/history.h"

namespace benchgate::reports {
namespace {

constexpr int most_changes = 500, most_series = 2000, most_points = 2000;

reporting::HistorySeriesName name_of(const store::SeriesRow& row) {
    return {row.series_id, row.suite, row.host_class, row.key};
}

reporting::HistoryChange change_of(store::Tx& tx, const store::ChangeRow& row,
                                   const reporting::HistorySeriesName& series) {
    reporting::HistoryChange change;
    change.id = row.change_id;
    change.series = series;
    change.unit = row.unit;
    change.state = to_string(row.state);
    change.handling = to_string(row.handling);
    change.handled_by = row.handled_by;
    if (row.handled_at) change.handled_at = platform::format_utc(*row.handled_at);
    change.note = row.note;
    change.reason = row.reason;
    change.worse = row.worse;
    change.sha = row.sha;
    change.from_sha = row.from_sha;
    change.to_sha = row.to_sha;
    change.commits = row.commits;
    change.first_bad = row.first_bad;
    change.subject = row.subject;
    change.before = row.before;
    change.after = row.after;
    change.change = row.change;
    change.low = row.low;
    change.high = row.high;
    change.measured_run = row.measured_run.value_or("");
    change.measured_ratio = row.measured_ratio;
    change.measured_low = row.measured_low;
    change.measured_high = row.measured_high;
    change.later = row.later;
    change.found_at = platform::format_utc(row.found_at);
    for (const auto& event : store::events_of_change(tx, row.repository_id, row.change_id))
        change.events.push_back({platform::format_utc(event.at), event.who, event.what, event.note});
    return change;
}

void set_trend(reporting::HistorySeries& series, const history::Line& line, store::Time now) {
    std::vector<double> values;
    std::vector<history::TimedValue> timed;
    for (const auto& point : line.points) {
        values.push_back(point.value);
        timed.push_back({point.value, point.measured_at});
    }
    series.newest_sigmas = history::newest_in_sigmas(values);
    series.week = history::week_over_week(timed, now);
    if (const auto drift = history::drift_of(values)) {
        series.drift = drift->change;
        series.drift_low = drift->low;
        series.drift_high = drift->high;
    }
}

bool asks_for_somebody(const store::ChangeRow& change) {
    using history::ChangeState;
    return change.worse && change.handling == history::Handling::open && change.state != ChangeState::rejected &&
           change.state != ChangeState::withdrawn;
}

}  // namespace

reporting::HistoryPlace history_place(const store::RepositoryRow& repository, const Addresses& addresses) {
    reporting::HistoryPlace place{repository.owner + "/" + repository.name, ""};
    if (!addresses.github_web.empty()) place.repository_url = addresses.github_web + "/" + place.repository;
    return place;
}

std::vector<reporting::HistoryChange> changes_of_main(store::Tx& tx, std::int64_t repository_id) {
    std::map<std::string, reporting::HistorySeriesName> names;
    std::vector<reporting::HistoryChange> changes;
    for (const auto& row : store::changes_of_repository(tx, repository_id, most_changes)) {
        auto& name = names[row.series_id];
        if (name.id.empty())
            if (const auto series = store::find_history_series(tx, repository_id, row.series_id))
                name = name_of(*series);
        changes.push_back(change_of(tx, row, name));
    }
    std::stable_partition(changes.begin(), changes.end(), reporting::is_drawn);
    return changes;
}

std::vector<reporting::HistorySeriesRow> series_of_main(store::Tx& tx, std::int64_t repository_id) {
    std::map<std::string, int> open;
    for (const auto& change : store::changes_of_repository(tx, repository_id, most_changes))
        if (asks_for_somebody(change)) ++open[change.series_id];
    std::vector<reporting::HistorySeriesRow> rows;
    for (const auto& series : store::history_series_of(tx, repository_id, most_series))
        rows.push_back({name_of(series), series.points, open[series.series_id]});
    return rows;
}

std::optional<reporting::HistorySeries> series_of_main(store::Tx& tx, std::int64_t repository_id,
                                                       const std::string& series_id, store::Time now) {
    const auto row = store::find_history_series(tx, repository_id, series_id);
    if (!row) return std::nullopt;
    std::vector<history::StoredPoint> stored;
    for (auto& point : store::history_points(tx, repository_id, series_id, most_points))
        stored.push_back(std::move(point.stored));
    const auto line = history::arrange(stored);
    reporting::HistorySeries series;
    series.name = name_of(*row);
    series.unit = line.unit;
    series.better = line.better;
    series.minor = row->minor;
    for (const auto& point : line.points)
        series.points.push_back(
            {point.sha, point.value, point.measured, point.host, point.run_id, point.trials, point.measurements});
    set_trend(series, line, now);
    for (const auto& aside : line.aside) series.aside.push_back({aside.sha, aside.reason});
    for (const auto& host : line.hosts) series.hosts.push_back({host.host, host.factor, host.anchors});
    const auto changes = store::changes_of_series(tx, repository_id, series_id, most_changes);
    for (const auto& change : changes) series.changes.push_back(change_of(tx, change, series.name));
    if (const auto drift = drift_of_main(tx, repository_id, line, changes)) {
        auto& shown = series.allowance.emplace();
        shown.period = to_string(drift->allowance.period);
        shown.allow = drift->allowance.allow;
        if (const auto& usage = drift->usage) {
            shown.since = usage->since;
            shown.since_sha = line.points[usage->anchor].sha;
            shown.change = usage->drift.change;
            shown.low = usage->drift.low;
            shown.high = usage->drift.high;
            shown.beyond = usage->beyond;
        }
    }
    std::stable_partition(series.changes.begin(), series.changes.end(), reporting::is_drawn);
    return series;
}

}  // namespace benchgate::reports
