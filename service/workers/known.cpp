#include "service/workers/known.h"

#include <algorithm>
#include <map>

#include "core/json/json.h"
#include "core/planning/bisect_step.h"
#include "core/planning/plan.h"
#include "service/reports/claim_jobs.h"
#include "service/store/approvals.h"
#include "service/store/jobs.h"
#include "service/store/runs.h"
#include "service/store/schedules.h"
#include "service/store/searches.h"
#include "service/store/verdicts.h"
#include "service/store/waivers.h"

namespace benchgate::workers {
namespace {

constexpr int most_existing_runs = 200;
constexpr int most_known_series = 50'000;
constexpr std::size_t most_judged_runs = 50;

/// Where a queued job stands and when an open one should be done; told by `/rebench status`.
void add_prospects(store::Tx& tx, const store::JobRow& row, store::Time now, planning::ExistingJob& job) {
    if (row.state == model::JobState::queued)
        if (const auto ahead = store::queue_position(tx, row.job.job_id, now))
            job.position = static_cast<int>(*ahead) + 1;
    if (row.eta_s && *row.eta_s >= 0 && *row.eta_s < 1e6)
        job.expected_in = std::chrono::seconds(static_cast<std::int64_t>(*row.eta_s));
}

bool is_open(model::JobState state) {
    return state == model::JobState::queued || state == model::JobState::leased || state == model::JobState::running;
}

/// What it was asked with is read for the present head only: nothing is compared with older ones.
planning::ExistingJob existing_job(store::Tx& tx, const store::JobRow& row, bool present_head, store::Time now) {
    planning::ExistingJob job;
    job.suite = row.job.suite;
    job.state = row.state;
    job.host_class = row.job.labels;
    if (is_open(row.state)) add_prospects(tx, row, now, job);
    const auto spec = json::parse(row.job.spec_json).value_or(json::Json());
    job.claims_since = reports::claims_since(spec);
    if (!present_head) return job;
    job.max_trials = static_cast<int>(json::integer(json::at(spec, "experiment"), "max_trials").value_or(0));
    job.filter = json::text(spec, "only").value_or("");
    job.false_alarms = json::number(json::at(spec, "experiment"), "false_alarms").value_or(0);
    return job;
}

/// A second host's job is no suite of its own: while it is open, the suite whose regressions it confirms is.
void add_confirmation(store::Tx& tx, const store::JobRow& row, store::Time now,
                      std::vector<planning::ExistingJob>& jobs) {
    if (!is_open(row.state)) return;
    for (auto& job : jobs) {
        if (job.suite != row.job.suite) continue;
        job.state = row.state;
        add_prospects(tx, row, now, job);
    }
}

std::vector<planning::ExistingRun> existing_runs(store::Tx& tx, std::int64_t repository_id,
                                                 std::optional<std::int64_t> number, const std::string& head_sha,
                                                 store::Time now) {
    std::vector<planning::ExistingRun> existing;
    auto rows = store::list_runs(tx, repository_id, number, most_existing_runs);
    std::reverse(rows.begin(), rows.end());  // oldest first, so that attempts count up
    std::map<std::string, int> attempts;
    for (const auto& row : rows) {
        if (!number && row.head_sha != head_sha) continue;
        planning::ExistingRun run;
        run.id = row.run_id;
        run.kind = row.kind;
        run.pull_number = row.number;
        run.base_sha = row.merge_base;
        run.base_ref = row.base_ref;
        run.head_sha = row.head_sha;
        run.attempt = ++attempts[row.head_sha];
        run.state = row.state;
        run.created_at = row.created_at;
        run.request = row.trigger_id;
        run.aside = row.aside;
        for (const auto& job : store::jobs_of_run(tx, repository_id, row.run_id)) {
            if (job.job.confirms_job_id) {
                add_confirmation(tx, job, now, run.jobs);
                continue;
            }
            run.jobs.push_back(existing_job(tx, job, row.head_sha == head_sha, now));
            if (row.kind == model::RunKind::profile)
                run.profile = json::text(json::parse(job.job.spec_json).value_or(json::Json()), "profile").value_or("");
        }
        existing.push_back(std::move(run));
    }
    return existing;
}

bool tells(const model::Verdict& verdict) {
    using enum model::VerdictKind;
    return verdict.kind == regressed || verdict.kind == improved || verdict.kind == unchanged;
}

/// Of the newest head of this pull request that has verdicts: of each series the newest that could tell, or else the
/// newest, since a run may have measured a part, and what it left out stands.
std::optional<planning::LastJudged> last_judged(store::Tx& tx, const planning::PlanInput& input) {
    planning::LastJudged judged;
    std::map<std::pair<std::string, model::SeriesKey>, std::size_t> known;
    std::size_t runs = 0;
    for (auto run = input.existing.rbegin(); run != input.existing.rend() && runs < most_judged_runs; ++run) {
        if (run->kind != model::RunKind::pull_request && run->kind != model::RunKind::command) continue;
        if (!judged.series.empty() && run->head_sha != judged.head_sha) continue;
        auto jobs = store::list_verdicts(tx, input.repository.id, run->id);
        runs += !jobs.empty();
        for (auto& job : jobs)
            for (auto& verdict : job.judgement.verdicts) {
                judged.head_sha = run->head_sha;
                const auto [place, is_new] = known.try_emplace({job.suite, verdict.series.key}, judged.series.size());
                if (is_new)
                    judged.series.push_back({job.suite, std::move(verdict)});
                else if (auto& newer = judged.series[place->second].verdict; !tells(newer) && tells(verdict))
                    newer = std::move(verdict);
            }
    }
    return judged.series.empty() ? std::nullopt : std::optional(std::move(judged));
}

planning::ExistingSearch existing_search(store::Tx& tx, const store::SearchRow& row) {
    planning::ExistingSearch search;
    search.id = row.search_id;
    search.benchmark = row.benchmark;
    search.open = row.state == store::SearchState::open;
    search.good_sha = row.good_sha;
    search.bad_sha = row.commits.back();
    search.commits = row.commits.size();
    search.created_at = row.created_at;
    search.request = row.request;
    std::vector<planning::StepResult> results;
    for (const auto& step : store::steps_of_search(tx, row)) {
        ++search.steps;
        if (const auto verdict = planning::step_verdict_from(step.verdict)) results.push_back({step.sha, *verdict});
    }
    const auto next = planning::bisect_step(row.commits, results);
    // The step under way is counted as begun.
    if (const auto* compare = std::get_if<planning::CompareNext>(&next); compare && compare->steps_left > 0)
        search.steps_left = compare->steps_left - 1;
    return search;
}

}  // namespace

void look_up_pull(store::Tx& tx, planning::PlanInput& input, store::Time now) {
    input.now = now;
    if (!input.pull) {
        if (std::holds_alternative<planning::MergeGroupTrigger>(input.trigger)) look_up_group(tx, input, now);
        return;
    }
    const auto& pull = *input.pull;
    input.existing = existing_runs(tx, input.repository.id, pull.number, pull.head_sha, now);
    if (const auto approval = store::find_approval(tx, input.repository.id, pull.number, pull.head_sha))
        input.approvals.push_back({input.repository.id, pull.number, approval->head_sha, approval->author,
                                   approval->comment_id, approval->created_at});
    for (const auto& row : store::waivers_of_pull(tx, input.repository.id, pull.number))
        input.waivers.push_back({row.waiver, row.comment_id});
    input.judged = last_judged(tx, input);
    if (!input.claimed_refs.empty())
        for (auto& series : store::list_series(tx, input.repository.id, most_known_series))
            input.known_series[series.suite].push_back(std::move(series.key));
    for (const auto& search : store::open_searches(tx, input.repository.id, pull.number))
        input.searches.push_back(existing_search(tx, search));
    const auto* command = std::get_if<planning::CommandTrigger>(&input.trigger);
    if (!command || command->command.verb != planning::Verb::bisect) return;
    const auto of_request = store::find_search_of_request(tx, input.repository.id, planning::request_of(*command));
    if (of_request && of_request->state != store::SearchState::open)
        input.searches.push_back(existing_search(tx, *of_request));
}

void look_up_pushes(store::Tx& tx, planning::PlanInput& input, store::Time now) {
    input.now = now;
    const auto& branch = std::get<planning::BranchDeletedTrigger>(input.trigger).branch;
    for (const auto& run : store::list_runs(tx, input.repository.id, std::nullopt, most_existing_runs)) {
        const bool is_open = run.state == model::RunState::queued || run.state == model::RunState::running;
        if (run.kind != model::RunKind::push || !is_open || run.base_ref != branch) continue;
        planning::ExistingRun existing;
        existing.id = run.run_id;
        existing.kind = run.kind;
        existing.head_sha = run.head_sha;
        existing.base_ref = existing.head_ref = run.base_ref;
        existing.state = run.state;
        input.existing.push_back(std::move(existing));
    }
}

void look_up_group(store::Tx& tx, planning::PlanInput& input, store::Time now) {
    const auto& group = std::get<planning::MergeGroupTrigger>(input.trigger);
    look_up_commit(tx, input, group.head_sha, now);
    if (!group.pull_number) return;
    for (auto& run : existing_runs(tx, input.repository.id, *group.pull_number, group.head_sha, now))
        if (run.head_sha != group.head_sha) input.existing.push_back(std::move(run));
}

void look_up_commit(store::Tx& tx, planning::PlanInput& input, const std::string& head_sha, store::Time now) {
    input.now = now;
    input.existing = existing_runs(tx, input.repository.id, std::nullopt, head_sha, now);
}

void look_up_schedule(store::Tx& tx, planning::PlanInput& input, store::Time now) {
    const auto& trigger = std::get<planning::ScheduleTrigger>(input.trigger);
    if (!trigger.line.empty()) look_up_commit(tx, input, trigger.line.back(), now);
    for (const auto& job : store::scheduled_jobs(tx, input.repository.id, trigger.suites)) {
        auto& before = input.scheduled[job.suite];
        before.open = before.open || is_open(job.state);
        if (job.state == model::JobState::failed && before.measured_sha.empty()) ++before.failed_since;
        if (job.state == model::JobState::succeeded && before.measured_sha.empty()) before.measured_sha = job.head_sha;
    }
}

std::optional<store::RunRow> speaker_of(store::Tx& tx, const planning::PlanInput& input, const std::string& head_sha) {
    const bool of_pull = input.pull && input.pull->head_sha == head_sha;
    std::optional<store::RunRow> speaker;
    for (auto run = input.existing.rbegin(); run != input.existing.rend(); ++run) {
        if (run->head_sha != head_sha || !model::speaks_on_check(run->kind) ||
            model::has_check_of_each_suite(run->kind))
            continue;
        if (of_pull && !run->aside && run->base_ref != input.pull->base_ref) continue;
        auto row = store::find_run(tx, input.repository.id, run->id);
        if (!row) continue;
        if (!row->finished_at) return row;
        const bool is_stopped = row->state != model::RunState::finished;
        const bool is_later =
            !speaker ||
            (!is_stopped && (speaker->state != model::RunState::finished || row->finished_at > speaker->finished_at));
        if (is_later) speaker = std::move(row);
    }
    return speaker;
}

}  // namespace benchgate::workers
