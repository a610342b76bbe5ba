#pragma once
// The words of a suite's `measure:` and the metrics that each of them stands for: what the process tree of a whole run
// command used, and what a build cost. Owns their names, units and places in a trial; reading them off a host is
// runners/sandbox.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/model/trial.h"

namespace benchgate::model {

/// The benchmark whose metrics are of the run command with all its processes.
inline constexpr std::string_view whole_command = "whole-command";
/// The benchmark whose metrics are of the build.
inline constexpr std::string_view whole_build = "whole-build";

/// One metric of the whole command, as a trial holds it.
struct ResourceMetric {
    std::string_view word;    ///< of `measure:` that asks for it
    std::string_view metric;  ///< name of the series
    std::string_view unit;    ///< canonical
    std::string_view field;   ///< name in a bundle
    std::optional<Sourced> TrialResources::*value;
    double scale = 1;  ///< from the field's unit to the metric's
};

/// Each of them once, in the order in which they are shown.
std::span<const ResourceMetric> resource_metrics();

inline constexpr std::string_view measure_time = "time";  ///< what the benchmarks report themselves: always measured
inline constexpr std::string_view measure_memory_growth = "memory_growth";
inline constexpr std::string_view measure_build_time = "build_time";
inline constexpr std::string_view measure_artifact_size = "artifact_size";

/// What `measure:` may hold.
std::vector<std::string_view> measure_words();

/// Is it measured for a command or a build as a whole, so that no filter of a tool admits it?
bool is_of_the_whole(std::string_view benchmark);

}  // namespace benchgate::model
