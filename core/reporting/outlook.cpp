#include "core/reporting/outlook.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/reporting/escape.h"
#include "core/reporting/html_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

constexpr std::size_t most_outlook_rows = 500;  // of one suite
constexpr std::size_t most_named_short = 3;     // benchmarks in the sentence

std::string outlook_cell(std::string_view foreign) {
    return shortened(one_line(foreign));
}

/// Two digits: the noise of a few jobs gives no third.
std::string rough_percent(double share) {
    if (share <= 0) return "0 %";
    const double power = std::pow(10, std::floor(std::log10(share)) - 1);
    return format_percent(std::round(share / power) * power);
}

/// Whole minutes from three minutes on: it is an expectation.
std::string rough_duration(double seconds) {
    constexpr double minute = 60, precise_below = 180;
    if (seconds >= precise_below) return format_duration(std::round(seconds / minute) * minute);
    return format_duration(seconds >= 10 ? std::round(seconds / 5) * 5 : std::ceil(seconds));
}

std::optional<double> median_smallest(const SuiteOutlookRow& suite) {
    std::vector<double> known;
    for (const auto& one : suite.series)
        if (one.smallest) known.push_back(*one.smallest);
    if (known.empty()) return std::nullopt;
    std::sort(known.begin(), known.end());
    return (known[(known.size() - 1) / 2] + known[known.size() / 2]) / 2;
}

/// Those that fall short, the worst first.
std::vector<const SeriesOutlookRow*> short_ones(const SuiteOutlookRow& suite) {
    std::vector<const SeriesOutlookRow*> found;
    for (const auto& one : suite.series)
        if (one.falls_short()) found.push_back(&one);
    std::stable_sort(found.begin(), found.end(),
                     [](const auto* a, const auto* b) { return *a->smallest / a->detect > *b->smallest / b->detect; });
    return found;
}

/// What the policy asks of all of them, if it is the same.
std::string asked_of(const std::vector<const SeriesOutlookRow*>& series) {
    const bool same = std::all_of(series.begin(), series.end(),
                                  [&](const auto* one) { return one->detect == series.front()->detect; });
    return same ? format_percent(series.front()->detect) : "what the policy asks for";
}

std::string_view unknown_yet = "how long it takes and what it can show is unknown until the first run";

data outlook_row(const SeriesOutlookRow& series, int max_trials) {
    data row("name", outlook_cell(series.key.benchmark));
    row.set("metric", outlook_cell(series.key.metric));
    row.set("asked", format_percent(series.detect));
    row.set("smallest", !series.smallest        ? "unknown"
                        : *series.smallest == 0 ? "any: it does not vary"
                                                : rough_percent(*series.smallest));
    row.set("needed", !series.smallest       ? "–"
                      : series.trials_needed ? format_count(*series.trials_needed)
                                             : "no number would do");
    row.set("unchanged", series.trials_unchanged ? fmt::format("{:.0f}", *series.trials_unchanged) : "–");
    row.set("word", series.falls_short() ? "inconclusive" : "unchanged");
    row.set("label", !series.smallest ? "unknown" : series.falls_short() ? "too noisy" : "seen");
    if (const auto advice = outlook_advice(series, max_trials); !advice.empty())
        row.set("advice", data("text", advice));
    return row;
}

data outlook_suite(const SuiteOutlookRow& suite) {
    data view("suite", outlook_cell(suite.suite));
    view.set("hosts", suite.host_class.empty() ? "any host" : outlook_cell(suite.host_class));
    if (suite.jobs == 0) return view;
    data known("sentence", fmt::format("An unchanged pull request is expected to take {}, a changed or a noisy one at "
                                       "most {}.",
                                       expected_duration(suite), rough_duration(suite.most_s)));
    known.set("basis",
              fmt::format("From the newest {}; {:.0f} trials a side are expected if nothing changed, at most {}.",
                          counted(suite.jobs, "job"), suite.trials_unchanged, suite.max_trials));
    if (const auto middle = median_smallest(suite))
        known.set("median", data("text", fmt::format("Half of {} show a change of {} or less.",
                                                     counted(static_cast<long long>(suite.series.size()), "benchmark"),
                                                     rough_percent(*middle))));
    // Those that cannot show what is asked stand first; the others in their own order.
    std::vector<const SeriesOutlookRow*> ordered = short_ones(suite);
    for (const auto& one : suite.series)
        if (!one.falls_short()) ordered.push_back(&one);
    data rows(data::type::list);
    const auto shown = std::min(ordered.size(), most_outlook_rows);
    for (std::size_t i = 0; i < shown; ++i) rows.push_back(outlook_row(*ordered[i], suite.max_trials));
    known.set("rows", rows);
    if (shown < ordered.size())
        known.set("more", data("sentence", fmt::format("and {} more, which can show what the policy asks for",
                                                       format_count(static_cast<long long>(ordered.size() - shown)))));
    view.set("known", known);
    return view;
}

