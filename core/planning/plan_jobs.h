#pragma once
// The parts that every kind of plan is made of: which suites, with which share of the error rate, as which run, and
// what of it is under way already. Internal to planning.

#include <functional>
#include <string>
#include <vector>

#include "core/planning/plan.h"

namespace benchgate::planning {

/// The second look of the sequential plan: enough to see what is large.
inline constexpr int quick_trials = 12;

bool is_unfinished(const ExistingRun& run);
bool is_unfinished(const ExistingJob& job);
/// Compares the pull request's head with a base, as the gate wants it: no profile, calibration, bisection, merge group.
bool measures_head(model::RunKind kind);
bool measures_head(const ExistingRun& run);

/// Of the trigger's pull request, in the order given.
std::vector<const ExistingRun*> runs_of_pull(const PlanInput& input);
/// Of the trigger's pull request, in the order given.
std::vector<const ExistingSearch*> open_searches(const PlanInput& input);
/// The newest that measures the pull request's present head; nullptr: none.
const ExistingRun* latest_run(const PlanInput& input);
/// Runs that say, or will say, something of the pull request's present head, against any base.
std::vector<const ExistingRun*> answers(const PlanInput& input);
/// Those of them that its check is said again by: against the present base branch, or asked aside.
std::vector<const ExistingRun*> standing_answers(const PlanInput& input);

/// 1 for a head that never ran.
int next_attempt(const PlanInput& input, const std::string& head_sha);

using Suites = std::vector<const model::Suite*>;
using Wanted = std::function<bool(const model::Suite&)>;

/// Those that are wanted and that this version measures.
Suites suites_where(const model::Config& config, const Wanted& wanted);
/// Those that are wanted and that it does not measure, each as a clause: "suite load: load suites are not measured
/// yet". `shown` makes a suite's name fit for where the clause goes.
std::vector<std::string> unmeasured_where(const model::Config& config, const Wanted& wanted,
                                          const std::function<std::string(const std::string&)>& shown);
/// The same for the log, and for people (Markdown, sentences); empty: there are none.
std::string left_out_clause(const PlanInput& input, const Wanted& wanted);
std::string left_out_text(const PlanInput& input, const Wanted& wanted);

bool wanted_by_pull(const model::Suite& suite, const std::optional<std::vector<std::string>>& changed_paths);
bool wanted_by_push(const model::Suite& suite, const PushTrigger& push, const PlanInput& input);

/// What one more run of a pull request's head may spend of its false-alarm rate: three quarters of what the jobs that
/// have told something, or still may, have left, whichever suites they measured. So 3/4, 3/16, 3/64, ... of whole
/// attempts, together 1: asking again until something alarms gains nothing, and neither does asking suite by suite.
double rate_of_run(const PlanInput& input, const PlannedRun& run, const Suites& suites);

/// Adds one job a suite to a run whose commits and attempt are set. The run's false-alarm rate is shared equally.
void add_jobs(PlannedRun& run, const PlanInput& input, const Suites& suites);

/// A run of the pull request's head, without jobs.
PlannedRun run_of_pull(const PlanInput& input);

Plan nothing(std::string reason);
Plan answered(std::string reaction, std::string message, std::string reason);
Plan refused(std::string message, std::string reason);

void add_check(Plan& plan, std::string head_sha, std::string conclusion, std::string title, std::string summary);
/// The check of a head for which there is no merge-base.
void add_no_base_check(Plan& plan, const PlanInput& input);
/// The check of a head that no suite runs for, of those that would be wanted.
void add_no_suite_check(Plan& plan, const PlanInput& input, const std::string& head_sha, const Wanted& wanted);

/// A job of a new run that is already queued or under way, asked for in the same way.
struct UnderWay {
    const ExistingRun* run = nullptr;
    const ExistingJob* job = nullptr;
};

/// Holds to one open request for each suite of a pull request: takes the jobs out of `fresh` that are under way with
/// the same parameters and returns them; those under way with others are superseded. Unfinished runs of older heads are
/// superseded, too. Leaves profiles, calibrations, bisections and merge groups alone.
std::vector<UnderWay> settle_with_existing(Plan& plan, const PlanInput& input, PlannedRun& fresh);

/// Pull requests, pushes, commands, buttons, the merge queue: one file each.
Plan plan_pull(const PlanInput& input, const PullRequestTrigger& trigger);
Plan plan_push(const PlanInput& input, const PushTrigger& push);
Plan plan_branch_deleted(const PlanInput& input, const BranchDeletedTrigger& trigger);
Plan plan_command(const PlanInput& input, const CommandTrigger& trigger);
Plan plan_check(const PlanInput& input, const CheckTrigger& trigger);
Plan plan_branch_calibration(const PlanInput& input, const CalibrationTrigger& trigger);
Plan plan_schedule(const PlanInput& input, const ScheduleTrigger& trigger);
Plan plan_merge_group(const PlanInput& input, const MergeGroupTrigger& trigger);

}  // namespace benchgate::planning
