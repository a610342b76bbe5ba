#pragma once
// What a second host said of a suite's regressions, put into its report. The rule is core/judging/second_host.h; here
// its answer is found among the run's jobs. Writes nothing.

#include <string>
#include <vector>

#include "core/model/policy.h"
#include "core/planning/second_host.h"
#include "core/reporting/report.h"
#include "service/store/jobs.h"
#include "service/store/pool.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/verdicts.h"

namespace benchgate::reports {

/// The runners of the store as hosts.
std::vector<planning::KnownHost> known_hosts(store::Tx& tx);

/// The job that confirms this one; nullptr: none does.
const store::JobRow* confirmation_of(const std::vector<store::JobRow>& jobs, const std::string& job_id);

/// Of a job, and of whoever was asked about it.
struct AskedAbout {
    const store::JobRow& first;
    const store::JobRow* second = nullptr;  ///< nullptr: nobody was
    const std::vector<store::JudgedJob>& confirmations;
    const model::Policy& policy;
    std::string progress;  ///< of the second job: how far it is
};

/// Heeds the answer, or that there is none, in the suite's verdicts and their gate; sets state, progress and
/// `second_host`. A suite without a judgement stays as it is.
void add_second_host(store::Tx& tx, const AskedAbout& asked, reporting::SuiteReport& suite);

/// The same for the stored verdicts of a run that is over: what was not confirmed elsewhere is not red in them.
void heed_second_hosts(store::Tx& tx, const store::RunRow& run, std::vector<store::JudgedJob>& judged);

}  // namespace benchgate::reports
