#pragma once
// The outlook on suites before they run, from what the store has of their past. Words and formulas are
// core/reporting/outlook and core/judging/outlook.

#include <vector>

#include "core/protocol/messages.h"
#include "core/reporting/outlook.h"
#include "core/reporting/report.h"
#include "service/store/jobs.h"
#include "service/store/runs.h"

namespace benchgate::reports {

/// A job that is to run, or a job like it. Nothing is made up: `jobs` is 0 where none like it was measured.
reporting::SuiteOutlookRow outlook_of(store::Tx& tx, const store::NewJob& job, store::Time now);

/// Every suite and host class that was asked for in the last 90 days, at most 50.
std::vector<reporting::SuiteOutlookRow> outlook_of_repository(store::Tx& tx, std::int64_t repository_id,
                                                              store::Time now);

/// Each suite of the report that is not over gets its sentence.
void add_outlook(store::Tx& tx, const store::RunRow& run, reporting::Report& report, store::Time now);

}  // namespace benchgate::reports
