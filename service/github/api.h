// Owns one exchange with GitHub's REST API: address, headers, redirects of renamed repositories, the reading of
// refusals and the short waits (a fresh token not known yet, a fresh commit not seen yet). Does not own tokens
// (tokens.h), typed calls (rest.h) or long waits (the outbox). Nothing here writes a log, and no error holds a token.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "platform/http_client.h"
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
};

/// https://HOST/api/v3 -> https://HOST, https://api.github.com -> https://github.com, anything else unchanged.
std::string git_base_of(std::string_view api_base);

struct Call {
    std::string method = "GET";
    std::string path;       ///< begins with '/', already percent-encoded, query included
    std::string body = {};  ///< JSON; empty: none
    std::string accept = "application/vnd.github+json";
    bool object_is_new = false;          ///< see rate_limit.h
    std::size_t max_response_bytes = 0;  ///< 0: the one of ApiOptions
};

struct Bearer {
    std::string token;
    bool fresh = false;  ///< minted within the last minute
};

class Api {
  public:
    Api(ApiOptions options, platform::HttpClient& client, Timing timing);

    /// Any 2xx, or the error. Waits at most a few seconds in all; a longer wait is the caller's (ApiError::retry_at).
    /// `bearer` is asked before each sending; told of a refused token, it should forget it and give another.
    using BearerSource = std::function<ApiResult<Bearer>(const std::string& refused, std::stop_token)>;
    ApiResult<platform::HttpResponse> send(const Call& call, const BearerSource& bearer, std::stop_token stop) const;

    const Timing& timing() const { return timing_; }
    const ApiOptions& options() const { return options_; }

  private:
    platform::HttpRequest request_for(const Call& call, const std::string& token) const;

    ApiOptions options_;
    platform::HttpClient& client_;
    Timing timing_;
};

}
