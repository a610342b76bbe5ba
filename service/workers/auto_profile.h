#pragma once
// Has the regressions of a run profiled, on the host that confirmed them. Which ones is core/judging/to_profile.h. What
// is found joins the run's comment and page (service/reports/profile_notes.h).

#include "core/reporting/report.h"
#include "service/store/pool.h"
#include "service/store/runs.h"

namespace benchgate::workers {

/// Of a run that is complete, with its report: queues a profile for what it calls slower. A benchmark of this head that
/// was or will be profiled is not profiled again, and one that the pull request has left behind is not profiled at all.
void ask_profiles(store::Tx& tx, const store::RunRow& run, const reporting::Report& report, store::Time now);

}  // namespace benchgate::workers
