#include "service/http/runner_call.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "platform/crypto.h"
#include "service/store/job_logs.h"

namespace benchgate::http {

Handler guarded(Call call) {
    return [call = std::move(call)](const Request& request, Response& response) {
        try {
            call(request, response);
        } catch (const CallRefused& refused) {
            answer_error(response, refused.status, refused.code, refused.message);
            if (refused.retry_after_s) response.set_header("Retry-After", std::to_string(*refused.retry_after_s));
        } catch (const store::DatabaseLost& lost) {
            spdlog::warn("{} {}: {}", request.method, request.path, lost.what());
            answer_error(response, 503, "busy", "the database cannot be reached, try again");
        }
    };
}

store::RunnerRow authenticated(const RunnerApi& api, const Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string header = request.get_header_value("Authorization");
    if (request.get_header_value_count("Authorization") == 1 && header.starts_with(scheme) && header.size() <= 512) {
        // The hash is looked up, not compared: how long that takes says nothing about a token that is not known.
        const std::string hash = platform::sha256_hex(std::string_view(header).substr(scheme.size()));
        auto runner = api.pool.transaction([&](store::Tx& tx) { return store::runner_by_token_hash(tx, hash); });
        if (runner) return std::move(*runner);
    }
    throw CallRefused(401, "unauthorized", "this runner is not known; register it with a new join token");
}

json::Json parsed_body(const Request& request) {
    json::Limits limits;
    limits.bytes = protocol::trial_bytes;
    auto document = json::parse(request.body, limits);
    if (!document) throw CallRefused(400, "malformed", document.error().message);
    return std::move(*document);
}

bool is_spoken(int protocol) {
    return protocol >= protocol::protocol_min && protocol <= protocol::protocol_max;
}

void check_protocol(int protocol) {
    if (is_spoken(protocol)) return;
    throw CallRefused(426, "protocol",
                      "this service speaks protocol " + std::to_string(protocol::protocol_min) + " to " +
                          std::to_string(protocol::protocol_max) + ", the runner " + std::to_string(protocol));
}

void check_text(const std::string& text, std::size_t most, const char* what) {
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (text.empty() || text.size() > most || !printable)
        throw CallRefused(
            400, "malformed",
            std::string(what) + ": 1 to " + std::to_string(most) + " printable characters without blanks");
}

void check_labels(const std::vector<std::string>& labels) {
    if (labels.size() > static_cast<std::size_t>(protocol::max_labels))
        throw CallRefused(400, "malformed", "labels: too many");
    for (const std::string& label : labels) check_text(label, 64, "labels");
}

store::LeaseRef lease_in(const Request& request, const store::RunnerRow& runner) {
    store::LeaseRef lease{request.matches[1].str(), 0, runner.runner_id};
    const std::string epoch = request.matches[2].str();
    const auto [end, error] = std::from_chars(epoch.data(), epoch.data() + epoch.size(), lease.epoch);
    if (error != std::errc() || end != epoch.data() + epoch.size() || lease.epoch < 1 || !store::is_uuid(lease.job_id))
        throw CallRefused(410, "gone", "there is no such lease");
    return lease;
}

void check_fence(store::Fence fence) {
    if (fence == store::Fence::stale_epoch)
        throw CallRefused(409, "stale_epoch", "the job was leased again since; drop it");
    if (fence == store::Fence::gone) throw CallRefused(410, "gone", "the job is over or not this runner's; drop it");
}

void answer_json(Response& response, int status, const json::Json& document) {
    response.status = status;
    response.set_content(json::dump(document) + "\n", "application/json");
}

std::vector<BodyLimit> runner_body_limits() {
    // Trials and artifacts share the jobs' prefix; the finer bounds are in the calls themselves, after the token.
    return {{"/runner/v1/jobs/", protocol::artifact_bytes},
            {"/runner/v1/register", 64u << 10},
            {"/runner/v1/leases", 256u << 10}};
}

void serve_runner_api(Edge& edge, const RunnerApi& api) {
    serve_register(edge, api);
    serve_leases(edge, api);
    serve_lease_calls(edge, api);
    serve_uploads(edge, api);
}

}
