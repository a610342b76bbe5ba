// The merge queue waits, so that its head is answered at once where the pull request's verdict holds for it, and with a
// short run otherwise. No approval is asked for here: into the queue a fork's commits come only by somebody with write
// access.

#include <fmt/format.h>

#include <algorithm>

#include "core/model/globs.h"
#include "core/planning/plan_jobs.h"
#include "core/planning/plan_text.h"

namespace benchgate::planning {
namespace {

enum class Policy { reuse, quick, full };

Policy policy_of(const model::Suite& suite) {
    if (suite.on.merge_group == "full") return Policy::full;
    return suite.on.merge_group == "quick" ? Policy::quick : Policy::reuse;
}

/// Suites that name the merge queue, or run for pull requests, and whose paths are concerned.
bool is_wanted(const model::Suite& suite, const PlanInput& input) {
    if (!suite.on.merge_group) return wanted_by_pull(suite, input.changed_paths);
    return !input.changed_paths || model::any_matches(suite.on.pull_request_paths, *input.changed_paths);
}

Plan plan_destroyed(const PlanInput& input, const MergeGroupTrigger& trigger) {
    Plan plan = nothing("the merge group is gone");
    for (const auto& run : input.existing)
        if (run.kind == model::RunKind::merge_group && run.head_sha == trigger.head_sha && is_unfinished(run))
            plan.cancelled.push_back(run.id);
    return plan;
}

void add_reused_check(Plan& plan, const MergeGroupTrigger& trigger) {
    const auto& measured = *trigger.measured;
    const auto pull = trigger.pull_number ? fmt::format("#{}", *trigger.pull_number) : "the pull request";
    add_check(plan, trigger.head_sha, measured.conclusion, fmt::format("As measured for {}: {}", pull, measured.title),
              fmt::format("The merge queue's commit holds the same files as the head `{}` of {}, and its base the same "
                          "as `{}`, with which that head was compared. So the verdict holds, and nothing was measured "
                          "again.",
                          short_sha(measured.head_sha), pull, short_sha(measured.base_sha)));
    plan.reason = "the pull request's verdict holds";
}

PlannedRun run_of_group(const PlanInput& input, const MergeGroupTrigger& trigger, const Suites& suites) {
    PlannedRun run;
    run.kind = model::RunKind::merge_group;
    run.pull_number = trigger.pull_number;
    run.base_sha = trigger.base_sha;
    run.base_ref = trigger.base_ref;
    run.head_sha = trigger.head_sha;
    run.head_ref = trigger.head_ref;
    run.attempt = next_attempt(input, run.head_sha);
    run.priority = priority::merge_queue;
    add_jobs(run, input, suites);
    for (std::size_t i = 0; i < suites.size(); ++i) {
        auto& job = run.jobs[i];
        if (policy_of(*suites[i]) != Policy::full) job.max_trials = std::min(job.max_trials, quick_trials);
        job.time_limit = std::min(input.config.merge_group_timeout, suites[i]->timeout.job);
    }
    return run;
}

}  // namespace

Plan plan_merge_group(const PlanInput& input, const MergeGroupTrigger& trigger) {
    if (trigger.action == MergeGroupAction::destroyed) return plan_destroyed(input, trigger);
    Plan plan;
    for (const auto& run : input.existing) {
        if (run.kind != model::RunKind::merge_group) continue;
        if (run.head_sha == trigger.head_sha) return nothing("this merge group is planned already");
        if (trigger.pull_number && run.pull_number == trigger.pull_number && is_unfinished(run))
            plan.superseded.push_back(run.id);
    }
    const Wanted is_concerned = [&](const model::Suite& suite) { return is_wanted(suite, input); };
    const auto wanted = suites_where(input.config, is_concerned);
    if (wanted.empty()) {
        add_no_suite_check(plan, input, trigger.head_sha, is_concerned);
        return plan;
    }
    const bool holds = trigger.tree_equals_measured_run && trigger.measured;
    const bool passes =
        holds && (trigger.measured->conclusion == "success" || trigger.measured->conclusion == "neutral");
    auto suites = wanted;
    if (holds) std::erase_if(suites, [](const model::Suite* suite) { return policy_of(*suite) == Policy::reuse; });
    // One check speaks for all suites: what is red already is not made better by measuring others.
    if (suites.empty() || (holds && !passes && suites.size() < wanted.size())) {
        add_reused_check(plan, trigger);
        return plan;
    }
    plan.reason = fmt::format("{} suites for the merge queue", suites.size());
    plan.runs.push_back(run_of_group(input, trigger, suites));
    return plan;
}

}  // namespace benchgate::planning
