#include "core/reporting/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/reporting/escape.h"
#include "core/reporting/findings.h"
#include "core/reporting/numbers.h"
#include "core/reporting/sources.h"
#include "core/reporting/utf8.h"
#include "core/reporting/words.h"

namespace benchgate::reporting {
namespace {

using model::VerdictKind;

constexpr std::size_t columns = 6;
constexpr std::size_t shortest_name = 16;
using Cells = std::array<std::string, columns>;

std::string painted(std::string_view text, std::string_view colour, const TextOptions& options) {
    if (!options.colour || colour.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", colour, text);
}

std::string_view colour_of(VerdictKind kind) {
    switch (kind) {
        case VerdictKind::regressed:
        case VerdictKind::failed:
            return "31";
        case VerdictKind::improved:
            return "32";
        case VerdictKind::inconclusive:
        case VerdictKind::missing:
            return "33";
        default:
            return "";
    }
}

std::string_view colour_of(model::Gate gate) {
    switch (gate) {
        case model::Gate::success:
            return "32";
        case model::Gate::failure:
            return "31";
        default:
            return "33";
    }
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t length = characters(text);
    if (length < width) text.append(width - length, ' ');
    return text;
}

/// Benchmarks of one package differ at their ends, so it is the middle that goes.
std::string without_middle(const std::string& name, std::size_t most) {
    const std::size_t length = characters(name);
    if (length <= most) return name;
    const std::size_t front = most / 3, back = most - front - 1;
    std::string text;
    std::string_view rest = name;
    for (std::size_t i = 0; i < length; ++i) {
        const char32_t c = take_character(rest);
        if (i == front) append_character(text, 0x2026);
        if (i < front || i >= length - back) append_character(text, c);
    }
    return text;
}

Cells cells_of(const model::Verdict& verdict) {
    std::string verdict_word(model::to_string(verdict.kind));
    if (verdict.level) verdict_word += " (" + shortened(one_line(*verdict.level), 20) + ")";
    return {shortened(one_line(verdict.series.key.benchmark)),
            shortened(one_line(verdict.series.key.metric), 24),
            verdict_word,
            shortened(one_line(change_text(verdict)), 60),
            interval_text(shown_interval(verdict)),
            detectable_text(verdict)};
}

/// The names take what the other columns leave of the terminal.
void fit_names(std::vector<Cells>& cells, std::array<std::size_t, columns>& widths, int terminal) {
    if (terminal <= 0) return;
    std::size_t others = 2 * columns;
    for (std::size_t i = 1; i < columns; ++i) others += widths[i];
    const auto whole = static_cast<std::size_t>(terminal);
    const std::size_t left = std::max(shortest_name, whole > others ? whole - others : 0);
    for (auto& line : cells) line[0] = without_middle(line[0], left);
    widths[0] = std::min(widths[0], left);
}

/// Why a benchmark has no change to show, and what is to be known of the others; the table has no room for it.
std::string reasons_of(const std::vector<Row>& rows) {
    constexpr int most_remarks = 20;
    std::string text;
    int remarks = 0;
    for (const auto& row : rows) {
        const auto& verdict = *row.verdict;
        if (verdict.reason.empty() || (verdict.ratio && !has_remark(verdict))) continue;
        if (verdict.ratio && ++remarks > most_remarks) continue;
        text +=
            fmt::format("  {} {}: {}\n", shortened(one_line(verdict.series.key.benchmark)),
                        shortened(one_line(verdict.series.key.metric), 24), shortened(one_line(verdict.reason), 400));
    }
    if (remarks > most_remarks) text += fmt::format("  and {} more remarks\n", remarks - most_remarks);
    return text;
}

/// Limits that are broken, or that nobody can say are kept.
std::string budgets_of(const SuiteReport& suite) {
    std::string text;
    for (const auto& note : suite.budgets) {
        if (note.state == model::BudgetState::within) continue;
        const auto& verdict = suite.judgement->verdicts.at(note.verdict);
        text += fmt::format("  budget {}: {} {}: {}, allowed is {}\n", budget_word(note),
                            shortened(one_line(verdict.series.key.benchmark)),
                            shortened(one_line(verdict.series.key.metric), 24),
                            shortened(one_line(budget_value_text(note, verdict)), 200),
                            shortened(one_line(limit_text(note, verdict.series.unit)), 200));
    }
    return text;
}

std::string findings_of(const SuiteReport& suite, const TextOptions& options) {
    std::string text;
    for (const auto& table : finding_tables(suite)) {
        std::vector<std::vector<std::string>> cells{table.columns};
        for (const auto& line : table.lines) {
            auto& row = cells.emplace_back();
            for (const auto& cell : line.cells) row.push_back(shortened(one_line(cell), 60));
            if (!line.reason.empty()) row.back() += "  " + shortened(one_line(line.reason), 200);
        }
        std::vector<std::size_t> widths(table.columns.size());
        for (const auto& row : cells)
            for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
        text += fmt::format("  {}\n", table.title);
        for (std::size_t n = 0; n < cells.size(); ++n) {
            std::string line;
            for (std::size_t i = 0; i < cells[n].size(); ++i) line += "  " + padded(cells[n][i], widths[i]);
            const bool broken = n > 0 && table.lines[n - 1].broken;
            text += "  " + painted(line, n == 0 ? "2" : broken ? "31" : "", options) + "\n";
        }
    }
    return text;
}

std::string table_of(const std::vector<Row>& rows, const TextOptions& options) {
    std::vector<Cells> cells{{"benchmark", "metric", "verdict", "change", "interval", "would see"}};
    for (const auto& row : rows) cells.push_back(cells_of(*row.verdict));
    std::array<std::size_t, columns> widths{};
    for (const auto& line : cells)
        for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], characters(line[i]));
    fit_names(cells, widths, options.columns);
    std::string text;
    for (std::size_t n = 0; n < cells.size(); ++n) {
        std::string line = " ";
        for (std::size_t i = 0; i < columns; ++i) {
            const std::string cell = i + 1 < columns ? padded(cells[n][i], widths[i]) : cells[n][i];
            const std::string_view colour = n == 0 ? "2" : i == 2 ? colour_of(rows[n - 1].verdict->kind) : "";
            line += " " + painted(cell, colour, options) + (i + 1 < columns ? " " : "");
        }
        text += line + "\n";
    }
    return text;
}

/// A log from the command that was the last to run: what ran well before it hides why this one did not.
std::string last_command(std::string log) {
    const auto begin = std::max(log.rfind("\n[base] $ ") + 1, log.rfind("\n[head] $ ") + 1);  // 0: not found
    log.erase(0, begin);
    while (log.ends_with('\n')) log.pop_back();
    return log;
}

std::string suite_text(const SuiteReport& suite, const TextOptions& options) {
    std::string text = painted(shortened(one_line(suite.name)), "1", options);
    if (suite.judgement) {
        text += ": " + method_sentence(suite);
        if (suite.duration_seconds > 0) text += ", in " + format_duration(suite.duration_seconds);
        const auto rows = rows_of({&suite});
        text += "\n" + (rows.empty() ? "" : table_of(rows, options) + reasons_of(rows)) + budgets_of(suite) +
                findings_of(suite, options);
        for (const auto& sentence : source_sentences(suite)) text += fmt::format("  {}\n", sentence);
        return text;
    }
    text += ": " + shortened(one_line(state_words(suite)), 120) + "\n" + findings_of(suite, options);
    if (!suite.error) return text;
    text += fmt::format("  {}: {}\n", shortened(one_line(suite.error->phase), 40),
                        shortened(one_line(suite.error->message), 500));
    std::string log = last_command(many_lines(suite.error->log_tail));
    while (!log.empty()) {
        const auto end = log.find('\n');
        text += "  | " + log.substr(0, end) + "\n";
        log.erase(0, end == std::string::npos ? log.size() : end + 1);
    }
    return text;
}

}  // namespace

std::string render_text(const Report& report, const TextOptions& options) {
    const auto suites = all_suites(report);
    std::string text;
    for (const auto& problem : report.problems) {
        std::string place = one_line(problem.file);
        if (problem.line > 0) place += fmt::format(":{}:{}", problem.line, problem.column);
        text += fmt::format("{}: {}\n", place, shortened(one_line(problem.message), 500));
    }
    for (const auto* suite : suites) text += suite_text(*suite, options) + "\n";
    for (const auto& note : report.notes) text += shortened(one_line(note), 1000) + ".\n";
    const bool done = report.state == ReportState::completed;
    text += painted(headline(report, suites) + ".", done ? colour_of(report.gate) : "", options);
    if (done) text += fmt::format(" {}", gate_sentence(report.state, report.gate));
    return text + "\n";
}

}  // namespace benchgate::reporting
