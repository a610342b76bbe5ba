// Owns the decision what an answer of GitHub means and when the same request may go out again: pure, no clock, no
// waiting. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api and best-practices. Does not
// own the waiting (api.h does the short ones, the outbox the long ones).
#pragma once

#include <string_view>

#include "platform/http_client.h"
#include "service/github/api_error.h"

namespace benchgate::github {

struct Attempt {
    int status = 0;  ///< 0: no answer
    const platform::HttpHeaders* headers = nullptr;
    std::string_view message;  ///< "message" of the body, if there was one
    TimePoint now;
    int attempts = 1;             ///< how often this request was sent, this time included; of limits: how many in a row
    double jitter = 0;            ///< in [0, 1): spreads repeated requests of many
    bool token_is_fresh = false;  ///< minted within the last minute: GitHub may not know it everywhere yet
    bool object_is_new = false;   ///< the commit or ref was only just pushed: 404 may be GitHub's own lag
};

struct Decision {
    ErrorKind kind = ErrorKind::network;
    std::optional<TimePoint> retry_at;  ///< none: final
};

/// Call it for a status outside 200..399 only.
///   401       fresh token: after 1, 2, 4 s, then final. Otherwise once, at once (with a new token), then final.
///   403, 429  retry-after; else x-ratelimit-reset if remaining is 0; else, for 429 or a text about rate limits, 60 s
///             doubling to an hour. A 403 without any of these is a missing permission: final.
///   404 (and a check run's 422 "No commit found")  new object: after 1, 2, 4, 8 s, then final. Otherwise final.
///   410, 451, 422, other 4xx  final.
///   408, 5xx, no answer       1 s doubling to 5 min, times 0.5..1.5 by jitter.
Decision decide(const Attempt& attempt);

/// The moment from which an installation that has used up its primary limit may ask again: x-ratelimit-reset while
/// x-ratelimit-remaining is 0, bounded to a day. Successful answers say so too.
std::optional<TimePoint> used_up_until(const platform::HttpHeaders& headers, TimePoint now);

/// first, 2 first, 4 first, ... up to the longest; attempts counts from 1.
std::chrono::seconds doubled(std::chrono::seconds first, int attempts, std::chrono::seconds longest);

}
