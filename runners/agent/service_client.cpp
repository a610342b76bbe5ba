#include "runners/agent/service_client.h"

#include <fmt/format.h>

#include <charconv>

#include "platform/crypto.h"

namespace benchgate::agent {
namespace {

CallError unreadable(const std::string& what) {
    return {Next::retry, "the service's answer cannot be read: " + what, {}, {}};
}

std::optional<std::chrono::seconds> seconds_in(const std::optional<std::string>& header) {
    int seconds = 0;
    if (!header || std::from_chars(header->data(), header->data() + header->size(), seconds).ec != std::errc{})
        return std::nullopt;
    return std::chrono::seconds(std::clamp(seconds, 0, 3600));
}

template <class T, class Reader>
Call<T> read_answer(const Call<platform::HttpResponse>& response, Reader reader) {
    if (!response) return tl::unexpected(response.error());
    auto document = json::parse(response->body);
    if (!document) return tl::unexpected(unreadable(document.error().message));
    auto answer = reader(*document);
    if (!answer) return tl::unexpected(unreadable(answer.error().message));
    return std::move(*answer);
}

}  // namespace

ServiceClient::ServiceClient(platform::HttpClient& http, std::string base_url, std::string token)
    : http_(http), base_url_(std::move(base_url)), token_(std::move(token)) {
    while (base_url_.ends_with('/')) base_url_.pop_back();
}

Call<platform::HttpResponse> ServiceClient::exchange(platform::HttpRequest request, std::stop_token stop) {
    request.url = base_url_ + request.url;
    if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
    auto response = http_.send(request, stop);
    if (!response) return tl::unexpected(CallError{Next::retry, response.error().message, {}, {}});
    Answer answer{response->status, ""};
    CallError error;
    if (answer.status / 100 == 2) return std::move(*response);
    error.message = fmt::format("the service answered {}", answer.status);
    if (const auto document = json::parse(response->body)) {
        answer.error_code = json::text(*document, "error").value_or("");
        if (auto message = json::text(*document, "message")) error.message += ": " + message->substr(0, 500);
        error.next_offset = json::integer(*document, "next");
    }
    error.status = answer.status;
    error.next = decide(answer);
    error.retry_after = seconds_in(response->headers.get("Retry-After"));
    return tl::unexpected(error);
}

Call<platform::HttpResponse> ServiceClient::post(const std::string& path, const json::Json& body,
                                                 std::chrono::seconds timeout, std::stop_token stop) {
    platform::HttpRequest request;
    request.method = "POST";
    request.url = path;
    request.headers.set("Content-Type", "application/json");
    request.body = json::dump(body);
    request.timeout = timeout;
    return exchange(std::move(request), stop);
}

std::string ServiceClient::path_of(const JobRef& job, std::string_view what) {
    return fmt::format("/runner/v1/jobs/{}/{}/{}", job.job, job.epoch, what);
}

Call<protocol::RegisterAnswer> ServiceClient::register_runner(const protocol::RegisterRequest& request,
                                                              std::stop_token stop) {
    return read_answer<protocol::RegisterAnswer>(
        post("/runner/v1/register", to_json(request), std::chrono::seconds(30), stop), protocol::read_register_answer);
}

Call<std::optional<protocol::LeaseAnswer>> ServiceClient::lease(const protocol::LeaseRequest& request,
                                                                std::stop_token stop) {
    auto response = post("/runner/v1/leases", to_json(request), std::chrono::seconds(request.wait_s + 30), stop);
    if (response && response->status == 204) return std::optional<protocol::LeaseAnswer>{};
    return read_answer<std::optional<protocol::LeaseAnswer>>(response, protocol::read_lease_answer);
}

void ServiceClient::tell(const protocol::LeaseRequest& request, std::stop_token stop) {
    (void)post("/runner/v1/leases", to_json(request), std::chrono::seconds(5), stop);
}

Call<protocol::HeartbeatAnswer> ServiceClient::heartbeat(const JobRef& job, const protocol::HeartbeatRequest& request,
                                                         std::stop_token stop) {
    return read_answer<protocol::HeartbeatAnswer>(
        post(path_of(job, "heartbeat"), to_json(request), std::chrono::seconds(15), stop),
        protocol::read_heartbeat_answer);
}

Call<std::int64_t> ServiceClient::put_log(const JobRef& job, std::int64_t offset, std::string_view bytes,
                                          std::stop_token stop) {
    platform::HttpRequest request;
    request.method = "PUT";
    request.url = path_of(job, fmt::format("log?offset={}", offset));
    request.headers.set("Content-Type", "application/octet-stream");
    request.body = bytes;
    const auto response = exchange(std::move(request), stop);
    if (!response) return tl::unexpected(response.error());
    const auto document = json::parse(response->body);
    const auto next = document ? json::integer(*document, "next") : std::nullopt;
    if (!next) return tl::unexpected(unreadable("next"));
    return *next;
}

Call<void> ServiceClient::put_trial(const JobRef& job, std::int64_t number, const std::string& body,
                                    std::stop_token stop) {
    platform::HttpRequest request;
    request.method = "PUT";
    request.url = path_of(job, fmt::format("trials/{}", number));
    request.headers.set("Content-Type", "application/json");
    request.body = body;
    if (auto response = exchange(std::move(request), stop); !response) return tl::unexpected(response.error());
    return {};
}

Call<void> ServiceClient::put_artifact(const JobRef& job, const std::string& name, const std::string& bytes,
                                       std::stop_token stop) {
    platform::HttpRequest request;
    request.method = "PUT";
    request.url = path_of(job, "artifacts/" + name);
    request.headers.set("Content-Type", "application/octet-stream");
    request.headers.set("X-Content-Sha256", platform::sha256_hex(bytes));
    request.headers.set("X-Content-Size", std::to_string(bytes.size()));
    request.body = bytes;
    if (auto response = exchange(std::move(request), stop); !response) return tl::unexpected(response.error());
    return {};
}

Call<protocol::FinishAnswer> ServiceClient::finish(const JobRef& job, const protocol::FinishRequest& request,
                                                   std::stop_token stop) {
    return read_answer<protocol::FinishAnswer>(
        post(path_of(job, "finish"), to_json(request), std::chrono::seconds(60), stop), protocol::read_finish_answer);
}

Call<void> ServiceClient::release(const JobRef& job, const protocol::ReleaseRequest& request, std::stop_token stop) {
    if (auto response = post(path_of(job, "release"), to_json(request), std::chrono::seconds(15), stop); !response)
        return tl::unexpected(response.error());
    return {};
}

}  // namespace benchgate::agent
