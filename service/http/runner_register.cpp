// POST /runner/v1/register: a one-use join token becomes a runner with a token of its own.
#include <algorithm>

#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/http/runner_call.h"

namespace benchgate::http {
namespace {

// The runner's token follows from the join token and the request's id: so a repeated call gets the same token again
// although the service keeps only its hash. Whoever lacks either of the two cannot compute it.
std::string token_for(const protocol::RegisterRequest& message) {
    const std::string text = "benchgate runner token\n" + message.request_id + "\n" + message.public_key;
    return "bgr_" + platform::hex_encode(platform::hmac_sha256(message.join_token, text));
}

void check(const protocol::RegisterRequest& message) {
    check_protocol(message.protocol);
    check_text(message.request_id, 100, "request_id");
    check_text(message.join_token, 256, "join_token");
    if (!message.name.empty()) check_text(message.name, 100, "name");
    check_text(message.version, 64, "version");
    check_labels(message.labels);
    if (message.public_key.size() > 1024 || !platform::Ed25519PublicKey::from_pem(message.public_key))
        throw CallRefused(400, "malformed", "public_key: an Ed25519 public key in PEM");
}

store::RunnerRow registered(const RunnerApi& api, const protocol::RegisterRequest& message,
                            const std::string& token_hash) {
    const store::Time now = api.clock.now();
    store::RunnerRow wanted;
    wanted.runner_id = platform::random_uuid();
    wanted.name = message.name;
    wanted.token_hash = token_hash;
    wanted.public_key = message.public_key;
    wanted.labels = message.labels;
    wanted.version = message.version;
    wanted.protocol = message.protocol;
    wanted.registered_at = wanted.last_seen_at = now;
    return api.pool.transaction([&](store::Tx& tx) {
        const auto runner = store::redeem_join_token(tx, platform::sha256_hex(message.join_token), wanted, now);
        if (runner) return *runner;
        if (runner.error() == store::RedeemError::used)
            if (auto before = store::runner_by_token_hash(tx, token_hash)) return *before;
        throw CallRefused(401, "join_token", std::string(to_string(runner.error())));
    });
}

}

void serve_register(Edge& edge, const RunnerApi& api) {
    edge.post("/runner/v1/register", guarded([api](const Request& request, Response& response) {
                  const auto message = message_of(request, protocol::read_register_request);
                  check(message);
                  protocol::RegisterAnswer answer;
                  answer.token = token_for(message);
                  const auto runner = registered(api, message, platform::sha256_hex(answer.token));
                  answer.runner = runner.runner_id;
                  answer.name = runner.name;
                  answer.heartbeat_s = static_cast<int>(api.times.heartbeat.count());
                  answer.lease_ttl_s = static_cast<int>(api.times.lease_ttl.count());
                  answer.wait_s = static_cast<int>(api.times.longest_wait.count());
                  answer_json(response, 201, to_json(answer));
              }));
}

}
