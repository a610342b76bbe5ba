#pragma once
// A search as the renderers want it, put together from its rows, and its two comments put into the outbox. Decides
// nothing.

#include "core/planning/step_verdict.h"
#include "core/reporting/search_report.h"
#include "service/reports/run_report.h"
#include "service/store/searches.h"

namespace benchgate::workers {

planning::Sought sought_by(const store::SearchRow& search);
/// Of the steps that are over, in their order.
std::vector<planning::StepResult> results_of(const std::vector<store::SearchStepRow>& steps);

/// Steps, their verdicts and what was looked for, as they are at this moment.
reporting::SearchReport search_report(store::Tx& tx, const store::SearchRow& search,
                                      const reports::Addresses& addresses);

/// What the search's own row tells: for a step whose result cannot be read.
reporting::SearchReport report_without_steps(store::Tx& tx, const store::SearchRow& search,
                                             const reports::Addresses& addresses);

/// The comment that follows the search, and the answer of one that has ended; none where main's own history asked.
void announce_search(store::Tx& tx, const store::SearchRow& search, const reporting::SearchReport& report,
                     store::Time now);

/// What was measured in a step. absent: nothing was, or it cannot be used; `reason` says why.
struct StepFinding {
    bool identical = false;  ///< both commits build the same artifacts
    std::vector<model::Verdict> verdicts;
    std::string reason;
};
StepFinding finding_of(store::Tx& tx, std::int64_t repository_id, const std::string& run_id);

}  // namespace benchgate::workers
