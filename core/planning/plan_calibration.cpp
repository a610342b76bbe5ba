// The default branch measured against itself, when the operator or the schedule asks for it. The one that a pull
// request's command asks for is among the verbs.

#include <fmt/format.h>

#include <algorithm>

#include "core/planning/plan_jobs.h"

namespace benchgate::planning {

Plan plan_branch_calibration(const PlanInput& input, const CalibrationTrigger& trigger) {
    if (!input.base_sha) return nothing("the default branch has no commit that could be fetched");
    const bool under_way = std::any_of(input.existing.begin(), input.existing.end(), [](const ExistingRun& run) {
        return run.kind == model::RunKind::calibration && !run.pull_number && is_unfinished(run);
    });
    if (under_way) return nothing("a calibration of this commit is queued or under way already");
    const auto suites = suites_where(input.config, [&](const model::Suite& suite) {
        return trigger.suites.empty() ||
               std::find(trigger.suites.begin(), trigger.suites.end(), suite.name) != trigger.suites.end();
    });
    if (suites.empty()) return nothing("no suite of this configuration can be measured against itself");
    PlannedRun run;
    run.kind = model::RunKind::calibration;
    run.base_sha = run.head_sha = *input.base_sha;
    run.base_ref = run.head_ref = trigger.branch;
    run.attempt = next_attempt(input, run.head_sha);
    run.priority = priority::calibration;
    add_jobs(run, input, suites);
    Plan plan = nothing(fmt::format("a calibration of {} of {} suites", suites.size(), input.config.suites.size()));
    plan.runs.push_back(std::move(run));
    return plan;
}

}  // namespace benchgate::planning
