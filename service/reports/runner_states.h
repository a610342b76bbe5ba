#pragma once
// What a runner is doing, in one word and a reason for people: for the page, the API and /metrics, so that they cannot
// disagree. Decides nothing about leases.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "service/store/runners.h"

namespace benchgate::reports {

/// A runner asks for work at least every half minute.
inline constexpr std::chrono::minutes offline_after{2};

/// busy: has a job; draining: has a job and gets no more; drained: none and gets none; quarantined: its failures, or
/// its own canary; offline: was not heard of.
inline constexpr std::array<std::string_view, 6> runner_words{"busy",    "draining",    "drained",
                                                              "offline", "quarantined", "idle"};

struct RunnerState {
    std::string_view word;
    std::string reason;  ///< of draining, drained and quarantined; may be empty
};

RunnerState state_of(const store::RunnerRow& runner, bool is_busy, store::Time now);

}  // namespace benchgate::reports
