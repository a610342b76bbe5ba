#include "service/reports/earlier_attempts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/judging/standing.h"
#include "service/reports/second_host.h"
#include "service/store/verdicts.h"

namespace benchgate::reports {
namespace {

constexpr int most_runs_looked_at = 100;
constexpr std::size_t most_attempts = 20, most_attempts_named = 5;

/// The tip of the base branch may have moved on; what is measured is the merge-base.
const std::string& measured_base(const store::RunRow& run) {
    return run.merge_base.empty() ? run.base_sha : run.merge_base;
}

/// Newest first.
std::vector<store::RunRow> attempts_before(store::Tx& tx, const store::RunRow& run) {
    std::vector<store::RunRow> attempts;
    for (auto& other : store::list_runs(tx, run.repository_id, run.number, most_runs_looked_at)) {
        const bool same_question =
            other.head_sha == run.head_sha && measured_base(other) == measured_base(run) &&
            (other.kind == model::RunKind::pull_request || other.kind == model::RunKind::command);
        if (!same_question || other.run_id == run.run_id || other.created_at >= run.created_at ||
            other.state != model::RunState::finished)
            continue;
        attempts.push_back(std::move(other));
        if (attempts.size() == most_attempts) break;
    }
    return attempts;
}

std::string outcome_of(const store::RunRow& run) {
    const auto conclusion = run.conclusion.value_or("");
    if (conclusion == "success") return "passed";
    if (conclusion == "failure") return "stopped the merge";
    if (conclusion == "action_required") return "asked for a review";
    return "left it open";
}

std::string note_of(const std::vector<store::RunRow>& newest_first) {
    const auto count = newest_first.size();
    std::vector<std::string> said;
    for (std::size_t back = std::min(count, most_attempts_named); back-- > 0;)
        said.push_back(fmt::format("attempt {} {}", count - back, outcome_of(newest_first[back])));
    return fmt::format(
        "This commit was measured before: {}{}. All attempts share one rate of false alarms, and a regression "
        "stands until it is ruled out",
        count > most_attempts_named ? fmt::format("{} times, of the last ", count) : "", fmt::join(said, ", "));
}

}  // namespace

std::vector<bool> add_earlier_attempts(store::Tx& tx, const store::RunRow& run, reporting::Report& report) {
    std::vector<bool> touched(report.suites.size(), false);
    const auto attempts = attempts_before(tx, run);
    if (attempts.empty()) return touched;
    report.notes.push_back(note_of(attempts));
    std::vector<std::vector<store::JudgedJob>> judged;
    for (const auto& attempt : attempts) {
        judged.push_back(store::list_verdicts(tx, attempt.repository_id, attempt.run_id));
        heed_second_hosts(tx, attempt, judged.back());
    }
    for (std::size_t s = 0; s < report.suites.size(); ++s) {
        auto& suite = report.suites[s];
        if (!suite.judgement) continue;
        std::vector<std::vector<model::Verdict>> earlier;
        for (const auto& jobs : judged) {
            // Jobs that measured a ref for its claims have the suite's name, and no verdicts.
            const auto job = std::ranges::find_if(jobs, [&](const store::JudgedJob& one) {
                return one.suite == suite.name && !one.judgement.verdicts.empty();
            });
            earlier.push_back(job == jobs.end() ? std::vector<model::Verdict>{} : job->judgement.verdicts);
        }
        for (const auto& standing : judging::standing_regressions(suite.judgement->verdicts, earlier)) {
            auto& verdict = suite.judgement->verdicts[standing.verdict];
            const auto open = verdict.reason;
            verdict = earlier[standing.attempt][standing.earlier];
            verdict.reason = fmt::format("found in attempt {}, and not ruled out by this one{}{}",
                                         attempts.size() - standing.attempt, open.empty() ? "" : ": ", open);
            touched[s] = true;
        }
    }
    return touched;
}

}  // namespace benchgate::reports
