// The words for one row: a verdict, a budget, a suite's state. Those for the whole are words.cpp.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/model/resources.h"
#include "core/reporting/escape.h"
#include "core/reporting/numbers.h"
#include "core/reporting/words.h"

namespace benchgate::reporting {

using model::VerdictKind;

std::string budget_word(const model::BudgetFinding& note) {
    std::string word(model::to_string(note.state));
    return note.level ? word + " (" + shortened(one_line(*note.level), 40) + ")" : word;
}

std::string limit_text(const model::BudgetFinding& note, std::string_view unit) {
    if (note.max && note.min)
        return fmt::format("{} to {}", format_value(*note.min, unit), format_value(*note.max, unit));
    if (note.max) return fmt::format("at most {}", format_value(*note.max, unit));
    return note.min ? fmt::format("at least {}", format_value(*note.min, unit)) : "–";
}

std::string budget_value_text(const model::BudgetFinding& note, const model::Verdict& verdict) {
    if (!note.value) return "–";
    const auto& unit = verdict.series.unit;
    const auto& [low, high] = note.interval;
    std::vector<std::string> aside;
    if (low && high && low != high)
        aside.push_back(fmt::format("{} to {}", format_value(*low, unit), format_value(*high, unit)));
    else if (low.has_value() != high.has_value())
        aside.push_back(fmt::format("at {} {}", low ? "least" : "most", format_value(low ? *low : *high, unit)));
    const bool stands = note.state == model::BudgetState::over;
    if (note.attempt)
        aside.push_back(fmt::format("{} attempt {}, and not {} by this one", stands ? "found in" : "of", *note.attempt,
                                    stands ? "ruled out" : "measured"));
    const auto text = format_value(*note.value, unit);
    return aside.empty() ? text : fmt::format("{} ({})", text, fmt::join(aside, "; "));
}

std::string advisory_text(const AdvisoryNote& note) {
    return fmt::format("alarmed {} in {} of a commit with itself on this host", counted(note.counted.alarms, "time"),
                       counted(note.counted.comparisons, "comparison"));
}

std::string worded_change(const model::Verdict& verdict) {
    constexpr std::string_view minus = "−";
    auto text = change_text(verdict);
    const auto word = direction_word(verdict);
    if (!is_changed(verdict) || word.empty()) return text;
    if (text.starts_with(minus)) text.erase(0, minus.size());
    return fmt::format("{} {}", text, word);
}

std::string detectable_text(const model::Verdict& verdict) {
    if (!verdict.minimum_detectable) return "–";
    return verdict.exact && *verdict.minimum_detectable == 0 ? "any" : format_percent(*verdict.minimum_detectable);
}

std::string_view confirmation_word(const model::Verdict& verdict) {
    const auto& key = verdict.series.key;
    const bool has_fresh_blocks = key.benchmark != model::whole_command || key.metric != model::measure_memory_growth;
    if (!is_changed(verdict) || !has_fresh_blocks) return "–";
    if (verdict.exact) return "exact";
    if (verdict.confirmed) return "yes";
    return verdict.kind == VerdictKind::regressed ? "no" : "–";
}

bool has_remark(const model::Verdict& verdict) {
    if (verdict.reason.empty() || verdict.exact || !verdict.series.gating) return false;
    return verdict.p.has_value() || verdict.kind == VerdictKind::inconclusive ||
           (is_changed(verdict) && !verdict.ratio);
}

const model::Interval& shown_interval(const model::Verdict& verdict) {
    return verdict.interval.low || verdict.interval.high ? verdict.interval : verdict.nominal;
}

std::string_view state_word(ReportState state) {
    switch (state) {
        case ReportState::queued:
            return "queued";
        case ReportState::in_progress:
            return "in_progress";
        case ReportState::completed:
            return "completed";
    }
    return "queued";
}

std::string state_words(const SuiteReport& suite) {
    if (suite.state == ReportState::queued) return "waits for a runner";
    if (suite.state == ReportState::in_progress) return suite.progress.empty() ? "under way" : suite.progress;
    if (suite.cancelled) return "cancelled";
    if (suite.error) return "could not be measured";
    if (suite.identical) return "nothing measured: both commits build the same artifacts";
    return suite.judgement ? "measured" : "no result";
}

}  // namespace benchgate::reporting
