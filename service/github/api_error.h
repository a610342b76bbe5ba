// Owns how a refusal by GitHub's API looks to the rest of the service. Does not own what is done about it
// (rate_limit.h decides when to try again, outbox_step.h what becomes of an outbox item).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace benchgate::github {

using TimePoint = std::chrono::system_clock::time_point;

enum class ErrorKind {
    auth,            ///< 401: key, clock, suspended or deleted installation
    forbidden,       ///< 403: the permission is missing
    not_found,       ///< 404: not there, not yet there, or not visible to the App
    gone,            ///< 410, 451
    unprocessable,   ///< 422 and other statuses of 4xx: the request itself is wrong; the same again is refused again
    rate_limited,    ///< 403 or 429 of a primary or secondary limit
    server,          ///< 5xx, or an answer that cannot be read
    network,         ///< no answer
    stopped,         ///< the service is going down
    not_configured,  ///< there is no App yet (/setup)
};
std::string_view to_string(ErrorKind kind);

struct ApiError {
    int status = 0;  ///< 0: no answer
    ErrorKind kind = ErrorKind::network;
    std::string message;                ///< one line, at most 500 bytes, GitHub's own words; never a token
    std::optional<TimePoint> retry_at;  ///< not before; none: the same request makes no sense
};

/// "unprocessable (422): Validation Failed"
std::string explain(const ApiError& error);

template <typename T>
using ApiResult = tl::expected<T, ApiError>;

}
