// Owns one exchange with GitHub's REST API: address, headers, redirects of renamed repositories (on the same host only,
// so that no token reaches another one), kept answers, the reading of refusals and the short waits (a fresh token not
// known yet, a fresh commit not seen yet). Does not own tokens (tokens.h), typed calls (rest.h) or long waits (the
// outbox). Nothing here writes a log, and no error holds a token.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "platform/http_client.h"
#include "service/github/counts.h"
#include "service/github/etag_cache.h"
#include "service/github/rate_limit.h"
#include "service/github/rests.h"
#include "service/github/timing.h"

namespace benchgate::github {

struct ApiOptions {
    /// "https://api.github.com", or "https://HOST/api/v3" of an Enterprise Server; no slash at the end needed.
    std::string base_url = "https://api.github.com";
    std::string user_agent = "benchgate";
    /// The oldest supported one: Enterprise Servers refuse versions newer than themselves.
    std::string api_version = "2022-11-28";
    std::chrono::milliseconds timeout{30'000};
    std::size_t max_response_bytes = 8u << 20;
    EtagCacheLimits kept_answers = {};
};

/// https://HOST/api/v3 -> https://HOST, https://api.github.com -> https://github.com, anything else unchanged.
std::string git_base_of(std::string_view api_base);

/// What a piece of work has cost GitHub, and how long it may take.
struct Effort {
    std::optional<TimePoint> until = {};  ///< nothing is sent after it
    int writes = 0;                       ///< requests other than GET; every sending counts
    int created = 0;                      ///< of them POST: what GitHub counts as creating content
};

struct Call {
    std::string method = "GET";
    std::string path;       ///< begins with '/', already percent-encoded, query included
    std::string body = {};  ///< JSON; empty: none
    std::string accept = "application/vnd.github+json";
    bool object_is_new = false;          ///< see rate_limit.h
    std::size_t max_response_bytes = 0;  ///< 0: the one of ApiOptions
    std::int64_t installation_id = 0;    ///< whose limits it is sent under; 0: the App's own
    Effort* effort = nullptr;            ///< not owned
};

struct ApiResponse : platform::HttpResponse {
    bool moved = false;  ///< came by way of a redirect: the repository has another name now
};

struct Bearer {
    std::string token;   ///< empty: the request goes without
    bool fresh = false;  ///< minted within the last minute
};

class Api {
  public:
    Api(ApiOptions options, platform::HttpClient& client, Timing timing);

    /// Any 2xx, or the error. Waits at most a few seconds in all; a longer wait is the caller's (ApiError::retry_at).
    /// While an installation has to wait, its calls are answered rate_limited without being sent.
    /// `bearer` is asked before each sending; told of a refused token, it should forget it and give another.
    using BearerSource = std::function<ApiResult<Bearer>(const std::string& refused, std::stop_token)>;
    ApiResult<ApiResponse> send(const Call& call, const BearerSource& bearer, std::stop_token stop) const;

    const Timing& timing() const { return timing_; }
    const ApiOptions& options() const { return options_; }
    Counts& counts() const { return counts_; }

  private:
    using Sent = tl::expected<ApiResponse, platform::HttpError>;
    /// Where a call stands between its sendings.
    struct Sending {
        int attempts = 1;      ///< with this token
        bool swapped = false;  ///< the first token was refused
        Bearer token = {};
        std::string refusal = {};
        bool is_stale(const ApiResponse& response) const { return response.status == 401 && !token.fresh; }
    };
    Decision judge(const Call& call, const ApiResponse& response, const Sending& sending, TimePoint now) const;
    platform::HttpRequest request_for(const Call& call, const std::string& token) const;
    Sent exchange(const Call& call, platform::HttpRequest request, std::stop_token stop) const;
    Sent follow(platform::HttpRequest request, std::stop_token stop) const;
    void count(const Call& call, const Sent& sent) const;
    ApiError no_answer(const platform::HttpError& error, const std::string& token) const;

    ApiOptions options_;
    platform::HttpClient& client_;
    Timing timing_;
    mutable EtagCache kept_;
    mutable Counts counts_;
    mutable Rests rests_;
};

}
