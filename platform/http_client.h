// Owns outgoing HTTP: the port that everything which talks to another server sees, and its one implementation over
// cpp-httplib. Every answer is bounded in bytes and time, certificates are always checked, and nothing is ever followed
// or repeated behind the caller's back. Does not own retries (service/github/rate_limit.h, runners/agent) or JSON.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace benchgate::platform {

/// Header lines in their order; names compare without regard to case.
class HttpHeaders {
  public:
    HttpHeaders() = default;
    HttpHeaders(std::initializer_list<std::pair<std::string, std::string>> lines) : lines_(lines) {}
    /// The first line of that name.
    std::optional<std::string> get(std::string_view name) const;
    /// Replaces all lines of that name.
    void set(std::string_view name, std::string value);
    void add(std::string name, std::string value) { lines_.emplace_back(std::move(name), std::move(value)); }
    void remove(std::string_view name);
    const std::vector<std::pair<std::string, std::string>>& lines() const { return lines_; }

  private:
    std::vector<std::pair<std::string, std::string>> lines_;
};

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    HttpHeaders headers = {};  ///< Host and Content-Length are the client's business
    std::string body = {};
    std::chrono::milliseconds timeout{30'000};  ///< for the whole exchange, connecting included
    std::size_t max_response_bytes = 0;         ///< of the body; 0: what the client was made with
};

struct HttpResponse {
    int status = 0;
    HttpHeaders headers;
    std::string body;
};

enum class HttpErrorKind {
    invalid_request,  ///< nothing was sent: bad address, method or header
    connect,          ///< nothing was sent: no such host, refused, not reachable
    tls,              ///< nothing was sent: certificate or handshake
    timeout,          ///< the request may have arrived
    stopped,          ///< the stop token fired; the request may have arrived
    too_large,        ///< head or body over its bound; the request has arrived
    broken,           ///< the connection ended early or the answer was not HTTP; the request may have arrived
};
std::string_view to_string(HttpErrorKind kind);

struct HttpError {
    HttpErrorKind kind = HttpErrorKind::broken;
    std::string message;  ///< one line: what and which origin; never headers, path, query or body
};

using HttpResult = tl::expected<HttpResponse, HttpError>;

struct HttpClient {
    virtual ~HttpClient() = default;
    /// One exchange. Any status is an answer, redirects too. Safe to call from several threads.
    virtual HttpResult send(const HttpRequest& request, std::stop_token stop) = 0;
};

struct HttpClientOptions {
    std::size_t max_response_bytes = 16u << 20;
    std::size_t max_head_bytes = 64u << 10;
    std::chrono::milliseconds connect_timeout{10'000};
    std::size_t idle_connections = 8;                ///< kept open over all origins together
    std::chrono::milliseconds idle_timeout{15'000};  ///< a connection idle for longer is not used again
    std::filesystem::path ca_file = {};              ///< PEM; empty: the system's
};

std::unique_ptr<HttpClient> make_http_client(HttpClientOptions options = {});

/// The request that a redirect asks for, or nothing when the response is no redirect (301, 302, 303, 307, 308 with a
/// Location). Method and body stay as they are, as GitHub asks for; only 303 turns into GET. To another origin
/// (scheme, host, port) Authorization, Cookie and Proxy-Authorization are left out, and a request with a body does not
/// go there at all. Never from https to http. What may not be followed is an error (invalid_request).
tl::expected<std::optional<HttpRequest>, HttpError> follow_redirect(const HttpRequest& request,
                                                                    const HttpResponse& response);

/// send() and follow_redirect() until an answer that is no redirect; `timeout` of the request counts for each step.
HttpResult send_following_redirects(HttpClient& client, HttpRequest request, int max_redirects, std::stop_token stop);

}
