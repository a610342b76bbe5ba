// Owns the only three things outside of GitHub that this room depends on: what time it is, waiting, and chance. All are
// given from outside, so that tests neither sleep nor vary.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "service/github/api_error.h"

namespace benchgate::github {

struct Timing {
    std::function<TimePoint()> now;
    /// Waits; false when the stop token fired first.
    std::function<bool(std::chrono::milliseconds, std::stop_token)> wait;
    /// Evenly distributed in [0, 1). Called from several threads.
    std::function<double()> jitter;
};

/// The system's clock, a real wait, a seeded generator behind a lock.
Timing real_timing();

}