json::OrderedJson known_or_null(const std::optional<double>& value) {
    return value && std::isfinite(*value) ? json::OrderedJson(*value) : json::OrderedJson(nullptr);
}

}  // namespace

std::string expected_duration(const SuiteOutlookRow& suite) {
    return suite.jobs == 0 ? "" : "about " + rough_duration(suite.unchanged_s);
}

std::string expected_start(double seconds) {
    return seconds < 1 ? "now" : "in about " + rough_duration(seconds);
}

std::string outlook_advice(const SeriesOutlookRow& series, int max_trials) {
    if (!series.falls_short()) return "";
    const auto asked = format_percent(series.detect);
    const auto seen = fmt::format("at {} you see {}", max_trials, rough_percent(*series.smallest));
    if (!series.trials_needed) return fmt::format("{} cannot be seen here with any number of trials; {}", asked, seen);
    return fmt::format("{} needs {} trials here; {}", asked, format_count(*series.trials_needed), seen);
}

std::string outlook_sentence(const SuiteOutlookRow& suite) {
    if (suite.jobs == 0) return std::string(unknown_yet);
    auto text = fmt::format("expected {}, at most {}", expected_duration(suite), rough_duration(suite.most_s));
    if (const auto middle = median_smallest(suite))
        text += *middle == 0 ? "; sees any change (median)"
                             : fmt::format("; sees changes from {} on (median)", rough_percent(*middle));
    const auto found = short_ones(suite);
    if (found.empty()) return text;
    text += fmt::format("; {} of {} cannot show {}: ", found.size(),
                        counted(static_cast<long long>(suite.series.size()), "benchmark"), asked_of(found));
    for (std::size_t i = 0; i < std::min(found.size(), most_named_short); ++i) {
        text += (i == 0 ? "" : ", ") + shortened(one_line(found[i]->key.benchmark), 60);
        if (i == 0) text += " (" + outlook_advice(*found[i], suite.max_trials) + ")";
    }
    return text + (found.size() > most_named_short ? ", ..." : "");
}

std::string render_outlook_page(std::string_view full_name, const std::vector<SuiteOutlookRow>& suites) {
    data root("name", outlook_cell(full_name));
    root.set("address", safe_address("/" + std::string(full_name)));
    data list(data::type::list);
    for (const auto& suite : suites) list.push_back(outlook_suite(suite));
    if (!suites.empty()) root.set("any", data("suites", list));
    return render_html_template("outlook_page", std::move(root), fmt::format("Outlook of {}", full_name),
                                Style::linked);
}

json::OrderedJson outlook_json(std::string_view full_name, const std::vector<SuiteOutlookRow>& suites) {
    json::OrderedJson document{{"schema_version", 1}, {"repository", std::string(full_name)}};
    auto& list = document["suites"] = json::OrderedJson::array();
    for (const auto& suite : suites) {
        const bool known = suite.jobs > 0;
        const auto figure = [&](double value) { return known ? known_or_null(value) : json::OrderedJson(nullptr); };
        json::OrderedJson entry{{"suite", suite.suite}, {"host_class", suite.host_class}, {"past_jobs", suite.jobs}};
        entry["max_trials"] = suite.max_trials;
        entry["trials_unchanged"] = figure(suite.trials_unchanged);
        entry["seconds"] = {{"unchanged", figure(suite.unchanged_s)}, {"most", figure(suite.most_s)}};
        entry["smallest_change_median"] = known_or_null(median_smallest(suite));
        entry["sentence"] = outlook_sentence(suite);
        auto& rows = entry["series"] = json::OrderedJson::array();
        for (const auto& one : suite.series) {
            json::OrderedJson row{{"benchmark", one.key.benchmark}, {"metric", one.key.metric}, {"detect", one.detect}};
            row["smallest_change"] = known_or_null(one.smallest);
            row["trials_needed"] =
                one.trials_needed ? json::OrderedJson(*one.trials_needed) : json::OrderedJson(nullptr);
            row["trials_unchanged"] = known_or_null(one.trials_unchanged);
            row["advice"] = outlook_advice(one, suite.max_trials);
            rows.push_back(std::move(row));
        }
        list.push_back(std::move(entry));
    }
    return document;
}

}  // namespace benchgate::reporting
