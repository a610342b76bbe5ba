#include "core/reporting/calibration.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/reporting/escape.h"
#include "core/reporting/markdown_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

constexpr std::size_t most_bytes_of_text = 65'000;
constexpr std::size_t most_open_rows = 10;
constexpr std::size_t most_folded_rows = 400;

/// Both ways: faster than itself is as wrong as slower.
int alarms_of(const Tally& tally) {
    return tally.regressed + tally.improved;
}

double detectable_of(const Row& row) {
    return row.verdict->minimum_detectable.value_or(-1);
}

std::string name_of(const Row& row, bool several_suites) {
    const std::string suite =
        several_suites ? markdown_text(shortened(one_line(row.suite->name), 60)) + " · " : std::string();
    return suite + markdown_name(row.verdict->series.key.benchmark);
}

data calibration_row(const Row& row, bool several_suites) {
    const auto& verdict = *row.verdict;
    data view("name", name_of(row, several_suites));
    view.set("metric", markdown_text(shortened(one_line(verdict.series.key.metric), 60)));
    view.set("change", markdown_text(shortened(one_line(change_text(verdict)), 60)));
    view.set("interval", interval_text(shown_interval(verdict)));
    view.set("detectable", verdict.minimum_detectable ? detectable_text(verdict)
                           : verdict.exact            ? "any: compared exactly"
                                                      : "–");
    return view;
}

data table_of(const std::vector<Row>& rows, std::size_t first, std::size_t most, bool several_suites) {
    data list(data::type::list);
    const auto end = std::min(rows.size(), first + most);
    for (std::size_t i = first; i < end; ++i) list.push_back(calibration_row(rows[i], several_suites));
    data table("rows", list);
    table.set("count", format_count(static_cast<long long>(rows.size() - first)));
    if (end < rows.size())
        table.set("more", data("sentence",
                               fmt::format("and {} more", format_count(static_cast<long long>(rows.size() - end)))));
    return table;
}

std::string calibration_line(const SuiteReport& suite) {
    std::string line = markdown_name(suite.name) + ": ";
    if (!suite.judgement) {
        line += markdown_text(shortened(one_line(state_words(suite)), 120));
        if (suite.error && !suite.error->message.empty())
            line += ": " + markdown_text(shortened(one_line(suite.error->message), 300));
        return line;
    }
    const auto tally = tally_of({&suite});
    line += fmt::format("{}, {} alarmed; {}", counted(tally.benchmarks, "benchmark"), alarms_of(tally),
                        method_sentence(suite));
    if (!suite.runner.empty()) line += fmt::format(", on {}", markdown_text(shortened(one_line(suite.runner), 60)));
    if (!suite.host_class.empty())
        line += fmt::format(" ({})", markdown_text(shortened(one_line(suite.host_class), 100)));
    if (suite.duration_seconds > 0) line += fmt::format(", in {}", format_duration(suite.duration_seconds));
    return line;
}

std::string headline_of(const Tally& tally) {
    if (tally.benchmarks == 0) return "Nothing was judged: no suite could be measured against itself.";
    const auto found = fmt::format("{} of {} alarmed", alarms_of(tally), counted(tally.benchmarks, "benchmark"));
    if (alarms_of(tally) == 0) return found + ": same code against itself, and no change was found.";
    return fmt::format("{}: same code against itself, so {}.", found,
                       alarms_of(tally) == 1 ? "that is a false alarm" : "these are false alarms");
}

std::string meaning_of(const Tally& tally, double false_alarms) {
    if (tally.benchmarks == 0) return "";
    const auto allowed = fmt::format("The policy allows an alarm, for the worse or the better, in {} of such runs",
                                     format_percent(2 * false_alarms));
    if (alarms_of(tally) == 0) return allowed + ".";
    return allowed +
           ": once may be chance, the same benchmark again means that it, or its host, is not fit to hold a merge.";
}

std::string rendered(const Report& report, std::size_t most_folded) {
    const auto suites = all_suites(report);
    const bool several = suites.size() > 1;
    const auto tally = tally_of(suites);
    double false_alarms = 0;
    for (const auto* suite : suites)
        if (suite->judgement) false_alarms += suite->false_alarms;
    std::vector<Row> alarms, noise;
    for (const auto& row : rows_of(suites)) {
        if (!row.verdict->series.gating) continue;
        if (is_changed(*row.verdict)) alarms.push_back(row);
        noise.push_back(row);
    }
    std::stable_sort(noise.begin(), noise.end(),
                     [](const Row& a, const Row& b) { return detectable_of(a) > detectable_of(b); });

    data root("headline", headline_of(tally));
    root.set("meaning", meaning_of(tally, false_alarms));
    if (!report.head_sha.empty())
        root.set("commit", data("name", markdown_commit(report.repository_url, report.head_sha)));
    data lines(data::type::list);
    for (const auto* suite : suites) lines.push_back(data("line", calibration_line(*suite)));
    root.set("suites", lines);
    if (!alarms.empty()) root.set("alarms", table_of(alarms, 0, most_open_rows, several));
    if (!noise.empty()) root.set("noise", table_of(noise, 0, most_open_rows, several));
    if (noise.size() > most_open_rows) root.set("others", table_of(noise, most_open_rows, most_folded, several));
    if (const bool safe = report.page_url.find_first_of("() <>\n") == std::string::npos;
        safe && !report.page_url.empty())
        root.set("page", data("url", report.page_url));
    return render_markdown_data("calibration", std::move(root));
}

}  // namespace

std::string render_calibration(const Report& report) {
    std::size_t most = most_folded_rows;
    std::string text = rendered(report, most);
    while (text.size() > most_bytes_of_text && most > 0) text = rendered(report, most /= 2);
    return text;
}

}  // namespace benchgate::reporting
