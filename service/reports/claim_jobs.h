#pragma once
// Jobs that measure the head against a ref for its claims and judge nothing else: which ones they are, and how what
// they found joins the report of their suite.

#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/reporting/report.h"
#include "service/store/jobs.h"
#include "service/store/verdicts.h"

namespace benchgate::reports {

/// The ref, as the claims write it; empty: an ordinary job.
std::string claims_since(const json::Json& spec);
std::string claims_since(const store::NewJob& job);

/// "micro", "micro since v1.0".
std::string title_of(const store::NewJob& job);

/// The answers beside a stored judgement. Throws std::runtime_error if they cannot be read.
void add_answers(const store::JudgedJob& judged, reporting::SuiteReport& suite);

/// Of the same run. `suite`: as its own job left it; `progress`: of a job under way. A suite is done when its claims
/// are, too.
struct ClaimJob {
    const store::JobRow& job;
    const store::JudgedJob* judged;  ///< nullptr: not yet
    std::string progress;
};
void join_claims(const ClaimJob& claims, reporting::SuiteReport& suite);

}  // namespace benchgate::reports
