#pragma once
// Owns the runs in which the memory of the whole command is watched: beside the trials and never measured, since
// looking costs processor time. Does not own what is made of the looks (core/judging/memory_growth.h).

#include <chrono>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "core/model/memory_runs.h"
#include "platform/clock.h"
#include "runners/measure/failure.h"
#include "runners/measure/observer.h"
#include "runners/measure/trial_runner.h"

namespace benchgate::measure {

/// Runs of a side; their order within a round is drawn from the job's seed.
inline constexpr int memory_rounds = 3;
inline constexpr std::chrono::milliseconds memory_every{20};

struct MemoryOptions {
    std::uint64_t seed = 0;
    std::chrono::steady_clock::time_point deadline;  ///< no round is begun that would probably end after it
};

struct WatchedMemory {
    model::MemoryRuns runs;
    std::string why_not;  ///< one clause where no slope can be had of them; else empty
};

/// Fails as a trial does.
tl::expected<WatchedMemory, JobFailure> watch_memory(TrialRunner& runner, const MemoryOptions& options,
                                                     Observer& observer, const platform::Clock& clock,
                                                     std::stop_token stop);

}  // namespace benchgate::measure
