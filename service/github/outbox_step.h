// Owns what becomes of an outbox item after an attempt to deliver it: pure. Does not own the loop (service/workers),
// the rows (service/store) or the request (rest.h).
#pragma once

#include <string>
#include <variant>

#include "service/github/api_error.h"

namespace benchgate::github {

struct OutboxAttempt {
    int attempts = 1;      ///< how often it was sent, this time included
    TimePoint created_at;  ///< when the item was written
    double jitter = 0;     ///< in [0, 1)
};

struct Done {};
struct RetryAt {
    TimePoint at;
    std::string reason;
    bool whole_installation = false;  ///< GitHub asked the installation to wait: none of its items goes before
};
struct Dead {
    std::string reason;
};
using OutboxStep = std::variant<Done, RetryAt, Dead>;

/// An item that GitHub cannot take for reasons of its own (rate limit, 5xx, no answer) is kept for a day; one refused
/// for lack of authority (401, 403: an administrator may still accept a permission) for an hour, tried every few
/// minutes; a 404 a few times within two minutes, since GitHub's replicas lag; 410 and 422 die at once.
OutboxStep next(const OutboxAttempt& item, const ApiResult<void>& outcome, TimePoint now);

}
