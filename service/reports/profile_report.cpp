#include "service/reports/profile_report.h"

#include "core/json/json.h"
#include "core/protocol/messages.h"
#include "platform/crypto.h"
#include "service/reports/stored_bundle.h"
#include "service/store/bundles.h"
#include "service/store/jobs.h"

namespace benchgate::reports {
namespace {

/// A run that profiles has one job.
std::optional<store::JobRow> job_of(store::Tx& tx, const store::RunRow& run) {
    auto jobs = store::jobs_of_run(tx, run.repository_id, run.run_id);
    if (run.kind != model::RunKind::profile || jobs.empty()) return std::nullopt;
    return std::move(jobs.front());
}

std::optional<std::string> stacks_of(store::Tx& tx, const std::string& job_id, const model::ProfileSide& side,
                                     const char* name) {
    auto artifact = store::find_artifact(tx, job_id, name);
    if (!artifact || platform::sha256_hex(artifact->bytes) != side.sha256) return std::nullopt;
    return std::move(artifact->bytes);
}

std::optional<std::string> stacks_of(store::Tx& tx, const std::string& job_id, const model::Profile& profile,
                                     model::Side side) {
    return side == model::Side::base ? stacks_of(tx, job_id, profile.base, protocol::base_profile_name)
                                     : stacks_of(tx, job_id, profile.head, protocol::head_profile_name);
}

/// Counts as many samples as were signed; else a runner could show a profile that it did not take.
std::optional<model::FoldedStacks> read_stacks(const std::optional<std::string>& text, std::uint64_t samples) {
    auto stacks = text ? model::folded_from(*text) : std::nullopt;
    if (!stacks || samples == 0 || model::total_of(*stacks) != samples) return std::nullopt;
    return stacks;
}

void add_profile(store::Tx& tx, const store::JobRow& job, reporting::ProfileReport& report) {
    const auto bundle = load_shown_bundle(tx, job.job.job_id).bundle;
    if (!bundle || !bundle->profile) {
        report.error = bundle ? "the job brought no profile" : bundle.error();
        return;
    }
    const auto& profile = *bundle->profile;
    report.base_sha = bundle->comparison.base_sha;
    report.runner = bundle->runner;
    auto base = read_stacks(stacks_of(tx, job.job.job_id, profile, model::Side::base), profile.base.samples);
    auto head = read_stacks(stacks_of(tx, job.job.job_id, profile, model::Side::head), profile.head.samples);
    if (!base || !head) {
        report.error = "the stacks are not those that the runner signed";
        return;
    }
    report.profile = profile;
    report.base = std::move(*base);
    report.head = std::move(*head);
}

}  // namespace

reporting::ProfileReport profile_report(store::Tx& tx, const store::RunRow& run, const Addresses& addresses) {
    const auto told = run_report(tx, run, addresses);
    reporting::ProfileReport report;
    report.repository = told.repository;
    report.repository_url = told.repository_url;
    report.pull_number = run.number;
    report.base_sha = told.base_sha;
    report.head_sha = run.head_sha;
    report.page_url = told.page_url;
    report.page_path = page_path(told.repository, run);
    report.state = model::to_string(run.state);
    const auto job = job_of(tx, run);
    if (!job) {
        report.error = "there is no job of it";
        return report;
    }
    report.suite = job->job.suite;
    report.benchmark = json::text(json::parse(job->job.spec_json).value_or(json::Json()), "profile").value_or("");
    if (!told.suites.empty()) {
        const auto& suite = told.suites.front();
        report.runner = suite.runner;
        report.progress = suite.progress;
        if (suite.error) {
            report.error = suite.error->message;
            report.log_tail = suite.error->log_tail;
        }
    }
    if (job->state == model::JobState::succeeded) add_profile(tx, *job, report);
    return report;
}

std::optional<std::string> folded_stacks(store::Tx& tx, const store::RunRow& run, model::Side side) {
    const auto job = job_of(tx, run);
    if (!job || job->state != model::JobState::succeeded) return std::nullopt;
    const auto bundle = load_shown_bundle(tx, job->job.job_id).bundle;
    if (!bundle || !bundle->profile) return std::nullopt;
    return stacks_of(tx, job->job.job_id, *bundle->profile, side);
}

}  // namespace benchgate::reports
