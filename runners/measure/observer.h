#pragma once
// Who watches a job while it is measured: the agent (heartbeats, log, upload) or the command line (progress). Called
// from the measuring thread, only between trials, so that watching costs no measured time.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/model/run.h"
#include "core/model/trial.h"

namespace benchgate::measure {

struct Progress {
    model::JobPhase phase = model::JobPhase::fetch;
    bool confirming = false;
    int block = 0;          ///< blocks done in this phase
    std::string disturbed;  ///< why the block after these is measured again; empty: it is not
    int at_most = 0;        ///< blocks that the plan may need in this phase
    int open = 0;           ///< series not yet settled
    int series = 0;
    std::optional<int> seconds_left;  ///< at most, from the time blocks took so far
};

struct Observer {
    virtual ~Observer() = default;
    virtual void on_progress(const Progress&) {}
    virtual void on_log(std::string_view) {}
    /// Trials whose fate (kept or void) is known; in order of their numbers.
    virtual void on_trials(std::span<const model::Trial>) {}
};

}  // namespace benchgate::measure
