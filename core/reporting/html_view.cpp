#include "core/reporting/html_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/reporting/escape.h"
#include "core/reporting/findings.h"
#include "core/reporting/numbers.h"
#include "core/reporting/page.h"
#include "core/reporting/profile_report.h"
#include "core/reporting/sources.h"
#include "core/reporting/words.h"
#include "templates_embedded.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

std::string name_text(std::string_view foreign) {
    return shortened(one_line(foreign));
}

std::string value_cell(const std::optional<double>& value, const std::string& unit) {
    return value ? format_value(*value, unit) : "–";
}

data place_data(const Row& place, double reach) {
    const auto& verdict = *place.verdict;
    data row;
    row.set("name", name_text(verdict.series.key.benchmark));
    row.set("metric", name_text(verdict.series.key.metric));
    row.set("verdict", std::string(model::to_string(verdict.kind)));
    std::string label(model::to_string(verdict.kind));
    if (verdict.level) label += ", " + shortened(one_line(*verdict.level), 40);
    if (!verdict.series.gating) label += ", recorded only";
    if (place.is_waived()) label += ", waived";
    if (place.is_advice()) label += ", advice";
    row.set("label", label);
    row.set("change", worded_change(verdict));
    if (const auto bar = interval_bar(verdict, reach)) row.set("bar", *bar);
    row.set("interval", interval_text(shown_interval(verdict)));
    row.set("base", value_cell(verdict.base_value, verdict.series.unit));
    row.set("head", value_cell(verdict.head_value, verdict.series.unit));
    row.set("detectable", detectable_text(verdict));
    std::string why = verdict.reason;
    if (const auto word = confirmation_word(verdict); word == "yes" || word == "no") {
        if (!why.empty()) why += "; ";
        why += verdict.confirmed ? "confirmed on fresh blocks" : "not confirmed on fresh blocks";
    }
    if (place.is_advice()) {
        if (!why.empty()) why += "; ";
        why += "holds nothing: it " + advisory_text(*place.advisory);
    }
    if (place.waiver != nullptr) {
        if (!why.empty()) why += "; ";
        why += place.is_waived()
                   ? fmt::format("waived by {} up to {} until {}", place.waiver->author,
                                 format_percent(place.waiver->max), place.waiver->until)
                   : fmt::format("the waiver by {} does not cover it: {}", place.waiver->author, place.waiver->why_not);
        if (place.is_waived() && !place.waiver->reason.empty()) why += fmt::format(" ({})", place.waiver->reason);
    }
    if (!why.empty()) row.set("why", data("clause", shortened(one_line(why), 300)));
    return row;
}

data verdicts_data(const SuiteReport& suite) {
    std::vector<const model::Verdict*> verdicts;
    data rows(data::type::list);
    const auto ordered = rows_of({&suite});
    verdicts.reserve(ordered.size());
    for (const auto& row : ordered) verdicts.push_back(row.verdict);
    const double reach = bar_reach(verdicts);
    bool drawn = false;
    for (const auto& row : ordered) {
        rows.push_back(place_data(row, reach));
        drawn = drawn || interval_bar(*row.verdict, reach);
    }
    data table("rows", rows);
    if (drawn) {
        data scale("left", format_percent(1 - std::exp(-reach)));
        scale.set("right", format_percent(std::exp(reach) - 1));
        table.set("scale", scale);
    }
    return table;
}

data budgets_data(const SuiteReport& suite) {
    data rows(data::type::list);
    for (const auto& note : suite.budgets) {
        const auto& verdict = suite.judgement->verdicts.at(note.verdict);
        data row("name", name_text(verdict.series.key.benchmark));
        row.set("metric", name_text(verdict.series.key.metric));
        row.set("tag", note.is_broken() ? "failed" : "plain");
        row.set("state", budget_word(note));
        row.set("value", budget_value_text(note, verdict));
        row.set("limit", limit_text(note, verdict.series.unit));
        rows.push_back(row);
    }
    return data("rows", rows);
}

std::string capitalised(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
}

data profiles_data(const SuiteReport& suite) {
    data rows(data::type::list);
    for (const auto& note : suite.profiles) {
        data row("name", name_text(note.benchmark));
        row.set("href", safe_address(note.page_url));
        data functions(data::type::list);
        for (const auto& function : note.grew) {
            data one("name", name_text(function.name));
            one.set("base", share_text(function.base));
            one.set("head", share_text(function.head));
            if (&function != &note.grew.back()) one.set("more", data("yes", "yes"));
            functions.push_back(one);
        }
        if (functions.is_non_empty_list()) row.set("grew", data("functions", functions));
        rows.push_back(row);
    }
    return rows;
}

