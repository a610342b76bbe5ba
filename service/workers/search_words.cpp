#include "service/workers/search_words.h"

#include <algorithm>

#include "core/json/json.h"
#include "core/planning/step_verdict.h"
#include "service/store/jobs.h"
#include "service/store/repositories.h"
#include "service/store/verdicts.h"
#include "service/workers/announce.h"

namespace benchgate::workers {
namespace {

/// owner/name
std::string name_of(store::Tx& tx, const store::SearchRow& search) {
    const auto repository = store::find_repository(tx, search.repository_id);
    return repository ? repository->owner + "/" + repository->name : "";
}

}  // namespace

planning::Sought sought_by(const store::SearchRow& search) {
    return {search.benchmark, search.metric, search.improvement};
}

std::vector<planning::StepResult> results_of(const std::vector<store::SearchStepRow>& steps) {
    std::vector<planning::StepResult> results;
    for (const auto& step : steps)
        if (const auto verdict = planning::step_verdict_from(step.verdict)) results.push_back({step.sha, *verdict});
    return results;
}

StepFinding finding_of(store::Tx& tx, std::int64_t repository_id, const std::string& run_id) {
    StepFinding finding;
    const auto judged = store::list_verdicts(tx, repository_id, run_id);
    for (const auto& job : judged) {
        finding.verdicts = job.judgement.verdicts;
        // Nothing to judge is a success for this one reason only.
        finding.identical = finding.verdicts.empty() && job.judgement.gate == model::Gate::success;
        finding.reason = job.judgement.gate_reason;
    }
    if (!judged.empty()) return finding;
    for (const auto& job : store::jobs_of_run(tx, repository_id, run_id)) {
        const auto outcome = json::parse(job.outcome_json.value_or("{}")).value_or(json::Json::object());
        finding.reason = json::text(outcome, "reason").value_or("");
    }
    return finding;
}

reporting::SearchReport report_without_steps(store::Tx& tx, const store::SearchRow& search,
                                             const reports::Addresses& addresses) {
    reporting::SearchReport report;
    if (!addresses.github_web.empty()) report.repository_url = addresses.github_web + "/" + name_of(tx, search);
    report.benchmark = search.benchmark;
    report.good_sha = search.good_sha;
    report.bad_sha = search.commits.back();
    report.commits = search.commits.size();
    return report;
}

reporting::SearchReport search_report(store::Tx& tx, const store::SearchRow& search,
                                      const reports::Addresses& addresses) {
    auto report = report_without_steps(tx, search, addresses);
    const auto full_name = name_of(tx, search);
    std::optional<planning::SearchedChange> change;
    for (const auto& row : store::steps_of_search(tx, search)) {
        reporting::SearchStepReport step{row.sha, row.verdict, {}, ""};
        if (!row.verdict.empty()) {
            const auto finding = finding_of(tx, search.repository_id, row.run_id);
            if (row.step == 1) change = planning::searched_change(finding.verdicts, sought_by(search));
            const auto* verdict = change ? planning::verdict_on(finding.verdicts, change->key) : nullptr;
            if (verdict != nullptr) step.compared = *verdict;
            if (finding.identical) step.reason = "the same artifacts";
            if (row.verdict == "failed") step.reason = finding.reason;
        }
        report.page_url = addresses.public_url + "/" + full_name + "/runs/" + row.run_id;
        report.steps.push_back(std::move(step));
    }
    if (change) report.metric = change->key.metric;
    return report;
}

void announce_search(store::Tx& tx, const store::SearchRow& search, const reporting::SearchReport& report,
                     store::Time now) {
    if (search.number == 0) return;  // main's own history asked: its page tells
    announce_reply(tx,
                   {search.repository_id, search.number, search.comment_id, "",
                    reporting::render_search_progress(report), ":search"},
                   now);
    announce_reply(tx,
                   {search.repository_id, search.number, search.comment_id, "", reporting::render_search_answer(report),
                    ":result"},
                   now);
}

}  // namespace benchgate::workers
