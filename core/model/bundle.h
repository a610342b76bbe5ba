#pragma once
// Everything a job measured: enough to judge it again, offline, forever. Written by runners/measure, signed by the
// runner's agent, read by the service and by `benchgate judge BUNDLE`. Its JSON form is core/protocol/bundle_json.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/host.h"
#include "core/model/memory_runs.h"
#include "core/model/policy.h"
#include "core/model/profile.h"
#include "core/model/trial.h"

namespace benchgate::model {

/// The commits of a comparison, as 40 hex digits; "WORKTREE" for uncommitted changes (cli only).
struct Comparison {
    std::string repository;  ///< owner/name, or a folder's name for the cli
    std::string base_sha;
    std::string head_sha;
    bool operator==(const Comparison&) const = default;
};

/// What was fixed before the first trial. Part of the judge's input: nothing of it may depend on a measured value.
struct Experiment {
    std::string suite;
    std::uint64_t seed = 0;
    int max_trials = 60;         ///< a side
    double false_alarms = 0.01;  ///< this job's share of the pull request's error rate
    bool confirm = true;         ///< a regression must alarm again on fresh blocks
    int tests = 0;               ///< N: gating series that the warm-up found on both sides
    Policy policy;
    bool operator==(const Experiment&) const = default;
};

/// sha256 (hex) of every file that matched the suite's `artifacts`, by path below /src.
using ArtifactHashes = std::map<std::string, std::string>;

struct Bundle {
    Comparison comparison;
    Experiment experiment;
    std::vector<Trial> trials;  ///< in the order of measuring, void ones included
    std::vector<HostFact> host;
    ArtifactHashes base_artifacts;
    ArtifactHashes head_artifacts;
    bool identical = false;  ///< artifacts were named and are equal: nothing was measured
    std::string sandbox;     ///< "bubblewrap" or "none: REASON"
    std::string runner;      ///< the runner's name
    std::string started_at;  ///< ISO 8601, UTC
    std::string finished_at;
    std::string stopped_by;  ///< "plan", "time" or "cancel"
    /// Of a job that profiles instead of measuring: there are no trials then.
    std::optional<Profile> profile{};
    /// Where the suite asks for the growth of memory: of runs beside the trials.
    std::optional<MemoryRuns> memory{};
    bool operator==(const Bundle&) const = default;
};

}  // namespace benchgate::model
