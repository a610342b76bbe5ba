#pragma once
// The parts that every kind of plan is made of: which suites, with which share of the error rate, as which run.
// Internal to planning.

#include <functional>
#include <string>
#include <vector>

#include "core/planning/plan.h"

namespace benchgate::planning {

bool is_unfinished(const ExistingRun& run);
bool is_unfinished(const ExistingJob& job);

/// Of the trigger's pull request, in the order given.
std::vector<const ExistingRun*> runs_of_pull(const PlanInput& input);

/// 1 for a head that never ran.
int next_attempt(const std::vector<const ExistingRun*>& runs, const std::string& head_sha);

using SuiteList = std::vector<const model::Suite*>;
using Wanted = std::function<bool(const model::Suite&)>;

/// Those that are wanted and that this version measures.
SuiteList suites_where(const model::Config& config, const Wanted& wanted);
/// Those that are wanted and that it does not measure, each as a clause: "suite load: load suites are not measured
/// yet". `shown` makes a suite's name fit for where the clause goes.
std::vector<std::string> unmeasured_where(const model::Config& config, const Wanted& wanted,
                                          const std::function<std::string(const std::string&)>& shown);
bool wanted_by_pull(const model::Suite& suite, const std::optional<std::vector<std::string>>& changed_paths);
bool wanted_by_push(const model::Suite& suite, const PushTrigger& push, const PlanInput& input);

/// Adds one job a suite to a run whose commits and attempt are set. The false-alarm rate is shared equally.
void add_jobs(PlannedRun& run, const PlanInput& input, const SuiteList& suites);

/// A run of the pull request's head, without jobs.
PlannedRun run_of_pull(const PlanInput& input);

/// One skipped check for each suite that is not among those planned, so that a required check is not waited for.
void add_skipped_checks(Plan& plan, const PlanInput& input, const SuiteList& planned);

/// A fork's head runs only once a maintainer has let this very commit run.
bool needs_approval(const PlanInput& input);
std::string approval_text(const PullRequest& pull);

/// The plan of a `/rebench` command (plan_command.cpp).
Plan plan_command(const PlanInput& input, const CommandTrigger& trigger);

}  // namespace benchgate::planning
