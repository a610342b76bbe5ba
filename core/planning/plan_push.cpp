// What a branch that moved, or went away, leads to.

#include <fmt/format.h>

#include "core/planning/plan_jobs.h"

namespace benchgate::planning {

Plan plan_push(const PlanInput& input, const PushTrigger& push) {
    if (!input.base_sha) return nothing("the branch is new: there is nothing to compare with");
    if (*input.base_sha == push.after) return nothing("the branch did not move");
    for (const auto& run : input.existing)
        if (run.kind == model::RunKind::push && run.head_sha == push.after)
            return nothing("this push is planned already");
    const Wanted wanted = [&](const model::Suite& suite) { return wanted_by_push(suite, push, input); };
    const auto suites = suites_where(input.config, wanted);
    if (suites.empty()) {
        const auto clauses = left_out_clause(input, wanted);
        return nothing(clauses.empty() ? "no suite runs for this push" : clauses);
    }

    PlannedRun run;
    run.kind = model::RunKind::push;
    run.base_sha = *input.base_sha;
    run.base_ref = push.branch;
    run.head_sha = push.after;
    run.head_ref = push.branch;
    run.priority = priority::push;
    add_jobs(run, input, suites);
    Plan plan = nothing(fmt::format("{} of {} suites", suites.size(), input.config.suites.size()));
    plan.runs.push_back(std::move(run));
    return plan;
}

Plan plan_branch_deleted(const PlanInput& input, const BranchDeletedTrigger& trigger) {
    Plan plan = nothing("a branch was deleted");
    for (const auto& run : input.existing)
        if (run.kind == model::RunKind::push && run.base_ref == trigger.branch && is_unfinished(run))
            plan.cancelled.push_back(run.id);
    return plan;
}

}  // namespace benchgate::planning
