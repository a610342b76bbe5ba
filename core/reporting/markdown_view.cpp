#include "core/reporting/markdown_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/reporting/escape.h"
#include "core/reporting/findings.h"
#include "core/reporting/numbers.h"
#include "core/reporting/profile_report.h"
#include "core/reporting/sources.h"
#include "templates_embedded.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::list;
using kainjow::mustache::mustache;
using model::VerdictKind;

std::string text_of(std::string_view foreign, std::size_t most = 300) {
    return markdown_text(shortened(one_line(foreign), most));
}

/// A number and its unit stay on one line, however narrow the table's column is.
std::string unbroken(std::string text) {
    for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1)) {
        const bool before_unit =
            at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9' && text.compare(at + 1, 2, "to") != 0;
        if (before_unit) text.replace(at, 1, "\u00a0");
    }
    return text;
}

std::string value_text(const std::optional<double>& value, const std::string& unit) {
    return value ? unbroken(text_of(format_value(*value, unit), 40)) : "–";
}

data verdict_row(const Row& row, bool several_suites) {
    const auto& verdict = *row.verdict;
    data view;
    const std::string suite = several_suites ? text_of(row.suite->name, 60) + " · " : "";
    view.set("name", suite + markdown_name(verdict.series.key.benchmark));
    view.set("metric", text_of(verdict.series.key.metric, 60));
    view.set("verdict", std::string(model::to_string(verdict.kind)));
    // What is marked as an error must not stand in a report that passes.
    const char* mark = verdict.action == model::Action::block ? "❌" : "⚠️";
    view.set("mark", verdict.kind == VerdictKind::regressed ? mark : "⚡");
    view.set("level", verdict.level ? text_of(*verdict.level, 40) : std::string(model::to_string(verdict.kind)));
    view.set("change", unbroken(text_of(worded_change(verdict), 60)));
    view.set("interval", unbroken(interval_text(shown_interval(verdict))));
    view.set("base", value_text(verdict.base_value, verdict.series.unit));
    view.set("head", value_text(verdict.head_value, verdict.series.unit));
    view.set("confirmed", std::string(confirmation_word(verdict)));
    view.set("detectable", unbroken(detectable_text(verdict)));
    view.set("reason", verdict.reason.empty() ? "" : ": " + text_of(verdict.reason));
    if (row.advisory != nullptr) view.set("against_itself", advisory_text(*row.advisory));
    if (row.waiver != nullptr) {
        view.set("ceiling", unbroken(format_percent(row.waiver->max)));
        view.set("until", text_of(row.waiver->until, 20));
        view.set("by", text_of(row.waiver->author, 60));
        view.set("words", row.waiver->reason.empty() ? "–" : text_of(row.waiver->reason, 200));
        view.set("why_not", text_of(row.waiver->why_not, 200));
    }
    return view;
}

/// A list of at most `most` rows, and the sentence about those left out.
struct Cut {
    data rows{data::type::list};
    std::string more;
};

Cut cut(const std::vector<Row>& rows, std::size_t most, bool several_suites) {
    Cut result;
    const std::size_t shown = std::min(most, rows.size());
    for (std::size_t i = 0; i < shown; ++i) result.rows.push_back(verdict_row(rows[i], several_suites));
    if (shown < rows.size())
        result.more = fmt::format("{}{} more", shown > 0 ? "and " : "",
                                  format_count(static_cast<long long>(rows.size() - shown)));
    return result;
}

void set_rows(data& root, const std::string& name, const std::vector<Row>& rows, std::size_t most,
              bool several_suites) {
    if (rows.empty()) return;
    Cut made = cut(rows, most, several_suites);
    data section;
    section.set("count", format_count(static_cast<long long>(rows.size())));
    if (!made.rows.is_empty_list()) section.set("table", data("rows", made.rows));
    if (!made.more.empty()) section.set("more", data("sentence", made.more));
    root.set(name, section);
}

std::string suite_line(const SuiteReport& suite) {
    std::string line = fmt::format("{}: ", markdown_name(suite.name));
    if (suite.judgement && !is_being_confirmed(suite)) {
        line += method_sentence(suite);
        if (!suite.runner.empty()) line += fmt::format(", on {}", text_of(suite.runner, 60));
        if (!suite.host_class.empty()) line += fmt::format(" ({})", text_of(suite.host_class, 100));
        if (suite.duration_seconds > 0) line += fmt::format(", in {}", format_duration(suite.duration_seconds));
        if (const auto words = second_host_words(suite); !words.empty()) line += "; " + text_of(words, 300);
        return line;
    }
    line += text_of(state_words(suite), 120);
    if (!suite.outlook.empty()) line += "; " + text_of(suite.outlook, 600);
    return line;
}