data findings_data(const SuiteReport& suite) {
    data list(data::type::list);
    for (const auto& table : finding_tables(suite)) {
        data view("title", table.title), columns(data::type::list), lines(data::type::list);
        for (const auto& column : table.columns) columns.push_back(data("name", capitalised(column)));
        for (const auto& line : table.lines) {
            data cells(data::type::list);
            for (std::size_t i = 0; i < line.cells.size(); ++i) {
                data cell("name", capitalised(table.columns[i]));
                data said("text", name_text(line.cells[i]));
                said.set("kind", !line.broken ? "plain" : line.blocks ? "failed" : "warn");
                cell.set(i == 0 ? "benchmark" : i == table.verdict_column ? "verdict" : "plain", said);
                cells.push_back(cell);
            }
            data row("cells", cells);
            if (!line.reason.empty()) row.set("why", data("clause", shortened(one_line(line.reason), 300)));
            lines.push_back(row);
        }
        view.set("columns", columns);
        view.set("lines", lines);
        list.push_back(view);
    }
    return list;
}

data how_data(const SuiteReport& suite) {
    data facts(data::type::list);
    const auto add = [&](const std::string& fact) { facts.push_back(data("fact", fact)); };
    const auto& judgement = *suite.judgement;
    add(method_sentence(suite) + ".");
    add(fmt::format(
        "Blocks of four base and four head trials in random order, seed {}; {} kept, {} thrown away for the "
        "host's sake.",
        suite.seed, judgement.blocks_kept, judgement.blocks_void));
    add(fmt::format(
        "Series judged together: {}. Over all of them, an unchanged commit raises a false alarm with a chance of "
        "at most {}, this measurement's share of what the policy allows.",
        format_count(judgement.tests), format_percent(suite.false_alarms)));
    if (!suite.runner.empty())
        add(fmt::format("Both commits ran on {}{}.", name_text(suite.runner),
                        suite.host_class.empty() ? "" : fmt::format(" ({})", name_text(suite.host_class))));
    if (const auto words = second_host_words(suite); !words.empty())
        add(shortened(one_line(capitalised(words)), 300) + ".");
    for (const auto& sentence : source_sentences(suite)) add(shortened(capitalised(sentence), 600) + ".");
    if (suite.duration_seconds > 0) add(fmt::format("It took {}.", format_duration(suite.duration_seconds)));
    if (!judgement.judge_version.empty())
        add(fmt::format("Judged by version {} of the rules.", name_text(judgement.judge_version)));
    data how("facts", facts);
    if (!suite.bundle_url.empty()) how.set("bundle", data("href", safe_address(suite.bundle_url)));
    if (suite.second_host && !suite.second_host->bundle_url.empty()) {
        data again("href", safe_address(suite.second_host->bundle_url));
        again.set("runner", name_text(suite.second_host->runner));
        how.set("second_bundle", again);
    }
    return how;
}

data host_data(const std::vector<model::HostFact>& facts) {
    data rows(data::type::list);
    for (const auto& fact : facts) {
        data row("id", name_text(fact.id));
        row.set("status", name_text(model::to_string(fact.status)));
        row.set("observed", shortened(one_line(fact.observed)));
        row.set("wanted", shortened(one_line(fact.wanted)));
        rows.push_back(row);
    }
    return data("rows", rows);
}

data suite_data(const SuiteReport& suite) {
    data view("name", name_text(suite.name));
    view.set("state", shortened(one_line(state_words(suite)), 120));
    view.set("tag", suite.error && !suite.cancelled ? "failed" : "plain");
    if (!suite.outlook.empty()) view.set("outlook", data("text", shortened(one_line(suite.outlook), 600)));
    if (suite.error) {
        data error("phase", name_text(suite.error->phase));
        error.set("message", shortened(one_line(suite.error->message), 1000));
        if (!suite.error->log_tail.empty()) error.set("log", data("text", many_lines(suite.error->log_tail)));
        view.set("error", error);
    }
    if (suite.judgement) {
        if (!suite.judgement->verdicts.empty()) view.set("table", verdicts_data(suite));
        if (!suite.budgets.empty()) view.set("budgets", budgets_data(suite));
        view.set("how", how_data(suite));
    }
    view.set("findings", findings_data(suite));
    if (!suite.profiles.empty()) view.set("profiles", data("rows", profiles_data(suite)));
    if (!suite.host.empty()) view.set("host", host_data(suite.host));
    return view;
}

void set_place(data& root, const Report& report, Style style) {
    root.set("repository", name_text(report.repository));
    if (style == Style::linked && report.repository.find('/') != std::string::npos) {
        data page("href", safe_address("/" + report.repository));
        page.set("name", name_text(report.repository));
        root.set("repository_page", page);
    }
    if (report.pull_number && !report.repository_url.empty()) {
        data pull("number", std::to_string(*report.pull_number));
        pull.set("href", safe_address(fmt::format("{}/pull/{}", report.repository_url, *report.pull_number)));
        root.set("pull", pull);
    }
    if (report.base_sha.empty()) return;
    data commits("base", short_sha(report.base_sha));
    commits.set("base_full", report.base_sha);
    commits.set("head", short_sha(report.head_sha));
    commits.set("head_full", report.head_sha);
    if (!report.repository_url.empty()) {
        const auto link = [&](const std::string& sha) {
            return data("href", safe_address(fmt::format("{}/commit/{}", report.repository_url, sha)));
        };
        commits.set("base_link", link(report.base_sha));
        commits.set("head_link", link(report.head_sha));
    }
    if (!report.base_ref.empty()) commits.set("base_ref", data("name", name_text(report.base_ref)));
    root.set("commits", commits);
}

