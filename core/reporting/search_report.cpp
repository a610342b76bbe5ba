#include "core/reporting/search_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/reporting/escape.h"
#include "core/reporting/markdown_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

constexpr std::size_t most_steps_shown = 40;
constexpr std::size_t most_suspects = 10;

std::string short_text(std::string_view foreign, std::size_t most) {
    return markdown_text(shortened(one_line(foreign), most));
}

std::string commit(const SearchReport& report, const std::string& sha) {
    return markdown_commit(report.repository_url, sha);
}

std::string subject_of(const SearchReport& report) {
    std::string text = markdown_name(report.benchmark);
    if (!report.metric.empty()) text += fmt::format(" ({})", short_text(report.metric, 60));
    return text;
}

std::string change_of_step(const SearchStepReport& step) {
    if (!step.compared) return step.reason.empty() ? "–" : short_text(step.reason, 200);
    std::string text = short_text(change_text(*step.compared), 60);
    if (const auto word = direction_word(*step.compared); is_changed(*step.compared) && !word.empty())
        text += fmt::format(" {}", word);
    return fmt::format("{} ({})", text, interval_text(shown_interval(*step.compared)));
}

std::string table_of_steps(const SearchReport& report) {
    std::string table = fmt::format("| step | commit | compared with {} | change |\n|---|---|---|---|\n",
                                    commit(report, report.good_sha));
    const auto shown = std::min(report.steps.size(), most_steps_shown);
    for (std::size_t i = report.steps.size() - shown; i < report.steps.size(); ++i) {
        const auto& step = report.steps[i];
        table += fmt::format("| {} | {} | {} | {} |\n", i + 1, commit(report, step.sha),
                             step.verdict.empty() ? "under way" : short_text(step.verdict, 20), change_of_step(step));
    }
    return table;
}

std::string page_of(const SearchReport& report) {
    const bool safe = report.page_url.find_first_of("() <>\n") == std::string::npos;
    return safe && !report.page_url.empty() ? fmt::format("\n\n<sub>[Every number]({})</sub>", report.page_url) : "";
}

std::string found_text(const SearchReport& report) {
    const auto& found = *report.found;
    std::string text = fmt::format("**{} is the first of {} that made {} worse.**", commit(report, found.sha),
                                   counted(static_cast<long long>(report.commits), "commit"), subject_of(report));
    if (!found.subject.empty() || !found.author.empty())
        text += fmt::format("\n\n> {}{}{}", short_text(found.subject, 200),
                            found.author.empty()    ? ""
                            : found.subject.empty() ? "by "
                                                    : "<br>by ",
                            short_text(found.author, 100));
    for (const auto& step : report.steps)
        if (step.sha == found.sha && step.compared)
            text +=
                fmt::format("\n\nAgainst {} it changed by {}.", commit(report, report.good_sha), change_of_step(step));
    text += found.before.empty()
                ? fmt::format(" The commit before it is {}, the good end.", commit(report, report.good_sha))
                : fmt::format(" The commit before it, {}, has not got this change.", commit(report, found.before));
    return text;
}

std::string undecided_text(const SearchReport& report) {
    std::string text =
        fmt::format("**The search for the commit that made {} worse is undecided.**", subject_of(report));
    if (!report.why.empty()) text += fmt::format(" {}.", short_text(report.why, 500));
    if (report.suspects.size() > 1) {
        text += fmt::format("\n\nIt is one of {}, oldest first:\n",
                            counted(static_cast<long long>(report.suspects.size()), "commit"));
        for (std::size_t i = 0; i < std::min(report.suspects.size(), most_suspects); ++i)
            text += fmt::format("\n- {}", commit(report, report.suspects[i]));
        if (report.suspects.size() > most_suspects)
            text += fmt::format("\n- and {} more up to {}", report.suspects.size() - most_suspects,
                                commit(report, report.suspects.back()));
    }
    return text;
}

}  // namespace

std::string render_search_progress(const SearchReport& report) {
    const auto range = fmt::format("{} after {} up to {}", counted(static_cast<long long>(report.commits), "commit"),
                                   commit(report, report.good_sha), commit(report, report.bad_sha));
    std::string text;
    switch (report.outcome) {
        case SearchOutcome::under_way:
            text = fmt::format("Looks for the first of {} that made {} worse: step {} of about {}.", range,
                               subject_of(report), report.steps.size(),
                               report.steps.size() + std::max<std::size_t>(report.steps_left, 1) - 1);
            break;
        case SearchOutcome::cancelled:
            text = fmt::format("The search for the first of {} that made {} worse was cancelled.", range,
                               subject_of(report));
            break;
        default:
            text = fmt::format("Looked for the first of {} that made {} worse; the answer is in a comment of its own.",
                               range, subject_of(report));
    }
    return report.steps.empty() ? text : text + "\n\n" + table_of_steps(report);
}

std::string render_search_answer(const SearchReport& report) {
    switch (report.outcome) {
        case SearchOutcome::found:
            if (report.found) return found_text(report) + page_of(report);
            return undecided_text(report) + page_of(report);
        case SearchOutcome::not_reproduced:
            return fmt::format("**{} is not worse at {} than at {}**, so there is no bad commit to look for.{}",
                               subject_of(report), commit(report, report.bad_sha), commit(report, report.good_sha),
                               page_of(report));
        case SearchOutcome::undecided:
            return undecided_text(report) + page_of(report);
        case SearchOutcome::under_way:
        case SearchOutcome::cancelled:
            break;
    }
    return "";
}

}  // namespace benchgate::reporting
