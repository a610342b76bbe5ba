#pragma once
// The one place that decides what the agent does about an answer of the service. Pure. (facts: 401 stops the runner;
// 408, 425, 429, 5xx and lost connections are retried; everything else is final.)

#include <chrono>
#include <optional>
#include <string>

namespace benchgate::agent {

enum class Next {
    proceed,       ///< 2xx
    retry,         ///< later, with jitter; retry_after if the service said when
    stale,         ///< 409 stale_epoch: somebody else has the job now; drop it
    gone,          ///< 410: the job is over; drop it
    newer_boot,    ///< 409 newer_boot: another process of this runner took over; exit
    unauthorised,  ///< 401: the token is not known any more; exit
    upgrade,       ///< 426: the protocol is too old or too new; drain and exit with 75
    refused        ///< anything else: the same call would be refused again
};

struct Answer {
    int status = 0;          ///< 0: no answer at all
    std::string error_code;  ///< of the body's "error", if any
};

Next decide(const Answer& answer);

/// Exponential with full jitter: attempt 0 waits up to 1 s, doubling up to 30 s; `chance` in [0,1).
std::chrono::milliseconds backoff(int attempt, double chance);

}  // namespace benchgate::agent