data problems_data(const Report& report) {
    data problems(data::type::list);
    for (const auto& problem : report.problems) {
        data entry("place", problem.line > 0 ? fmt::format("{}:{}:{}", problem.file, problem.line, problem.column)
                                             : problem.file);
        entry.set("message", shortened(one_line(problem.message), 1000));
        problems.push_back(entry);
    }
    return problems;
}

}  // namespace

double bar_reach(const std::vector<const model::Verdict*>& verdicts) {
    double reach = std::log(1.05);
    for (const auto* verdict : verdicts)
        for (const auto& end : {shown_interval(*verdict).low, shown_interval(*verdict).high, verdict->ratio})
            if (end && *end > 0 && std::isfinite(*end)) reach = std::max(reach, std::fabs(std::log(*end)));
    return std::min(reach, std::log(3.0));
}

std::optional<data> interval_bar(const model::Verdict& verdict, double reach) {
    const auto& interval = shown_interval(verdict);
    if (!interval.low && !interval.high && !verdict.ratio) return std::nullopt;
    const auto place = [&](const std::optional<double>& ratio, double open) {
        if (!ratio) return open;
        const double at = *ratio > 0 ? std::clamp(std::log(*ratio) / reach, -1.0, 1.0) : -1.0;
        return 100 + 95 * at;
    };
    data bar("kind", std::string(model::to_string(verdict.kind)));
    bar.set("label", change_text(verdict) + ", interval " + interval_text(interval));
    if (interval.low || interval.high) {
        const double left = place(interval.low, 0);
        data drawn("left", fmt::format("{:.1f}", left));
        drawn.set("width", fmt::format("{:.1f}", std::max(1.5, place(interval.high, 200) - left)));
        bar.set("reach", drawn);
    }
    if (verdict.ratio) bar.set("point", data("left", fmt::format("{:.1f}", place(verdict.ratio, 100) - 1.5)));
    return bar;
}

std::string render_html_template(std::string_view name, data root, std::string_view title, Style style) {
    root.set("title", name_text(title));
    root.set("stylesheet", std::string(stylesheet_path));
    root.set("icon", std::string(icon_path));
    if (style == Style::inside) root.set("inline_style", data(true));
    root.set("css", data(kainjow::mustache::partial{[] { return std::string(page_stylesheet()); }}));
    for (const char* part : {"top", "bottom", "flame", "change_rows", "chart_drawing"})
        root.set(part, data(kainjow::mustache::partial{
                           [part] { return std::string(templates::embedded(std::string(part) + ".mustache")); }}));
    kainjow::mustache::mustache page(std::string(templates::embedded(std::string(name) + ".mustache")));
    page.set_custom_escape([](const std::string& text) { return html_text(text); });
    return page.render(root);
}

std::string render_comparison(const Report& report, Style style) {
    const auto suites = all_suites(report);
    data root;
    set_place(root, report, style);
    // Without a script, this is how a page under way comes to its end.
    if (style == Style::linked && report.state != ReportState::completed) root.set("refresh", data("seconds", "10"));
    root.set("headline", headline(report, suites));
    root.set("gate_class",
             report.state == ReportState::completed ? std::string(model::to_string(report.gate)) : "plain");
    if (const auto sentence = gate_sentence(report.state, report.gate); !sentence.empty()) {
        root.set("gate", data("gate", std::string(sentence)));
        for (const auto* suite : suites)
            if (suite->judgement && suite->judgement->gate == report.gate && !suite->judgement->gate_reason.empty())
                root.set("gate_reason", data("clause", shortened(one_line(suite->judgement->gate_reason), 300)));
    }
    data notes(data::type::list);
    for (const auto& note : report.notes) notes.push_back(data("sentence", shortened(one_line(note), 1000)));
    root.set("notes", notes);
    data undelivered(data::type::list);
    for (const auto& sentence : report.undelivered)
        undelivered.push_back(data("sentence", shortened(one_line(sentence), 1000)));
    root.set("undelivered", undelivered);
    root.set("problems", problems_data(report));
    data list(data::type::list);
    for (const auto* suite : suites) list.push_back(suite_data(*suite));
    root.set("suites", list);
    return render_html_template("page", std::move(root), headline(report, suites), style);
}

}  // namespace benchgate::reporting
