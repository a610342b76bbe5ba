#pragma once
// What exists already, out of the store, as planning wants it: runs and their jobs, approvals, waivers, the last
// verdicts. Reads only; what follows from it is core/planning.

#include "core/planning/plan_input.h"
#include "service/store/pool.h"
#include "service/store/runs.h"

namespace benchgate::workers {

/// Fills existing, approvals, waivers and judged of the input's pull request, and `now`.
void look_up_pull(store::Tx& tx, planning::PlanInput& input, store::Time now);

/// Unfinished runs of pushes to the branch that was deleted.
void look_up_pushes(store::Tx& tx, planning::PlanInput& input, store::Time now);
/// Runs of a merge group's head, and those of its pull request.
void look_up_group(store::Tx& tx, planning::PlanInput& input, store::Time now);

/// The same for a commit that belongs to no pull request: its runs only.
void look_up_commit(store::Tx& tx, planning::PlanInput& input, const std::string& head_sha, store::Time now);

/// Runs of the head of a schedule's trigger, and what became of its suites' schedules before.
void look_up_schedule(store::Tx& tx, planning::PlanInput& input, store::Time now);

/// The run that a head's check is said again by: of those against the pull request's present base branch, and of those
/// asked aside, one that is not over, or else what ended last.
std::optional<store::RunRow> speaker_of(store::Tx& tx, const planning::PlanInput& input, const std::string& head_sha);

}  // namespace benchgate::workers
