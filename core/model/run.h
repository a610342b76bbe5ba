#pragma once
// Runs and jobs: the states that the store keeps and the protocol speaks of.

#include <optional>
#include <string>
#include <string_view>

namespace benchgate::model {

enum class RunKind { pull_request, push, command };
enum class RunState { queued, running, finished, superseded, cancelled, failed };
enum class JobState { queued, leased, running, succeeded, failed, cancelled, lost };

/// Phase of a job on its runner, as heartbeats tell it.
enum class JobPhase { fetch, build, measure, upload };

std::string_view to_string(RunKind kind);
std::string_view to_string(RunState state);
std::string_view to_string(JobState state);
std::string_view to_string(JobPhase phase);
std::optional<RunKind> run_kind_from(std::string_view text);
std::optional<RunState> run_state_from(std::string_view text);
std::optional<JobState> job_state_from(std::string_view text);
std::optional<JobPhase> job_phase_from(std::string_view text);

}  // namespace benchgate::model
