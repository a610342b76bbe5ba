#include "service/workers/carry_out.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/protocol/spec_json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/store/approvals.h"
#include "service/store/jobs.h"
#include "service/store/runs.h"
#include "service/store/waivers.h"
#include "service/workers/announce.h"

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

protocol::JobSpec spec_of(const planning::PlannedRun& run, const planning::PlannedJob& job,
                          const planning::PlanInput& input) {
    protocol::JobSpec spec;
    spec.repository = input.repository.full_name();
    // A merge group has a branch of its own and a base that is compared with as it is.
    const bool of_pull = run.pull_number && run.kind != model::RunKind::merge_group;
    if (of_pull) spec.pull_request = run.pull_number;
    // The merge-base lies on the base branch, so fetching that branch brings it.
    spec.base = {run.base_sha, {"refs/heads/" + run.base_ref}};
    spec.merge_base = of_pull;
    spec.head = {run.head_sha,
                 {of_pull ? fmt::format("refs/pull/{}/head", *run.pull_number) : "refs/heads/" + run.head_ref}};
    spec.suite = suite_named(input.config, job.suite);
    spec.experiment.suite = job.suite;
    spec.experiment.seed = job.seed;
    spec.experiment.max_trials = job.max_trials;
    spec.experiment.false_alarms = job.false_alarms;
    spec.experiment.policy = input.config.policy;
    spec.only = job.filter;
    if (job.time_limit) spec.suite.timeout.job = std::min(spec.suite.timeout.job, *job.time_limit);
    return spec;
}

void insert_planned(store::Tx& tx, const planning::PlannedRun& planned, const PlanContext& context,
                    const reports::Addresses& addresses, store::Time now) {
    store::RunRow run;
    run.repository_id = context.input.repository.id;
    run.run_id = platform::random_uuid();
    run.kind = planned.kind;
    run.number = planned.pull_number;
    run.head_sha = planned.head_sha;
    run.base_sha = context.input.pull ? context.input.pull->base_sha : planned.base_sha;
    run.base_ref = planned.base_ref;
    run.merge_base = planned.base_sha;
    run.trigger_id = planned.request.empty() ? context.trigger_id : planned.request;
    run.created_at = now;
    run.config = context.config_text;
    run.config_sha = platform::sha256_hex(context.config_text);
    store::insert_run(tx, run);
    for (const auto& planned_job : planned.jobs) {
        const auto spec = spec_of(planned, planned_job, context.input);
        store::NewJob job;
        job.repository_id = run.repository_id;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = planned_job.suite;
        job.labels = planned_job.host_class;
        if (planned.kind == model::RunKind::pull_request || planned.kind == model::RunKind::command)
            job.number = planned.pull_number;
        job.priority = planned.priority;
        job.spec_json = json::dump(to_json(spec));
        job.timeout =
            std::chrono::duration_cast<std::chrono::seconds>(spec.suite.timeout.job + 2 * spec.suite.timeout.build) +
            deadline_slack;
        store::insert_job(tx, job, now);
    }
    announce_run(tx, run, addresses, now);
}

/// The check of a run that is over before its end is closed on its own commit; a check left open blocks a merge.
void close_check(store::Tx& tx, std::int64_t repository_id, const std::string& run_id, const PlanContext& context,
                 store::Time now) {
    const auto run = store::find_run(tx, repository_id, run_id);
    if (!run) return;
    // A newer run of the same commit owns the check now.
    for (const auto& planned : context.input.existing)
        if (planned.id != run_id && planned.head_sha == run->head_sha &&
            (planned.state == model::RunState::queued || planned.state == model::RunState::running))
            return;
    const bool superseded = run->state == model::RunState::superseded;
    announce_check(tx, repository_id,
                   {"benchgate", run->head_sha, "completed", "cancelled", superseded ? "Superseded" : "Cancelled",
                    superseded ? "A newer run took its place." : "Nothing was judged.", "", "", run_id},
                   now);
}

/// Searches, profiles and calibrations are planned, but no runner carries them out yet.
bool is_of_a_later_version(const planning::Plan& plan) {
    const auto is_new = [](const planning::PlannedRun& run) {
        return !run.profile.empty() || run.kind == model::RunKind::calibration || run.kind == model::RunKind::bisection;
    };
    return plan.bisection || std::any_of(plan.runs.begin(), plan.runs.end(), is_new);
}

/// What people said, as rows: approvals, waivers taken back, waivers made.
void write_words(store::Tx& tx, const planning::Plan& plan, const PlanContext& context, store::Time now) {
    const auto repository_id = context.input.repository.id;
    if (const auto& given = plan.approval)
        store::insert_approval(tx,
                               {repository_id, given->number, given->head_sha, given->author, given->comment_id, now});
    if (!context.number) return;
    const auto* command = std::get_if<planning::CommandTrigger>(&context.input.trigger);
    const auto* check = std::get_if<planning::CheckTrigger>(&context.input.trigger);
    const std::string author = command ? command->author : check ? check->sender : "";
    for (const auto& benchmark : plan.unwaived)
        store::revoke_waivers(tx, repository_id, *context.number, benchmark, author, now);
    for (const auto& stated : plan.waivers) {
        store::WaiverRow row{repository_id, *context.number, stated.waiver, stated.comment_id, now};
        row.waiver.id = platform::random_uuid();
        store::insert_waiver(tx, row);
    }
}

/// The check of this commit, and the comment of its pull request, as they now stand.
void restate(store::Tx& tx, const std::string& head_sha, const PlanContext& context,
             const reports::Addresses& addresses, store::Time now) {
    for (auto run = context.input.existing.rbegin(); run != context.input.existing.rend(); ++run) {
        if (run->head_sha != head_sha) continue;
        if (const auto row = store::find_run(tx, context.input.repository.id, run->id))
            return announce_run(tx, *row, addresses, now);
    }
}

}  // namespace

void carry_out(store::Tx& tx, const planning::Plan& wanted, const PlanContext& context,
               const reports::Addresses& addresses, store::Time now) {
    planning::Plan plan = wanted;
    if (is_of_a_later_version(plan)) {
        plan = {};
        plan.reply = planning::PlannedReply{"confused", "This version of benchgate cannot carry out that command."};
        plan.reason = "a command of a later version";
    }
    const auto repository_id = context.input.repository.id;
    spdlog::info("{}: {} runs, {} checks, {} superseded ({})", context.input.repository.full_name(), plan.runs.size(),
                 plan.checks.size(), plan.superseded.size(), plan.reason);
    for (const auto& run_id : store::supersede_runs(tx, repository_id, plan.superseded, now).runs)
        close_check(tx, repository_id, run_id, context, now);
    for (const auto& run_id : plan.cancelled)
        for (const auto& stopped : store::cancel_run(tx, repository_id, run_id, now).runs)
            close_check(tx, repository_id, stopped, context, now);
    for (const auto& [run_id, suite] : plan.superseded_jobs)
        store::supersede_job(tx, {repository_id, run_id, suite}, now);
    write_words(tx, plan, context, now);
    for (const auto& planned : plan.runs) insert_planned(tx, planned, context, addresses, now);
    for (const auto& check : plan.checks)
        announce_check(
            tx, repository_id,
            {"benchgate", check.head_sha, "completed", check.conclusion, check.title, check.summary, "", "", ""}, now);
    if (plan.restated_head) restate(tx, *plan.restated_head, context, addresses, now);
    if (plan.reply && context.comment_id && context.number)
        announce_reply(
            tx, {repository_id, *context.number, *context.comment_id, plan.reply->reaction, plan.reply->message}, now);
}

}  // namespace benchgate::workers
