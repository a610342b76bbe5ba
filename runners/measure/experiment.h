#pragma once
// Owns the course of a job's measuring: warm-up, blocks of four and four in random order, void blocks, the looks of
// the sequential plan, confirmation, and the limit of time. What a look means is core/judging, the same code that
// judges the bundle later; how one trial is run is a port, so that whole experiments run in tests without a process.

#include <chrono>
#include <functional>
#include <span>
#include <stop_token>
#include <tl/expected.hpp>

#include "core/model/bundle.h"
#include "core/model/questions.h"
#include "platform/clock.h"
#include "runners/host/deltas.h"
#include "runners/measure/failure.h"
#include "runners/measure/observer.h"
#include "runners/measure/trial_runner.h"

namespace benchgate::measure {

/// How often a block is measured at the most when the host disturbs it. The last attempt stands whatever the host did:
/// voiding only saves power, the randomised order alone keeps the test exact.
inline constexpr int block_attempts = 3;
/// After so many blocks in a row whose every attempt was disturbed, the host counts as never quiet: until a quiet
/// attempt comes, a block has one attempt. Trying again would only halve or third the blocks that fit into the time.
inline constexpr int never_quiet_after = 2;

/// Runs one trial; TrialRunner::run behind a port.
using RunTrial = std::function<tl::expected<model::Trial, JobFailure>(const TrialRequest&)>;

struct ExperimentOptions {
    std::chrono::steady_clock::time_point deadline;  ///< no block is begun that would probably end after it
    host::VoidThresholds thresholds;
    int watched_cpus = 1;
    int link_orders = 1;  ///< that each side is linked in; the trials of a block spread over them
    /// Links both sides in orders that no trial has run yet, before what alarmed is confirmed; false: no time is left
    /// for it. Called only where there are several orders.
    std::function<tl::expected<bool, JobFailure>()> link_anew{};
    bool can_filter = false;  ///< settled benchmarks can be left out of later trials
    bool can_repeat = false;  ///< the number of repeats inside a process can be chosen
    std::chrono::milliseconds longest_trial{std::chrono::minutes(2)};
    std::string only;                       ///< glob of benchmarks to measure; empty: all
    model::Questions questions{};           ///< asked besides the verdicts, or instead of them
    std::vector<model::SeriesKey> confirm;  ///< nothing else is measured and judged; empty: everything is
};

/// Fills bundle.trials, bundle.experiment.tests and bundle.stopped_by, adds a fact about the repeats that were chosen;
/// bundle.experiment holds what was fixed before.
tl::expected<void, JobFailure> run_experiment(model::Bundle& bundle, const ExperimentOptions& options,
                                              const RunTrial& run_trial, Observer& observer,
                                              const platform::Clock& clock, std::stop_token stop);

}  // namespace benchgate::measure
