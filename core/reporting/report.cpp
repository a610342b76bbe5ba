#include "core/reporting/report.h"

#include <fmt/format.h>

#include <algorithm>

namespace benchgate::reporting {

namespace {
model::Gate without_result(const SuiteReport& suite) {
    return suite.inconclusive_blocks ? model::Gate::action_required : model::Gate::neutral;
}

constexpr std::size_t most_notes = 20;

/// What the configuration asks in some line, and no suite has an answer to.
template <class Asked, class Finding>
std::vector<std::string> unasked(const std::vector<SuiteReport>& suites, const std::vector<Asked>& all,
                                 std::vector<Finding> SuiteReport::*findings, std::string_view what) {
    std::vector<std::string> notes;
    for (const auto& asked : all) {
        const bool is_judged = std::any_of(suites.begin(), suites.end(), [&](const SuiteReport& suite) {
            return std::any_of((suite.*findings).begin(), (suite.*findings).end(),
                               [&](const Finding& finding) { return finding.line == asked.line; });
        });
        if (!is_judged && notes.size() < most_notes)
            notes.push_back(
                fmt::format("Note: the {} in line {} was not measured: nothing that was measured here is \"{}\" with "
                            "the metric \"{}\"",
                            what, asked.line, asked.benchmark, asked.metric));
    }
    return notes;
}
}  // namespace

model::Gate gate_of(const std::vector<SuiteReport>& suites) {
    model::Gate gate = model::Gate::success;
    for (const auto& suite : suites) {
        gate = model::worse(gate, suite.claims_gate);
        if (suite.identical && !suite.error) continue;
        gate = model::worse(gate, suite.judgement ? suite.judgement->gate : without_result(suite));
    }
    return suites.empty() ? model::Gate::neutral : gate;
}

double detect_of(const model::Policy& policy, const model::Judgement& judgement) {
    std::optional<double> largest;
    for (const auto& verdict : judgement.verdicts)
        if (verdict.series.gating) largest = std::max(largest.value_or(0), detect_for(policy, verdict.series.key));
    return largest.value_or(policy.detect);
}

std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Budget>& budgets) {
    std::vector<std::string> notes;
    for (const auto& budget : budgets) {
        const auto speaks = [&](const model::BudgetFinding& note) {
            return note.line == budget.line && note.max == budget.max && note.min == budget.min;
        };
        const bool is_judged = std::any_of(suites.begin(), suites.end(), [&](const SuiteReport& suite) {
            return std::any_of(suite.budgets.begin(), suite.budgets.end(), speaks);
        });
        if (!is_judged && notes.size() < most_notes)
            notes.push_back(fmt::format(
                "Note: the budget in line {} met no benchmark: nothing here is \"{}\" with the "
                "metric \"{}\"{}",
                budget.line, budget.benchmark, budget.metric, budget.unit.empty() ? "" : " in " + budget.unit));
    }
    return notes;
}

std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Suite>& asked) {
    std::vector<std::string> notes;
    for (const auto& suite : asked) {
        const auto report =
            std::find_if(suites.begin(), suites.end(), [&](const SuiteReport& one) { return one.name == suite.name; });
        if (!suite.load || report == suites.end() || !report->judgement) continue;
        const auto& verdicts = report->judgement->verdicts;
        const bool is_closed = std::any_of(verdicts.begin(), verdicts.end(), [](const model::Verdict& verdict) {
            return verdict.series.key.metric.ends_with(model::closed_loop_suffix);
        });
        if (is_closed && notes.size() < most_notes)
            notes.push_back(fmt::format(
                "Note: the latencies of suite {} are a closed loop's: each client of {} waits for an answer before it "
                "asks again, so what waited meanwhile is not counted",
                suite.name, suite.load->load.tool));
        for (const auto& objective : suite.load->objectives) {
            const auto speaks = [&](const model::BudgetFinding& note) {
                return note.line == objective.line && note.max == objective.max && note.min == objective.min;
            };
            const bool is_searched = suite.load->search && objective.metric != "breaking_point";
            if (!is_searched && std::none_of(report->budgets.begin(), report->budgets.end(), speaks) &&
                notes.size() < most_notes)
                notes.push_back(
                    fmt::format("Note: the objective in line {} met nothing: no stage of suite {} has the "
                                "metric \"{}\"",
                                objective.line, suite.name, objective.metric));
        }
    }
    return notes;
}

std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Claim>& claims) {
    return unasked(suites, claims, &SuiteReport::claims, "claim");
}

std::vector<std::string> notes_of(const std::vector<SuiteReport>& suites, const std::vector<model::Growth>& rules) {
    return unasked(suites, rules, &SuiteReport::growth, "growth");
}

std::vector<std::string> notes_of(const std::vector<model::Unmet>& unmet) {
    std::vector<std::string> notes;
    for (const auto& wish : unmet)
        if (wish.concerns_gate) notes.push_back(fmt::format("Note: {}", wish.message));
    return notes;
}

ReportState state_of(const std::vector<SuiteReport>& suites) {
    const auto is = [](ReportState state) {
        return [state](const SuiteReport& suite) { return suite.state == state; };
    };
    if (std::all_of(suites.begin(), suites.end(), is(ReportState::completed))) return ReportState::completed;
    return std::all_of(suites.begin(), suites.end(), is(ReportState::queued)) ? ReportState::queued
                                                                              : ReportState::in_progress;
}

}  // namespace benchgate::reporting
