#include "service/workers/judge.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/judging/judge.h"
#include "service/reports/stored_bundle.h"
#include "service/store/runs.h"
#include "service/store/verdicts.h"
#include "service/workers/announce.h"

namespace benchgate::workers {

JudgeWorker::JudgeWorker(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now)
    : pool_(pool), addresses_(std::move(addresses)), now_(std::move(now)) {}

bool JudgeWorker::work(std::stop_token) {
    return pool_.transaction([&](store::Tx& tx) {
        const auto job = store::claim_unjudged_job(tx);
        if (!job) return false;
        if (job->state == model::JobState::succeeded) judge(tx, *job);
        store::mark_job_judged(tx, job->job.job_id, now_());
        close_run(tx, *job);
        return true;
    });
}

void JudgeWorker::judge(store::Tx& tx, const store::JobRow& job) {
    store::JudgedJob judged{job.job.repository_id, job.job.run_id, job.job.job_id, job.job.suite, now_(), {}};
    const auto bundle = reports::load_bundle(tx, job.job.job_id);
    if (bundle) {
        judged.judgement = judging::judge(*bundle);
    } else {
        // Never a pass: what arrived cannot be trusted, and the check says why.
        spdlog::error("job {}: {}", job.job.job_id, bundle.error());
        judged.judgement.gate = model::Gate::neutral;
        judged.judgement.gate_reason = "the measurements cannot be used: " + bundle.error();
        judged.judgement.judge_version = judging::judge_version;
    }
    store::replace_verdicts(tx, judged);
}

void JudgeWorker::close_run(store::Tx& tx, const store::JobRow& job) {
    // The lock makes two jobs that finish at once close the run exactly once.
    auto run = store::lock_run(tx, job.job.repository_id, job.job.run_id);
    if (!run || run->state == model::RunState::superseded || run->state == model::RunState::cancelled) return;
    const auto jobs = store::jobs_of_run(tx, job.job.repository_id, job.job.run_id);
    const bool complete =
        std::all_of(jobs.begin(), jobs.end(), [](const auto& one) { return one.judged_at.has_value(); });
    if (complete) {
        const auto report = reports::run_report(tx, *run, addresses_);
        store::set_run_state(
            tx, run->repository_id, run->run_id,
            {model::RunState::finished, std::string(model::to_string(report.gate)), run->message, now_()});
        run->state = model::RunState::finished;
    }
    announce_run(tx, *run, addresses_, now_());
}

}  // namespace benchgate::workers
