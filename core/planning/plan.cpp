#include "core/planning/plan.h"

#include "core/planning/plan_jobs.h"

namespace benchgate::planning {

Plan plan(const PlanInput& input) {
    struct {
        const PlanInput& input;
        Plan operator()(const PullRequestTrigger& trigger) const { return plan_pull(input, trigger); }
        Plan operator()(const PushTrigger& trigger) const { return plan_push(input, trigger); }
        Plan operator()(const BranchDeletedTrigger& trigger) const { return plan_branch_deleted(input, trigger); }
        Plan operator()(const CommandTrigger& trigger) const { return plan_command(input, trigger); }
        Plan operator()(const CheckTrigger& trigger) const { return plan_check(input, trigger); }
        Plan operator()(const MergeGroupTrigger& trigger) const { return plan_merge_group(input, trigger); }
        Plan operator()(const CalibrationTrigger& trigger) const { return plan_branch_calibration(input, trigger); }
        Plan operator()(const ScheduleTrigger& trigger) const { return plan_schedule(input, trigger); }
    } const by_trigger{input};
    return std::visit(by_trigger, input.trigger);
}

}  // namespace benchgate::planning
