#include "runners/agent/retry.h"

#include <algorithm>

namespace benchgate::agent {

Next decide(const Answer& answer) {
    const int status = answer.status;
    if (status >= 200 && status < 300) return Next::proceed;
    if (status == 0 || status >= 500 || status == 408 || status == 423 || status == 425 || status == 429)
        return Next::retry;
    if (status == 401) return Next::unauthorised;
    if (status == 426) return Next::upgrade;
    if (status == 410) return Next::gone;
    if (status == 409 && answer.error_code == "stale_epoch") return Next::stale;
    if (status == 409 && answer.error_code == "newer_boot") return Next::newer_boot;
    return Next::refused;
}

std::chrono::milliseconds backoff(int attempt, double chance) {
    const int ceiling = std::min(30'000, 1'000 << std::clamp(attempt, 0, 5));
    return std::chrono::milliseconds(50 + static_cast<int>(chance * (ceiling - 50)));
}

}  // namespace benchgate::agent