data suites_data(const MarkdownView& view) {
    data lines(data::type::list);
    const std::size_t shown = std::min(view.suites.size(), view.most_rows);
    for (std::size_t i = 0; i < shown; ++i) lines.push_back(data("line", suite_line(*view.suites[i])));
    if (shown < view.suites.size())
        lines.push_back(data("line", fmt::format("and {} more suites", view.suites.size() - shown)));
    return lines;
}

/// Where the resources of whole commands come from; folded, since it is the same from one pull request to the next.
void set_sources(data& root, const MarkdownView& view) {
    data rows(data::type::list);
    std::size_t left = view.most_rows;
    for (const auto* suite : view.suites)
        for (const auto& sentence : source_sentences(*suite))
            if (left > 0 && left-- > 0)
                rows.push_back(data("line", markdown_name(suite->name) + ": " + text_of(sentence, 400)));
    if (!rows.is_empty_list()) root.set("sources", data("rows", rows));
}

data errors_data(const MarkdownView& view) {
    data errors(data::type::list);
    std::size_t left = view.most_rows;
    for (const auto* suite : view.suites) {
        if (!suite->error || left == 0) continue;
        --left;
        data error;
        error.set("suite", markdown_name(suite->name));
        error.set("phase", text_of(suite->error->phase, 40));
        error.set("message", text_of(suite->error->message));
        // The end of a log says why: what is too long loses its beginning.
        std::string_view log = suite->error->log_tail;
        if (log.size() > 4000) log = log.substr(log.size() - 4000);
        if (!log.empty() && view.most_rows > 4) error.set("log", data("block", markdown_block(log)));
        errors.push_back(error);
    }
    return errors;
}

/// One line a profile. An address in the parentheses of a link must not end them.
data profiles_data(const MarkdownView& view) {
    constexpr std::size_t longest_function = 80;
    data rows(data::type::list);
    std::size_t left = std::min<std::size_t>(view.most_rows, 10);
    for (const auto* suite : view.suites)
        for (const auto& note : suite->profiles) {
            if (left == 0) return rows;
            --left;
            std::string grew;
            for (const auto& function : note.grew)
                grew += fmt::format("{}{} {} → {}", grew.empty() ? "" : ", ",
                                    markdown_name(shortened(one_line(function.name), longest_function)),
                                    share_text(function.base), share_text(function.head));
            data row("name", markdown_name(note.benchmark));
            row.set("grew",
                    grew.empty() ? "no function's share has grown by more than the sampling alone may make" : grew);
            if (!note.page_url.empty() && note.page_url.find_first_of("() <>\n") == std::string::npos)
                row.set("page", data("url", note.page_url));
            rows.push_back(row);
        }
    return rows;
}

data problems_data(const MarkdownView& view) {
    data problems(data::type::list);
    const auto& all = view.report.problems;
    const std::size_t shown = std::min(all.size(), view.most_rows);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& problem = all[i];
        std::string place = problem.file;
        if (problem.line > 0) place += fmt::format(":{}:{}", problem.line, problem.column);
        data entry("place", markdown_name(place));
        entry.set("message", text_of(problem.message));
        problems.push_back(entry);
    }
    if (shown < all.size()) {
        data entry("place", fmt::format("{} more", all.size() - shown));
        entry.set("message", "not shown");
        problems.push_back(entry);
    }
    return problems;
}

std::vector<Row> of_kind(const std::vector<Row>& rows, VerdictKind kind) {
    std::vector<Row> chosen;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(chosen),
                 [&](const Row& row) { return row.verdict->kind == kind && row.verdict->series.gating; });
    return chosen;
}

/// Why the gate is as it is: the judge's clause of the suite that decided.
std::string gate_reason(const MarkdownView& view) {
    for (const auto* suite : view.suites)
        if (suite->judgement && suite->judgement->gate == view.gate && !suite->judgement->gate_reason.empty() &&
            view.gate != model::Gate::success)
            return text_of(suite->judgement->gate_reason);
    return "";
}

/// That one host confirmed it: the line of the suite says so for all of its benchmarks.
bool is_told_of_suite(const Row& row) {
    const auto& second = row.suite->second_host;
    if (!second || second->state != model::SecondHostState::unavailable) return false;
    const auto told = fmt::format("confirmed on {} only", row.suite->runner);
    return row.verdict->reason == (second->why.empty() ? told : told + ": " + second->why);
}

