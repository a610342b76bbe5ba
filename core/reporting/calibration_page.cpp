#include "core/reporting/calibration_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/reporting/escape.h"
#include "core/reporting/html_view.h"
#include "core/reporting/json_parts.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

constexpr std::size_t most_rows = 500;  // of one suite on one host

std::string share(double value) {
    return value > 0 && value < 0.0001 ? "below 0.01 %" : format_percent(value);
}

std::string rate_text(const model::Interval& rate) {
    if (!rate.low || !rate.high) return "–";
    return fmt::format("{} to {}", share(*rate.low), share(*rate.high));
}

/// "2 of 40 comparisons raised an alarm: 0.61 % to 16.9 % (95 % interval) where 2 % are allowed."
std::string sentence_of(const CalibrationHostRow& host) {
    return fmt::format("{} of {} raised an alarm: {} (95 % interval) where {} are allowed.", host.jobs.alarms,
                       counted(host.jobs.comparisons, "comparison"), rate_text(host.rate), share(host.jobs.promised));
}

data series_data(const CalibrationSeriesRow& row) {
    const auto& counted = row.series.counted;
    data view("name", cell(row.series.key.benchmark));
    view.set("metric", cell(row.series.key.metric));
    view.set("alarms", fmt::format("{} of {}", counted.alarms, counted.comparisons));
    view.set("rate", rate_text(row.rate));
    view.set("allowed", counted.promised > 0 ? share(counted.promised) : "none");
    view.set("detectable", row.detectable ? format_percent(*row.detectable) : "–");
    view.set("word", row.advisory ? "inconclusive" : "unchanged");
    view.set("label", row.advisory ? "only advice" : "may hold a merge");
    return view;
}

data host_data(const CalibrationHostRow& host) {
    data view("suite", cell(host.suite));
    view.set("runner", cell(host.runner));
    view.set("sentence", sentence_of(host));
    view.set("word", host.over ? "inconclusive" : "unchanged");
    view.set("label", host.over ? "over its rate" : "nothing against its promise");
    view.set("last", cell(host.last_at).substr(0, 10));
    // Those that alarmed first; the rest by what they can show.
    std::vector<const CalibrationSeriesRow*> ordered;
    for (const auto& row : host.series) ordered.push_back(&row);
    std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
        if (a->series.counted.alarms != b->series.counted.alarms)
            return a->series.counted.alarms > b->series.counted.alarms;
        return a->detectable.value_or(0) > b->detectable.value_or(0);
    });
    data rows(data::type::list);
    const auto shown = std::min(ordered.size(), most_rows);
    for (std::size_t i = 0; i < shown; ++i) rows.push_back(series_data(*ordered[i]));
    view.set("rows", rows);
    if (shown < ordered.size())
        view.set("more", data("sentence", fmt::format("and {} more, none of which alarmed more often",
                                                      format_count(static_cast<long long>(ordered.size() - shown)))));
    return view;
}

void set_counts(json::OrderedJson& object, const model::FalseAlarms& counted, const model::Interval& rate) {
    object["comparisons"] = counted.comparisons;
    object["alarms"] = counted.alarms;
    object["promised"] = counted.promised;
    object["rate"] = interval_json(rate);
}

}  // namespace

std::string render_calibration_page(std::string_view full_name, const std::vector<CalibrationHostRow>& hosts) {
    data root("name", cell(full_name));
    root.set("address", safe_address("/" + std::string(full_name)));
    data list(data::type::list);
    for (const auto& host : hosts) list.push_back(host_data(host));
    if (!hosts.empty()) root.set("any", data("hosts", list));
    return render_html_template("calibration_page", std::move(root), fmt::format("Calibration of {}", full_name),
                                Style::linked);
}

json::OrderedJson calibration_json(std::string_view full_name, const std::vector<CalibrationHostRow>& hosts) {
    json::OrderedJson document{{"repository", std::string(full_name)}, {"hosts", json::OrderedJson::array()}};
    for (const auto& host : hosts) {
        json::OrderedJson entry{{"runner", host.runner}, {"suite", host.suite}};
        set_counts(entry, host.jobs, host.rate);
        entry["over"] = host.over;
        entry["last_at"] = host.last_at;
        entry["series"] = json::OrderedJson::array();
        for (const auto& row : host.series) {
            json::OrderedJson series{{"benchmark", row.series.key.benchmark}, {"metric", row.series.key.metric}};
            set_counts(series, row.series.counted, row.rate);
            series["advisory"] = row.advisory;
            series["minimum_detectable"] =
                row.detectable ? json::OrderedJson(*row.detectable) : json::OrderedJson(nullptr);
            entry["series"].push_back(std::move(series));
        }
        document["hosts"].push_back(std::move(entry));
    }
    return document;
}

}  // namespace benchgate::reporting
