#pragma once
// What all calls of /runner/v1 share: who calls, reading the message, naming the lease, answering. Private to the files
// of the runner API.
#include <exception>
#include <optional>
#include <string>

#include "core/json/json.h"
#include "service/http/runner_api.h"
#include "service/store/runners.h"

namespace benchgate::http {

// Thrown to end a call with this answer; caught in `guarded` only.
struct CallRefused : std::exception {
    CallRefused(int s, std::string c, std::string m) : status(s), code(std::move(c)), message(std::move(m)) {}
    const char* what() const noexcept override { return message.c_str(); }
    int status;
    std::string code;
    std::string message;
    std::optional<int> retry_after_s;
};

using Call = std::function<void(const Request&, Response&)>;

// Runs a call: refusals become their answers, a lost database becomes 503; what else is thrown is the edge's.
Handler guarded(Call call);

// The runner whose bearer token this request carries; 401 otherwise.
store::RunnerRow authenticated(const RunnerApi& api, const Request& request);

// The body as a message, or 400 naming the field.
json::Json parsed_body(const Request& request);
template <class Message>
Message message_of(const Request& request, protocol::Read<Message> (*read)(const json::Json&)) {
    protocol::Read<Message> message = read(parsed_body(request));
    if (!message) throw CallRefused(400, "malformed", message.error().message);
    return std::move(*message);
}

bool is_spoken(int protocol);
// 426 unless this service speaks it.
void check_protocol(int protocol);
// Labels, names, versions: short and printable.
void check_text(const std::string& text, std::size_t most, const char* what);
void check_labels(const std::vector<std::string>& labels);

// The lease in the path /runner/v1/jobs/{job}/{epoch}/...
store::LeaseRef lease_in(const Request& request, const store::RunnerRow& runner);

// 409 stale_epoch, 410 gone; nothing for a current lease.
void check_fence(store::Fence fence);

void answer_json(Response& response, int status, const json::Json& document);

void serve_register(Edge& edge, const RunnerApi& api);
void serve_leases(Edge& edge, const RunnerApi& api);
void serve_lease_calls(Edge& edge, const RunnerApi& api);
void serve_uploads(Edge& edge, const RunnerApi& api);

}