void set_tables(data& root, const MarkdownView& view) {
    const auto rows = rows_of(view.suites);
    const bool several = view.suites.size() > 1;
    std::vector<Row> changed, waived, void_waivers, advice, remarks;
    for (const auto& row : rows)
        if (row.is_waived())
            waived.push_back(row);
        else if (row.is_advice())
            advice.push_back(row);
        else if (is_changed(*row.verdict) && row.verdict->series.gating)
            changed.push_back(row);
    for (const auto& row : rows) {
        if (row.waiver != nullptr && !row.waiver->covers) void_waivers.push_back(row);
        if (has_remark(*row.verdict) && !is_told_of_suite(row)) remarks.push_back(row);
    }
    set_rows(root, "changed", changed, std::min(view.most_changed, view.most_rows), several);
    set_rows(root, "void_waivers", void_waivers, std::min(view.most_changed, view.most_rows), several);
    set_rows(root, "waived", waived, view.most_rows, several);
    set_rows(root, "advice", advice, view.most_rows, several);
    set_rows(root, "inconclusive", of_kind(rows, VerdictKind::inconclusive), view.most_rows, several);
    set_rows(root, "added", of_kind(rows, VerdictKind::added), view.most_rows, several);
    set_rows(root, "missing", of_kind(rows, VerdictKind::missing), view.most_rows, several);
    set_rows(root, "failed", of_kind(rows, VerdictKind::failed), view.most_rows, several);
    set_rows(root, "remarks", remarks, view.most_rows, several);
    set_rows(root, "everything", rows, view.most_rows, several);
}

data budget_row(const SuiteReport& suite, const model::BudgetFinding& note, bool several_suites) {
    const auto& verdict = suite.judgement->verdicts.at(note.verdict);
    data row;
    row.set("name",
            (several_suites ? text_of(suite.name, 60) + " · " : "") + markdown_name(verdict.series.key.benchmark));
    row.set("metric", text_of(verdict.series.key.metric, 60));
    row.set("state", text_of(budget_word(note), 60));
    row.set("mark", note.action == model::Action::block ? "❌" : "⚠️");
    row.set("level", note.level ? text_of(*note.level, 40) : "budget");
    row.set("value", unbroken(text_of(budget_value_text(note, verdict), 120)));
    row.set("limit", unbroken(text_of(limit_text(note, verdict.series.unit), 100)));
    return row;
}

/// Broken ones above, all of them folded below.
void set_budgets(data& root, const MarkdownView& view) {
    const bool several = view.suites.size() > 1;
    data broken(data::type::list), all(data::type::list);
    std::size_t count = 0, shown_broken = 0, broken_count = 0;
    for (const auto* suite : view.suites)
        for (const auto& note : suite->budgets) {
            if (count++ < view.most_rows) all.push_back(budget_row(*suite, note, several));
            if (!note.is_broken() || broken_count++ >= std::min(view.most_changed, view.most_rows)) continue;
            ++shown_broken;
            broken.push_back(budget_row(*suite, note, several));
        }
    const auto section = [](const data& rows, std::size_t shown, std::size_t whole) {
        data made("count", format_count(static_cast<long long>(whole)));
        if (shown > 0) made.set("table", data("rows", rows));
        if (shown < whole)
            made.set("more",
                     data("sentence", fmt::format("and {} more", format_count(static_cast<long long>(whole - shown)))));
        return made;
    };
    if (broken_count > 0) root.set("broken_budgets", section(broken, shown_broken, broken_count));
    if (count > 0) root.set("budgets", section(all, std::min(count, view.most_rows), count));
}

/// All of them folded below; broken ones above the fold, too.
void set_findings(data& root, const MarkdownView& view) {
    data folded(data::type::list), open(data::type::list);
    std::size_t left = view.most_rows, open_left = std::min(view.most_changed, view.most_rows);
    for (const auto* suite : view.suites)
        for (const auto& table : finding_tables(*suite)) {
            std::string heading, rule, lines, broken;
            std::size_t shown = 0, broken_lines = 0;
            for (const auto& column : table.columns) {
                heading += "| " + column + " ";
                rule += "|---";
            }
            for (const auto& line : table.lines) {
                std::string text;
                for (std::size_t i = 0; i < line.cells.size(); ++i)
                    text +=
                        "| " + (i == 0 ? markdown_name(line.cells[i]) : unbroken(text_of(line.cells[i], 100))) + " ";
                if (!line.reason.empty()) text += "(" + text_of(line.reason) + ") ";
                if (left > 0) {
                    --left;
                    ++shown;
                    lines += text + "|\n";
                }
                if (!line.broken || open_left == 0) continue;
                --open_left;
                ++broken_lines;
                broken += fmt::format("| {} {} {}|\n", line.blocks ? "❌" : "⚠️", table.noun, text);
            }
            if (broken_lines > 0) {
                data section("heading", "| " + heading + "|\n|---" + rule + "|");
                section.set("lines", broken);
                open.push_back(section);
            }
            data section("title", table.title + (view.suites.size() > 1 ? " of " + text_of(suite->name, 60) : ""));
            section.set("count", format_count(static_cast<long long>(table.lines.size())));
            if (shown > 0) {
                data rows("heading", heading + "|\n" + rule + "|");
                rows.set("lines", lines);
                section.set("table", rows);
            }
            const auto rest = static_cast<long long>(table.lines.size() - shown);
            if (rest > 0) section.set("more", data("sentence", fmt::format("and {} more", format_count(rest))));
            folded.push_back(section);
        }
    root.set("findings", folded);
    root.set("broken_findings", open);
}

