#pragma once
// From finished jobs to verdicts: the bundle is put together and checked, judged by the same code that the runner
// stopped by, and the verdicts stored; when the last job of a run is judged, the run is closed and said. One
// transaction a job. A job over which that fails again and again is set aside with a neutral verdict, so that it holds
// up no other.

#include <functional>
#include <map>
#include <optional>
#include <stop_token>

#include "core/model/questions.h"
#include "service/reports/run_report.h"
#include "service/store/jobs.h"
#include "service/store/pool.h"
#include "service/store/runs.h"
#include "service/store/verdicts.h"

namespace benchgate::workers {

class JudgeWorker {
  public:
    JudgeWorker(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now);
    /// False: nothing waits.
    bool work(std::stop_token stop);

  private:
    void judge(store::Tx& tx, const store::JobRow& job);
    void store_unusable(store::Tx& tx, const store::JobRow& job, const std::string& reason);
    store::JudgedJob judged_job(const store::JobRow& job) const;
    void store_claims(store::Tx& tx, const store::JobRow& job, const model::Answers& answers);
    void store_unmeasured_claims(store::Tx& tx, const store::JobRow& job);
    void set_aside(const store::JobRow& job, const std::string& reason);
    /// The run, if that was its last job.
    std::optional<store::RunRow> close_run(store::Tx& tx, const store::JobRow& job);
    void profile(const store::RunRow& run);
    store::Pool& pool_;
    reports::Addresses addresses_;
    std::function<store::Time()> now_;
    std::map<std::string, int> failures_;  ///< in a row, by job; of the one loop that calls work()
};

}  // namespace benchgate::workers
