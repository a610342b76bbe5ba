#pragma once
// Runs and jobs: the states that the store keeps and the protocol speaks of.

#include <optional>
#include <string>
#include <string_view>

namespace benchgate::model {

/// What asked for a run. merge_group: a head of GitHub's merge queue. calibration: one commit on both sides. bisection:
/// one step of the search for the first bad commit. profile: a benchmark is profiled and nothing measured. schedule:
/// the default branch, when a suite's time has come.
enum class RunKind { pull_request, push, command, merge_group, calibration, bisection, profile, schedule };
enum class RunState { queued, running, finished, superseded, cancelled, failed };
enum class JobState { queued, leased, running, succeeded, failed, cancelled, lost };

/// Phase of a job on its runner, as heartbeats tell it.
enum class JobPhase { fetch, build, measure, upload };

/// Whether the check and the comment of its head speak of it. The others answer where somebody asked.
bool speaks_on_check(RunKind kind);
/// Whether it has a check of its own for each suite, beside that of the commit: a nightly that passes must not stand in
/// the place of the push that failed, nor one suite's in another's.
bool has_check_of_each_suite(RunKind kind);

std::string_view to_string(RunKind kind);
std::string_view to_string(RunState state);
std::string_view to_string(JobState state);
std::string_view to_string(JobPhase phase);
std::optional<RunKind> run_kind_from(std::string_view text);
std::optional<RunState> run_state_from(std::string_view text);
std::optional<JobState> job_state_from(std::string_view text);
std::optional<JobPhase> job_phase_from(std::string_view text);

}  // namespace benchgate::model