/// Sections that are absent leave empty lines behind; one is enough, except within a block of code.
std::string without_gaps(std::string_view text) {
    std::string result;
    std::string_view fence;
    bool was_empty = true;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1);
        const auto line = text.substr(0, end + 1);
        text.remove_prefix(end + 1);
        const auto ticks = line.substr(0, std::min(line.find_first_not_of('`'), line.size()));
        if (fence.empty() && ticks.size() >= 3)
            fence = ticks;
        else if (!fence.empty() && ticks == fence)
            fence = {};
        const bool empty = fence.empty() && line == "\n";
        if (!empty || !was_empty) result += line;
        was_empty = empty;
    }
    return result;
}

}  // namespace

std::string markdown_commit(const std::string& repository_url, const std::string& sha) {
    std::string name = markdown_name(short_sha(sha));
    if (repository_url.empty() || sha.size() != 40 || short_sha(sha) == sha) return name;
    return fmt::format("[{}]({}/commit/{})", name, repository_url, sha);
}

std::string markdown_name(std::string_view name) {
    if (name.empty()) return "(no name)";
    return fmt::format("<code>{}</code>", markdown_text(shortened(one_line(name))));
}

std::string render_markdown_template(std::string_view name, const MarkdownView& view) {
    const Report& report = view.report;
    data root;
    root.set("headline", headline(report, view.suites));
    if (const auto gate = gate_sentence(view.state, view.gate); !gate.empty())
        root.set("gate", data("sentence", std::string(gate)));
    if (view.state == ReportState::completed)
        if (const auto reason = gate_reason(view); !reason.empty()) root.set("gate_reason", data("clause", reason));
    data notes(data::type::list);
    for (const auto& note : report.notes) notes.push_back(data("sentence", text_of(note, 1000)));
    root.set("notes", notes);
    if (!report.problems.empty()) root.set("problems", problems_data(view));
    if (!report.base_sha.empty()) {
        data commits("base", markdown_commit(report.repository_url, report.base_sha));
        commits.set("head", markdown_commit(report.repository_url, report.head_sha));
        if (!report.base_ref.empty()) commits.set("base_ref", data("name", markdown_name(report.base_ref)));
        root.set("commits", commits);
    }
    root.set("suites", suites_data(view));
    root.set("errors", errors_data(view));
    if (auto rows = profiles_data(view); rows.is_non_empty_list()) root.set("profiles", data("rows", rows));
    set_tables(root, view);
    set_budgets(root, view);
    set_sources(root, view);
    set_findings(root, view);
    if (const auto next = next_step(report, view.suites, view.gate); !next.empty())
        root.set("next", data("sentence", next));
    // The address stands in parentheses of a link: the service wrote it, but it holds the names of a repository.
    if (const bool safe = report.page_url.find_first_of("() <>\n") == std::string::npos;
        safe && !report.page_url.empty())
        root.set("page", data("url", report.page_url));

    return render_markdown_data(name, std::move(root));
}

std::string render_markdown_data(std::string_view name, data root) {
    for (const char* part : {"tables", "basis"})
        root.set(part, data(kainjow::mustache::partial{
                           [part] { return std::string(templates::embedded(std::string(part) + ".mustache")); }}));
    mustache page(std::string(templates::embedded(std::string(name) + ".mustache")));
    page.set_custom_escape([](const std::string& text) { return text; });
    return without_gaps(page.render(root));
}

std::string render_markdown_within(std::string_view name, MarkdownView view, std::size_t most_bytes) {
    view.most_rows = std::min<std::size_t>(view.most_rows, 400);
    std::string text = render_markdown_template(name, view);
    while (text.size() > most_bytes && view.most_rows > 0) {
        view.most_rows = std::min(view.most_rows * 3 / 4, view.most_rows * most_bytes / text.size());
        text = render_markdown_template(name, view);
    }
    return text;
}

}  // namespace benchgate::reporting
