#include "core/reporting/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/reporting/escape.h"
#include "core/reporting/history_chart.h"
#include "core/reporting/html_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

constexpr std::size_t most_listed = 200;  // points, or what was set aside, in a table

std::string series_address(const HistoryPlace& place, const HistorySeriesName& name) {
    return safe_address(fmt::format("/{}/benchmarks/{}", place.repository, name.id));
}

/// A commit, linked to GitHub where that is known.
data commit_data(const HistoryPlace& place, const std::string& sha) {
    data commit("name", short_sha(sha));
    commit.set("full", cell(sha));
    if (!place.repository_url.empty())
        commit.set("link", data("href", safe_address(place.repository_url + "/commit/" + sha)));
    return commit;
}

std::string range_text(const std::optional<double>& low, const std::optional<double>& high) {
    if (!low || !high) return "";
    return fmt::format("{} to {}", format_change(*low), format_change(*high));
}

/// The gate's measurement where there is one, since the series' own is of a place chosen by looking.
std::string size_text(const HistoryChange& change) {
    if (change.measured_ratio) return format_change(*change.measured_ratio - 1);
    return change.change ? format_change(*change.change) : "–";
}

std::string interval_of(const HistoryChange& change) {
    if (change.measured_low && change.measured_high)
        return range_text(*change.measured_low - 1, *change.measured_high - 1);
    return range_text(change.low, change.high);
}

std::string_view state_word(const HistoryChange& change) {
    if (change.state == "found") return "to be measured";
    if (change.state == "confirmed") return change.worse ? "worse, confirmed" : "better, confirmed";
    if (change.state == "rejected") return "not confirmed";
    if (change.state == "drifted") return "drift";
    return change.state;
}

std::string why_text(const HistoryChange& change) {
    if (change.state == "provisional")
        return fmt::format("{} seen after it; from six on it is measured again.", counted(change.later, "value"));
    return change.reason;
}

data change_data(const HistoryPlace& place, const HistoryChange& change, std::size_t number, bool of_many_series) {
    data row("number", std::to_string(number));
    if (of_many_series) {
        data named("benchmark", cell(change.series.key.benchmark));
        named.set("metric", cell(change.series.key.metric));
        named.set("series", series_address(place, change.series));
        row.set("named", named);
    }
    row.set("tag", std::string(tag_of(change)));
    row.set("state", std::string(state_word(change)));
    row.set("direction", std::string(change.worse ? "worse" : "better"));
    row.set("change", size_text(change));
    row.set("interval", interval_of(change));
    row.set("values",
            fmt::format("{} → {}", format_value(change.before, change.unit), format_value(change.after, change.unit)));
    if (!change.first_bad.empty()) {
        row.set("commit", commit_data(place, change.first_bad));
        if (!change.subject.empty()) row.set("subject", data("text", cell(change.subject)));
    } else if (change.commits > 1) {
        data range("count", (change.state == "drifted" ? "over " : "one of ") + counted(change.commits, "commit"));
        range.set("after", commit_data(place, change.from_sha));
        range.set("until", commit_data(place, change.to_sha));
        row.set("range", range);
    } else {
        row.set("commit", commit_data(place, change.to_sha));
    }
    if (const auto why = why_text(change); !why.empty()) row.set("why", data("clause", shortened(one_line(why), 300)));
    if (!change.measured_run.empty())
        row.set("run", data("href", safe_address(fmt::format("/{}/runs/{}", place.repository, change.measured_run))));
    if (change.handling != "open" || !change.handled_by.empty()) {
        data handled("word", cell(change.handling));
        handled.set("by", cell(change.handled_by));
        handled.set("at", time_cell(change.handled_at));
        if (!change.note.empty()) handled.set("note", data("text", shortened(one_line(change.note), 300)));
        row.set("handled", handled);
    }
    row.set("found", cell(change.found_at.substr(0, 10)));
    return row;
}

data changes_data(const HistoryPlace& place, const std::vector<HistoryChange>& changes, bool of_many_series) {
    data rows(data::type::list);
    for (std::size_t i = 0; i < changes.size(); ++i)
        rows.push_back(change_data(place, changes[i], i + 1, of_many_series));
    return rows;
}

void set_heading(data& root, const HistoryPlace& place) {
    root.set("repository", cell(place.repository));
    root.set("repository_page", safe_address("/" + place.repository));
}

/// "3 of them: it is missing on this commit", the most frequent first.
data aside_data(const std::vector<HistoryAside>& aside) {
    std::vector<std::pair<std::string, long long>> reasons;
    for (const auto& one : aside) {
        const auto known = std::find_if(reasons.begin(), reasons.end(),
                                        [&](const auto& reason) { return reason.first == one.reason; });
        if (known == reasons.end())
            reasons.emplace_back(one.reason, 1);
        else
            ++known->second;
    }
    std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    if (reasons.size() > most_listed) reasons.resize(most_listed);
    data facts(data::type::list);
    for (const auto& [reason, count] : reasons)
        facts.push_back(
            data("fact", fmt::format("{}: {}", counted(count, "commit"), shortened(one_line(reason), 300))));
    return facts;
}

