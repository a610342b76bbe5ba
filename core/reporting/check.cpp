#include "core/reporting/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/reporting/escape.h"
#include "core/reporting/markdown_view.h"

namespace benchgate::reporting {
namespace {

constexpr std::size_t most_bytes_of_field = 65000;
constexpr std::size_t most_title = 250;
constexpr std::size_t most_annotations = 50;

std::string conclusion_of(const Report& report, const SuiteList& suites, model::Gate gate) {
    if (!report.problems.empty()) return "neutral";  // nothing is known of the head, and it is not to blame
    const bool all_cancelled =
        !suites.empty() && std::all_of(suites.begin(), suites.end(),
                                       [](const SuiteReport* suite) { return suite->cancelled && !suite->judgement; });
    return all_cancelled ? "cancelled" : std::string(model::to_string(gate));
}

std::vector<CheckAction> actions_for(const CheckOutput& output, const SuiteList& suites) {
    if (output.status != "completed") return {};
    std::vector<CheckAction> actions{{"Measure again", "Run every suite of this head again", "rerun"}};
    // A waiver is for what was seen and blocks; it takes somebody with write permission, who is asked for then.
    const bool blocks = output.conclusion == "failure" || output.conclusion == "action_required";
    if (blocks && tally_of(suites).regressed > 0)
        actions.push_back({"Waive for 30 days", "Let these regressions pass, no larger", "waive"});
    return actions;
}

CheckAnnotation annotation_of(const SuiteReport& suite, const model::BudgetFinding& note) {
    const auto& verdict = suite.judgement->verdicts.at(note.verdict);
    const auto message =
        fmt::format("{} {}: {}, allowed is {}", verdict.series.key.benchmark, verdict.series.key.metric,
                    budget_value_text(note, verdict), limit_text(note, verdict.series.unit));
    const bool blocks = note.action == model::Action::block;
    return {".benchgate.yml", std::max(1, note.line), blocks ? "failure" : "warning",
            blocks ? "Budget broken" : "Over the budget", shortened(one_line(message), 1000)};
}

/// Mistakes of the configuration and limits that are broken, at the lines where they stand.
std::vector<CheckAnnotation> annotations_for(const Report& report, const SuiteList& suites) {
    std::vector<CheckAnnotation> annotations;
    for (const auto& problem : report.problems) {
        if (annotations.size() == most_annotations) break;
        annotations.push_back({problem.file, std::max(1, problem.line), "failure", "Mistake in the configuration",
                               shortened(one_line(problem.message), 1000)});
    }
    for (const auto* suite : suites)
        for (const auto& note : suite->budgets)
            if (note.is_broken() && annotations.size() < most_annotations)
                annotations.push_back(annotation_of(*suite, note));
    return annotations;
}

SuiteList chosen(const Report& report, const std::vector<std::string>& names) {
    SuiteList suites = all_suites(report);
    if (names.empty()) return suites;
    std::erase_if(suites, [&](const SuiteReport* suite) {
        return std::find(names.begin(), names.end(), suite->name) == names.end();
    });
    return suites;
}

}  // namespace

std::string check_name(std::string_view suite) {
    return suite.empty() ? "benchgate" : "benchgate/" + shortened(one_line(suite), 100);
}

CheckOutput render_check(const Report& report, const std::vector<std::string>& suites) {
    MarkdownView view{report, chosen(report, suites), report.gate, report.state};
    if (!suites.empty()) {
        std::vector<SuiteReport> copies;
        for (const auto* suite : view.suites) copies.push_back(*suite);
        view.gate = gate_of(copies);
        view.state = state_of(copies);
    }
    if (!report.problems.empty()) view.state = ReportState::completed;
    CheckOutput output;
    output.name = check_name(suites.size() == 1 ? suites[0] : "");
    output.status = state_word(view.state);
    if (view.state == ReportState::completed) output.conclusion = conclusion_of(report, view.suites, view.gate);
    output.title = shortened(headline(report, view.suites), most_title);
    output.summary = render_markdown_within("check_summary", view, most_bytes_of_field);
    output.text = render_markdown_within("check_text", view, most_bytes_of_field);
    if (output.text.find_first_not_of(" \n") == std::string::npos) output.text.clear();
    output.details_url = report.page_url;
    output.actions = actions_for(output, view.suites);
    output.annotations = annotations_for(report, view.suites);
    return output;
}

}  // namespace benchgate::reporting
