#include "service/github/outbox_step.h"

#include <algorithm>

#include "service/github/rate_limit.h"

namespace benchgate::github {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr int not_found_attempts = 6;

TimePoint later(TimePoint now, seconds wait, double jitter) {
    const auto spread = wait * (0.75 + std::clamp(jitter, 0.0, 1.0) / 2);
    return now + std::chrono::duration_cast<TimePoint::duration>(spread);
}

/// Dead once the item is older than `longest_life` at its next attempt.
OutboxStep retry(const OutboxAttempt& item, const ApiError& error, TimePoint at, seconds longest_life) {
    if (at - item.created_at > longest_life) return Dead{"given up after too long: " + explain(error)};
    return RetryAt{at, explain(error), false};
}

OutboxStep resting(OutboxStep step) {
    if (auto* later = std::get_if<RetryAt>(&step)) later->whole_installation = true;
    return step;
}

}  // namespace

OutboxStep next(const OutboxAttempt& item, const ApiResult<void>& outcome, TimePoint now) {
    if (outcome) return Done{};
    const ApiError& error = outcome.error();
    // The API's own waits start small with every call; here it is known how often the item has failed.
    const auto growing = [&](seconds first, seconds longest) {
        const auto at = later(now, doubled(first, item.attempts, longest), item.jitter);
        return std::max(at, error.retry_at.value_or(at));
    };
    switch (error.kind) {
        case ErrorKind::rate_limited:
            // How long is the installation's matter, however often this item was tried (rests.h).
            return resting(retry(item, error, error.retry_at.value_or(now + 60s), 24h));
        case ErrorKind::server:
        case ErrorKind::network:
            return retry(item, error, growing(2s, 10min), 24h);
        case ErrorKind::stopped:
            return RetryAt{now, explain(error), false};
        case ErrorKind::not_configured:
            return retry(item, error, later(now, 60s, item.jitter), 24h);
        case ErrorKind::auth:
        case ErrorKind::forbidden:
            return retry(item, error, growing(60s, 10min), 1h);
        case ErrorKind::not_found:
            if (item.attempts >= not_found_attempts) return Dead{explain(error)};
            return RetryAt{growing(2s, 30s), explain(error), false};
        case ErrorKind::gone:
        case ErrorKind::unprocessable:
            break;
    }
    return Dead{explain(error)};
}

}