std::string allowance_text(const HistoryAllowance& allowance) {
    const auto allowed =
        fmt::format("Allowance for small steps: {} worse per {}", format_percent(allowance.allow), allowance.period);
    if (!allowance.change)
        return allowed + "; too few commits were measured yet to say how much of it is used (twenty are needed).";
    return fmt::format("{}; since {} they add up to {} ({}){}.", allowed, cell(allowance.since),
                       format_change(*allowance.change), range_text(allowance.low, allowance.high),
                       allowance.beyond ? ", more than allowed" : "");
}

data facts_data(const HistorySeries& series) {
    data facts(data::type::list);
    const auto add = [&](std::string fact) { facts.push_back(data("fact", std::move(fact))); };
    for (std::size_t i = 1; i < series.hosts.size(); ++i)
        add(fmt::format(
            "Values of {} (hollow dots) are shown on the scale of {}: times {:.4g}, by {} that both measured.",
            cell(series.hosts[i].host), cell(series.hosts[0].host), series.hosts[i].factor,
            counted(series.hosts[i].anchors, "commit")));
    if (series.minor > 0)
        add(fmt::format("Not followed: {}, sure but small beside this series' own range.",
                        counted(series.minor, "change")));
    if (series.newest_sigmas && std::abs(*series.newest_sigmas) > 3)
        add(fmt::format("The newest value lies {:.1f} standard deviations {} those before it (thirty at most).",
                        std::abs(*series.newest_sigmas), *series.newest_sigmas > 0 ? "above" : "below"));
    if (series.week) add(fmt::format("Week over week: {}.", format_change(*series.week)));
    if (series.drift)
        add(fmt::format("From the first ten commits shown to the newest ten: {} ({}), steps and drift together.",
                        format_change(*series.drift), range_text(series.drift_low, series.drift_high)));
    if (series.allowance) add(allowance_text(*series.allowance));
    if (series.better == model::Better::none) add("The metric has no direction: its changes are not looked for.");
    return facts;
}

data points_data(const HistoryPlace& place, const HistorySeries& series) {
    data rows(data::type::list);
    const auto& points = series.points;
    for (std::size_t i = points.size(); i-- > 0 && points.size() - i <= most_listed;) {
        data row = commit_data(place, points[i].sha);
        row.set("value", format_value(points[i].value, series.unit));
        row.set("host", cell(points[i].host));
        row.set("trials", format_count(points[i].trials));
        row.set("run", safe_address(fmt::format("/{}/runs/{}", place.repository, points[i].run_id)));
        rows.push_back(row);
    }
    return rows;
}

}  // namespace

bool is_drawn(const HistoryChange& change) {
    return change.state != "rejected" && change.state != "withdrawn";
}

std::string_view tag_of(const HistoryChange& change) {
    if (change.state == "confirmed") return change.worse ? "regressed" : "improved";
    return change.state == "provisional" || !is_drawn(change) ? "plain" : "inconclusive";
}

std::string render_changes(const HistoryPlace& place, const std::vector<HistoryChange>& changes) {
    data root;
    set_heading(root, place);
    const auto rows = changes_data(place, changes, true);
    if (!rows.is_empty_list()) root.set("table", data("rows", rows));
    return render_html_template("changes", std::move(root), "Changes of " + place.repository, Style::linked);
}

std::string render_series_list(const HistoryPlace& place, const std::vector<HistorySeriesRow>& rows) {
    data root;
    set_heading(root, place);
    data list(data::type::list);
    for (const auto& one : rows) {
        data row("benchmark", cell(one.name.key.benchmark));
        row.set("metric", cell(one.name.key.metric));
        row.set("suite", cell(one.name.suite));
        row.set("hosts", one.name.host_class.empty() ? "any" : cell(one.name.host_class));
        row.set("points", format_count(one.points));
        row.set("href", series_address(place, one.name));
        if (one.changes > 0) row.set("open", data("count", format_count(one.changes)));
        list.push_back(row);
    }
    if (!list.is_empty_list()) root.set("table", data("rows", list));
    return render_html_template("benchmarks", std::move(root), "Benchmarks of " + place.repository, Style::linked);
}

std::string render_series(const HistoryPlace& place, const HistorySeries& series) {
    data root;
    set_heading(root, place);
    root.set("benchmark", cell(series.name.key.benchmark));
    root.set("metric", cell(series.name.key.metric));
    root.set("suite", cell(series.name.suite));
    root.set("hosts", series.name.host_class.empty() ? "any host" : cell(series.name.host_class));
    root.set("count", counted(static_cast<long long>(series.points.size()), "commit"));
    if (series.better != model::Better::none)
        root.set("better", data("word", std::string(model::to_string(series.better))));
    if (const auto chart = history_chart(place, series)) root.set("chart", *chart);
    if (const auto rows = changes_data(place, series.changes, false); !rows.is_empty_list())
        root.set("table", data("rows", rows));
    root.set("facts", facts_data(series));
    if (!series.aside.empty()) {
        data aside("count", counted(static_cast<long long>(series.aside.size()), "measurement"));
        aside.set("facts", aside_data(series.aside));
        root.set("aside", aside);
    }
    if (!series.points.empty()) {
        data points("rows", points_data(place, series));
        points.set("count", format_count(static_cast<long long>(std::min(series.points.size(), most_listed))));
        root.set("points", points);
    }
    return render_html_template("series", std::move(root),
                                fmt::format("{} {}", series.name.key.benchmark, series.name.key.metric), Style::linked);
}

}  // namespace benchgate::reporting
