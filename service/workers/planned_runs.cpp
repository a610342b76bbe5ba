#include "service/workers/planned_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "core/judging/questions.h"
#include "core/protocol/spec_json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/store/jobs.h"

namespace benchgate::workers {
namespace {

/// Beyond the suite's own limit of time, for fetch and upload.
constexpr std::chrono::seconds deadline_slack{600};

const model::Suite& suite_named(const model::Config& config, const std::string& name) {
    const auto found =
        std::find_if(config.suites.begin(), config.suites.end(), [&](const auto& suite) { return suite.name == name; });
    if (found == config.suites.end())
        throw std::runtime_error("the plan names a suite that the configuration lacks: " + name);
    return *found;
}

bool measures_pull(const planning::PlannedRun& run) {
    return run.pull_number && (run.kind == model::RunKind::pull_request || run.kind == model::RunKind::command);
}

/// The commits are those of a pull request, whatever is done with them.
bool is_of_pull(const planning::PlannedRun& run) {
    return measures_pull(run) || (run.pull_number && run.kind == model::RunKind::profile);
}

/// A branch, unless it is named in full.
std::string full_ref(const std::string& name) {
    const bool is_full = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
    return is_full ? name : "refs/heads/" + name;
}

protocol::JobSpec spec_of(const planning::PlannedRun& run, const planning::PlannedJob& job, const RunGround& ground) {
    protocol::JobSpec spec;
    spec.repository = ground.repository.full_name();
    // A merge group, a calibration and a bisection have commits of their own, compared as they are.
    const bool of_pull = is_of_pull(run);
    if (of_pull) spec.pull_request = run.pull_number;
    // The merge-base lies on the base branch, so fetching that branch brings it.
    spec.base = {run.base_sha, {full_ref(run.base_ref)}};
    spec.merge_base = of_pull;
    spec.head = {run.head_sha, {of_pull ? fmt::format("refs/pull/{}/head", *run.pull_number) : full_ref(run.head_ref)}};
    spec.measure_identical = run.kind == model::RunKind::calibration;
    spec.suite = suite_named(ground.config, job.suite);
    spec.experiment.suite = job.suite;
    spec.experiment.seed = job.seed;
    spec.experiment.max_trials = job.max_trials;
    spec.experiment.false_alarms = job.false_alarms;
    spec.experiment.policy = ground.config.policy;
    spec.only = job.filter;
    spec.profile = run.profile;
    // A calibration, a step of a search and a profile answer something else.
    if (model::speaks_on_check(run.kind))
        spec.questions = judging::questions_beside(ground.config, spec.experiment.false_alarms);
    if (job.time_limit) spec.suite.timeout.job = std::min(spec.suite.timeout.job, *job.time_limit);
    return spec;
}

/// The head against a ref that claims speak of: as the suite is measured, and only for the claims.
protocol::JobSpec claims_spec(protocol::JobSpec spec, const planning::PlannedClaims& claims, const RunGround& ground) {
    spec.base = {claims.sha, {full_ref(claims.full_ref)}};
    spec.merge_base = false;
    spec.experiment.confirm = false;
    spec.questions = judging::questions_since(ground.config, claims.ref, spec.experiment.false_alarms);
    return spec;
}

store::NewJob job_of(const planning::PlannedRun& planned, const planning::PlannedJob& planned_job,
                     const store::RunRow& run, const protocol::JobSpec& spec) {
    store::NewJob job;
    job.repository_id = run.repository_id;
    job.job_id = platform::random_uuid();
    job.run_id = run.run_id;
    job.suite = planned_job.suite;
    job.labels = planned_job.host_class;
    if (measures_pull(planned) && !spec.questions.alone) job.number = planned.pull_number;
    job.priority = planned.priority;
    job.spec_json = json::dump(to_json(spec));
    job.protocol = protocol::protocol_for(spec);
    const auto builds = 2 * spec.suite.link_orders * spec.suite.timeout.build;
    job.timeout = std::chrono::duration_cast<std::chrono::seconds>(spec.suite.timeout.job + builds) + deadline_slack;
    return job;
}

}  // namespace

PlannedRows rows_of(const planning::PlannedRun& planned, const RunGround& ground, store::Time now) {
    PlannedRows rows;
    auto& run = rows.run;
    run.repository_id = ground.repository.id;
    run.run_id = platform::random_uuid();
    run.kind = planned.kind;
    run.number = planned.pull_number;
    run.head_sha = planned.head_sha;
    run.base_sha = ground.base_tip.empty() || !is_of_pull(planned) ? planned.base_sha : ground.base_tip;
    run.base_ref = planned.base_ref;
    run.merge_base = planned.base_sha;
    run.trigger_id = planned.request.empty() ? ground.trigger_id : planned.request;
    run.created_at = now;
    run.aside = planned.aside;
    run.config = ground.config_text;
    run.config_sha = platform::sha256_hex(ground.config_text);
    for (const auto& job : planned.jobs) {
        const auto spec = spec_of(planned, job, ground);
        rows.jobs.push_back(job_of(planned, job, run, spec));
        for (const auto& claims : job.claims_since) {
            auto row = job_of(planned, job, run, claims_spec(spec, claims, ground));
            row.refused = claims.problem;
            rows.jobs.push_back(std::move(row));
        }
    }
    return rows;
}

store::RunRow insert_planned(store::Tx& tx, const planning::PlannedRun& planned, const RunGround& ground,
                             store::Time now) {
    auto rows = rows_of(planned, ground, now);
    store::insert_run(tx, rows.run);
    for (const auto& job : rows.jobs) store::insert_job(tx, job, now);
    return std::move(rows.run);
}

}  // namespace benchgate::workers
