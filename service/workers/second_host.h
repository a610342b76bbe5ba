#pragma once
// Asks a second host: plans the job that measures again, on fresh blocks, what would turn a check red. Who may take it
// and for how long it waits is core/planning/second_host.h; what its answer means is core/judging/second_host.h.

#include "service/reports/run_report.h"
#include "service/store/jobs.h"
#include "service/store/pool.h"
#include "service/store/runs.h"

namespace benchgate::workers {

/// After `job` was judged: queues its confirmation if it needs one and another live host of its class is there. The
/// transaction is the one that stored the verdicts, and the run is locked.
void ask_second_host(store::Tx& tx, const store::RunRow& run, const store::JobRow& job,
                     const reports::Addresses& addresses, store::Time now);

}  // namespace benchgate::workers
