#pragma once
// The calls of /runner/v1, one function each: one exchange, read and classified. Does not repeat anything; the loops
// do, by what retry.h decided.

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/protocol/messages.h"
#include "platform/http_client.h"
#include "runners/agent/retry.h"

namespace benchgate::agent {

struct CallError {
    Next next = Next::refused;
    std::string message;  ///< one line for people; never a token
    std::optional<std::chrono::seconds> retry_after;
    std::optional<std::int64_t> next_offset;  ///< of a log chunk that did not fit (416)
    int status = 0;                           ///< of the answer; 0: there was none
};
template <class T>
using Call = tl::expected<T, CallError>;

struct JobRef {
    std::string job;
    std::int64_t epoch = 0;
};

class ServiceClient {
  public:
    ServiceClient(platform::HttpClient& http, std::string base_url, std::string token);

    Call<protocol::RegisterAnswer> register_runner(const protocol::RegisterRequest& request, std::stop_token stop);
    /// nullopt: nothing to do.
    Call<std::optional<protocol::LeaseAnswer>> lease(const protocol::LeaseRequest& request, std::stop_token stop);
    /// A word that nothing is expected of: one try of a few seconds, and no job is taken from the answer.
    void tell(const protocol::LeaseRequest& request, std::stop_token stop);
    Call<protocol::HeartbeatAnswer> heartbeat(const JobRef& job, const protocol::HeartbeatRequest& request,
                                              std::stop_token stop);
    /// The offset that the service wants next.
    Call<std::int64_t> put_log(const JobRef& job, std::int64_t offset, std::string_view bytes, std::stop_token stop);
    /// `body` is sent as it is: its digest stands in the manifest.
    Call<void> put_trial(const JobRef& job, std::int64_t number, const std::string& body, std::stop_token stop);
    Call<void> put_artifact(const JobRef& job, const std::string& name, const std::string& bytes, std::stop_token stop);
    Call<protocol::FinishAnswer> finish(const JobRef& job, const protocol::FinishRequest& request,
                                        std::stop_token stop);
    Call<void> release(const JobRef& job, const protocol::ReleaseRequest& request, std::stop_token stop);

    void use_token(std::string token) { token_ = std::move(token); }

  private:
    Call<platform::HttpResponse> exchange(platform::HttpRequest request, std::stop_token stop);
    Call<platform::HttpResponse> post(const std::string& path, const json::Json& body, std::chrono::seconds timeout,
                                      std::stop_token stop);
    static std::string path_of(const JobRef& job, std::string_view what);
    platform::HttpClient& http_;
    std::string base_url_;
    std::string token_;
};

}  // namespace benchgate::agent
