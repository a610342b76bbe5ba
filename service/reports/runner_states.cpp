#include "service/reports/runner_states.h"

namespace benchgate::reports {

RunnerState state_of(const store::RunnerRow& runner, bool is_busy, store::Time now) {
    const bool is_draining = runner.drained_at || runner.state == "draining";
    const std::string why_drained = runner.drained_at ? runner.drain_reason : runner.reason;
    if (is_busy) return is_draining ? RunnerState{"draining", why_drained} : RunnerState{"busy", ""};
    const bool is_quarantined = runner.failures >= store::max_failures || runner.state == "quarantined";
    if (is_quarantined) return {"quarantined", runner.reason};
    if (runner.drained_at) return {"drained", runner.drain_reason};
    if (now - runner.last_seen_at > offline_after) return {"offline", ""};
    return is_draining ? RunnerState{"drained", why_drained} : RunnerState{"idle", ""};
}

}  // namespace benchgate::reports
