// POST /runner/v1/jobs/{job}/{epoch}/heartbeat, finish and release.
#include <algorithm>
#include <cmath>

#include "core/protocol/bundle_json.h"
#include "platform/crypto.h"
#include "service/http/runner_call.h"
#include "service/store/leases.h"

namespace benchgate::http {
namespace {

void heartbeat(const RunnerApi& api, const Request& request, Response& response) {
    const store::RunnerRow runner = authenticated(api, request);
    const store::LeaseRef lease = lease_in(request, runner);
    const auto message = message_of(request, protocol::read_heartbeat_request);
    store::Beat beat;
    beat.phase = message.phase;
    beat.block = std::clamp(message.block, 0, 1'000'000);
    beat.progress = std::isfinite(message.progress) ? std::clamp(message.progress, 0.0, 1.0) : 0.0;
    if (message.eta_s) beat.eta_s = std::clamp(*message.eta_s, 0, 30 * 24 * 3600);
    beat.ttl = api.times.lease_ttl;
    beat.now = api.clock.now();
    const auto answer = api.pool.transaction([&](store::Tx& tx) {
        // The job first, the runner second, as finish locks them: it may come at the same time.
        auto beaten = store::heartbeat(tx, lease, beat);
        store::touch_runner(tx, runner.runner_id, beat.now, message.draining);
        return beaten;
    });
    check_fence(answer.fence);
    answer_json(response, 200,
                to_json(protocol::HeartbeatAnswer{platform::format_utc(answer.expires_at), answer.cancel}));
}

// A manifest counts only with the signature of the key that the runner registered with.
void check_manifest(const protocol::FinishRequest& message, const store::RunnerRow& runner) {
    if (message.manifest.empty()) {
        if (message.outcome == "succeeded")
            throw CallRefused(400, "malformed", "manifest: needed when the job succeeded");
        return;
    }
    const auto key = platform::Ed25519PublicKey::from_pem(runner.public_key);
    const auto signature = platform::base64_decode(message.signature);
    if (!key || !signature || !key->verify(message.manifest, *signature))
        throw CallRefused(400, "bad_signature", "the signature does not fit the manifest and the runner's key");
    const auto document = json::parse(message.manifest);
    if (!document) throw CallRefused(400, "malformed", "manifest: " + document.error().message);
    if (const auto manifest = protocol::read_manifest(*document); !manifest)
        throw CallRefused(400, "malformed", "manifest: " + manifest.error().message);
}

void finish(const RunnerApi& api, const Request& request, Response& response) {
    const store::RunnerRow runner = authenticated(api, request);
    const store::LeaseRef lease = lease_in(request, runner);
    const auto message = message_of(request, protocol::read_finish_request);
    const auto outcome = store::outcome_from(message.outcome);
    if (!outcome) throw CallRefused(400, "malformed", "outcome: succeeded, failed or cancelled");
    check_manifest(message, runner);
    constexpr std::size_t longest_reason = 2000;
    store::Finish finish;
    finish.outcome = *outcome;
    finish.infrastructure = message.infrastructure;
    finish.phase = model::to_string(message.phase);
    finish.reason = message.reason.substr(0, longest_reason);
    finish.manifest_json = message.manifest.empty() ? "{}" : message.manifest;
    finish.signature = message.signature;
    finish.now = api.clock.now();
    const auto answer = api.pool.transaction([&](store::Tx& tx) { return store::finish_job(tx, lease, finish); });
    if (answer.requeued) api.waiting.wake();
    answer_json(response, 200, to_json(protocol::FinishAnswer{answer.used}));
}

void release(const RunnerApi& api, const Request& request, Response& response) {
    const store::RunnerRow runner = authenticated(api, request);
    const store::LeaseRef lease = lease_in(request, runner);
    message_of(request, protocol::read_release_request);
    check_fence(api.pool.transaction([&](store::Tx& tx) { return store::release_job(tx, lease, api.clock.now()); }));
    api.waiting.wake();
    answer_json(response, 200, json::Json::object());
}

}

void serve_lease_calls(Edge& edge, const RunnerApi& api) {
    const auto serve = [&](const char* path, void (*call)(const RunnerApi&, const Request&, Response&)) {
        edge.post(path,
                  guarded([api, call](const Request& request, Response& response) { call(api, request, response); }));
    };
    serve("/runner/v1/jobs/{}/{}/heartbeat", heartbeat);
    serve("/runner/v1/jobs/{}/{}/finish", finish);
    serve("/runner/v1/jobs/{}/{}/release", release);
}

}
