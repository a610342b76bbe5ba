#include "service/workers/judge.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/judging/judge.h"
#include "core/judging/questions.h"
#include "core/judging/tool_errors.h"
#include "core/protocol/questions_json.h"
#include "core/protocol/spec_json.h"
#include "service/reports/stored_bundle.h"
#include "service/store/history.h"
#include "service/store/runs.h"
#include "service/store/verdicts.h"
#include "service/workers/announce.h"
#include "service/workers/auto_profile.h"
#include "service/workers/second_host.h"

namespace benchgate::workers {
namespace {
/// A statement may be refused for reasons that pass.
constexpr int most_failed_judgings = 3;

/// By the job's own specification: a runner does not say what it is asked.
model::Questions questions_of(const store::JobRow& job) {
    const auto document = json::parse(job.job.spec_json).value_or(json::Json());
    const auto spec = protocol::read_job_spec(document);
    return spec ? spec->questions : model::Questions();
}

/// Of a job that did not succeed, a clause.
std::string why_no_claims(const store::JobRow& job) {
    if (job.state == model::JobState::cancelled) return "its measuring was cancelled";
    const auto outcome = json::parse(job.outcome_json.value_or("{}")).value_or(json::Json());
    const auto reason = json::text(outcome, "reason").value_or("");
    if (reason.empty()) return "the runner was lost, several times";
    // A ref that is not there needs no runner, and so has no phase of one.
    if (!job.leased_at) return reason;
    return fmt::format("{}: {}", json::text(outcome, "phase").value_or("measure"), reason);
}

}  // namespace

JudgeWorker::JudgeWorker(store::Pool& pool, reports::Addresses addresses, std::function<store::Time()> now)
    : pool_(pool), addresses_(std::move(addresses)), now_(std::move(now)) {}

bool JudgeWorker::work(std::stop_token) {
    std::optional<store::JobRow> job;
    std::optional<store::RunRow> finished;
    try {
        pool_.transaction([&](store::Tx& tx) {
            finished.reset();
            job = store::claim_unjudged_job(tx);
            if (!job) return;
            if (job->state == model::JobState::succeeded)
                judge(tx, *job);
            else
                store_unmeasured_claims(tx, *job);
            store::mark_job_judged(tx, job->job.job_id, now_());
            store::add_history_due(tx, job->job.job_id, now_());
            finished = close_run(tx, *job);
        });
        if (job) failures_.erase(job->job.job_id);
        if (finished) profile(*finished);
        return job.has_value();
    } catch (const store::DatabaseLost&) {
        throw;  // nothing was decided; the loop waits and repeats
    } catch (const std::exception& error) {
        if (!job || ++failures_[job->job.job_id] < most_failed_judgings) throw;
        const std::string reason = error.what();
        set_aside(*job, reason.substr(0, reason.find('\n')));
        failures_.erase(job->job.job_id);
        return true;
    }
}

void JudgeWorker::judge(store::Tx& tx, const store::JobRow& job) {
    const auto bundle = reports::load_bundle(tx, job.job.job_id);
    if (!bundle) return store_unusable(tx, job, "the measurements cannot be used: " + bundle.error());
    if (bundle->profile) return;  // there is nothing to judge; whoever asked is answered when the run is closed
    const auto asked = questions_of(job);
    if (asked.alone) return store_claims(tx, job, judging::answers_of(*bundle, asked));
    auto judged = judged_job(job);
    judged.judgement = judging::judge(*bundle);
    judging::add_tool_errors(judged.judgement, *bundle);
    if (!asked.empty()) judged.answers_json = json::dump(protocol::to_json(judging::answers_of(*bundle, asked)));
    store::replace_verdicts(tx, judged);
}

store::JudgedJob JudgeWorker::judged_job(const store::JobRow& job) const {
    return {job.job.repository_id, job.job.run_id, job.job.job_id, job.job.suite, now_(), {}};
}

/// No verdicts: what changed since an old ref is no change of this pull request.
void JudgeWorker::store_claims(store::Tx& tx, const store::JobRow& job, const model::Answers& answers) {
    auto judged = judged_job(job);
    judged.judgement.judge_version = judging::judge_version;
    const auto decision = judging::gate_with_answers({model::Gate::success, ""}, answers.claims, answers.growth,
                                                     model::InconclusiveAction::neutral);
    judged.judgement.gate = decision.gate;
    judged.judgement.gate_reason = decision.reason;
    judged.answers_json = json::dump(protocol::to_json(answers));
    store::replace_verdicts(tx, judged);
}

/// A claim that could not be measured is said, and is no pass.
void JudgeWorker::store_unmeasured_claims(store::Tx& tx, const store::JobRow& job) {
    const auto asked = questions_of(job);
    if (asked.alone) store_claims(tx, job, judging::unmeasured_answers(asked, why_no_claims(job)));
}

/// Never a pass: the check says why.
void JudgeWorker::store_unusable(store::Tx& tx, const store::JobRow& job, const std::string& reason) {
    spdlog::error("job {}: {}", job.job.job_id, reason);
    if (const auto asked = questions_of(job); asked.alone)
        return store_claims(tx, job, judging::unmeasured_answers(asked, reason));
    auto judged = judged_job(job);
    judged.judgement.gate = model::Gate::neutral;
    judged.judgement.gate_reason = reason;
    judged.judgement.judge_version = judging::judge_version;
    store::replace_verdicts(tx, judged);
}

void JudgeWorker::set_aside(const store::JobRow& job, const std::string& reason) {
    try {
        pool_.transaction([&](store::Tx& tx) {
            store_unusable(tx, job, "the measurements cannot be judged: " + reason);
            store::mark_job_judged(tx, job.job.job_id, now_());
            store::add_history_due(tx, job.job.job_id, now_());
            close_run(tx, job);
        });
    } catch (const store::DatabaseLost&) {
        throw;
    } catch (const std::exception& error) {
        spdlog::critical("job {} of run {} cannot even be set aside, its check stays open: {}", job.job.job_id,
                         job.job.run_id, error.what());
        pool_.transaction([&](store::Tx& tx) { store::mark_job_judged(tx, job.job.job_id, now_()); });
    }
}

/// After the verdict is said, and apart from it: what goes wrong here must not take it back.
void JudgeWorker::profile(const store::RunRow& run) {
    try {
        pool_.transaction([&](store::Tx& tx) {
            if (run.number) store::lock_conclusions(tx, run.repository_id, *run.number);
            ask_profiles(tx, run, reports::run_report(tx, run, addresses_), now_());
        });
    } catch (const std::exception& error) {
        spdlog::error("run {}: its regressions are not profiled: {}", run.run_id, error.what());
    }
}

std::optional<store::RunRow> JudgeWorker::close_run(store::Tx& tx, const store::JobRow& job) {
    // Two runs of one head that end at once must not each overlook what the other found: both speak on one check.
    if (const auto found = store::find_run(tx, job.job.repository_id, job.job.run_id); found && found->number)
        store::lock_conclusions(tx, found->repository_id, *found->number);
    // The lock makes two jobs that finish at once close the run exactly once.
    auto run = store::lock_run(tx, job.job.repository_id, job.job.run_id);
    if (!run || run->state == model::RunState::superseded || run->state == model::RunState::cancelled)
        return std::nullopt;
    ask_second_host(tx, *run, job, addresses_, now_());
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
    return complete ? run : std::nullopt;
}

}  // namespace benchgate::workers
