#pragma once
// One invocation of a suite's run command, with its place in the experiment. Immutable once measured.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/host.h"
#include "core/model/measurement.h"
#include "core/model/series.h"

namespace benchgate::model {

/// warmup: discarded, fixes the number of tests. measure: the plan's blocks. confirm: fresh blocks that must alarm
/// again before anything is red.
enum class Phase { warmup, measure, confirm };

/// A number with the name of the source it came from ("cgroup2", "cgroup1", "perf", "rusage", "smaps").
struct Sourced {
    double value = 0;
    std::string source;
    bool operator==(const Sourced&) const = default;
};

/// What the whole process tree of a trial used. Absent rather than wrong; what stands below the memory's peak is absent
/// unless the suite asks for it (resources.h).
struct TrialResources {
    double wall_ms = 0;
    std::optional<Sourced> cpu_ms;
    std::optional<Sourced> peak_memory_bytes;
    std::optional<Sourced> average_memory_bytes;
    std::optional<Sourced> read_bytes, written_bytes;  ///< from and to devices, not caches
    std::optional<Sourced> read_operations, write_operations;
    std::optional<Sourced> context_switches, page_faults;
    std::optional<Sourced> instructions, cycles, cache_misses, branch_misses;  ///< of user space
    bool operator==(const TrialResources&) const = default;
};

struct Trial {
    std::int64_t number = 0;  ///< 0-based, in the order of measuring, unique in a job
    Phase phase = Phase::measure;
    int block = 0;  ///< 0-based within its phase; a void block keeps its number and is measured again as `attempt` + 1
    int attempt = 0;
    int position = 0;  ///< 0..7 within the block, in the order of measuring
    Side side = Side::base;
    int link_order = 0;  ///< of the build that ran: 0 is the build's own, the others are shuffled, each number once
    bool kept = true;
    std::string void_reason;  ///< why the block was thrown away (host reasons only); empty when kept
    std::vector<Measurement> values;
    std::vector<MeasurementError> errors;
    HostDeltas host;
    TrialResources resources;
    bool operator==(const Trial&) const = default;
};

std::string_view to_string(Phase phase);
std::optional<Phase> phase_from(std::string_view text);

}  // namespace benchgate::model
