#pragma once
// How the memory of the whole command went in runs that were watched and not measured: what core/judging/memory_growth
// takes its slopes from. Raw, so that they can be judged again.

#include <string>
#include <vector>

#include "core/model/series.h"

namespace benchgate::model {

struct MemoryPoint {
    double seconds = 0;  ///< since the command was started
    double bytes = 0;    ///< of all its processes
    bool operator==(const MemoryPoint&) const = default;
};

struct MemoryRun {
    Side side = Side::base;
    std::vector<MemoryPoint> points;  ///< in the order of time
    bool operator==(const MemoryRun&) const = default;
};

struct MemoryRuns {
    std::vector<MemoryRun> runs;  ///< in the order of running, as many of one side as of the other
    std::string source;           ///< "smaps"
    bool operator==(const MemoryRuns&) const = default;
};

/// Points of one run, and runs, at the most.
inline constexpr std::size_t most_memory_points = 400;
inline constexpr std::size_t most_memory_runs = 32;

}  // namespace benchgate::model
