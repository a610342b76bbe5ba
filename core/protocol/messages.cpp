#include "core/protocol/messages.h"

#include "core/protocol/bundle_json.h"
#include "core/protocol/fields.h"
#include "core/protocol/spec_json.h"

namespace benchgate::protocol {
namespace {

constexpr int most = 1'000'000;  // of any number of seconds, blocks or protocol versions

std::vector<model::HostFact> read_facts(Fields& fields) {
    std::vector<model::HostFact> facts;
    for (const auto& item : fields.array("facts")) {
        if (facts.size() == 500) {
            fields.fail("facts: more than 500");
            break;
        }
        facts.push_back(fields.take("facts", read_host_fact(item)));
    }
    return facts;
}

json::Json facts_json(const std::vector<model::HostFact>& facts) {
    auto list = json::Json::array();
    for (const auto& fact : facts) list.push_back(to_json(fact));
    return list;
}

}  // namespace

json::Json to_json(const RegisterRequest& m) {
    return {{"request_id", m.request_id}, {"join_token", m.join_token}, {"name", m.name},        {"labels", m.labels},
            {"public_key", m.public_key}, {"version", m.version},       {"protocol", m.protocol}};
}

json::Json to_json(const RegisterAnswer& m) {
    return {{"runner", m.runner},
            {"name", m.name},
            {"token", m.token},
            {"heartbeat_s", m.heartbeat_s},
            {"lease_ttl_s", m.lease_ttl_s},
            {"wait_s", m.wait_s},
            {"protocol_min", m.protocol_min},
            {"protocol_max", m.protocol_max}};
}

json::Json to_json(const LeaseRequest& m) {
    json::Json document{{"request_id", m.request_id}, {"boot_id", m.boot_id},         {"state", m.state},
                        {"labels", m.labels},         {"facts", facts_json(m.facts)}, {"wait_s", m.wait_s},
                        {"protocol", m.protocol}};
    if (!m.reason.empty()) document["reason"] = m.reason;
    return document;
}

json::Json to_json(const LeaseAnswer& m) {
    return {{"job", m.job},
            {"epoch", m.epoch},
            {"spec", to_json(m.spec)},
            {"clone", {{"url", m.clone.url}, {"token", m.clone.token}, {"expires_at", m.clone.expires_at}}},
            {"expires_at", m.expires_at},
            {"heartbeat_s", m.heartbeat_s},
            {"deadline", m.deadline}};
}

json::Json to_json(const HeartbeatRequest& m) {
    json::Json document{{"request_id", m.request_id},
                        {"phase", model::to_string(m.phase)},
                        {"block", m.block},
                        {"progress", m.progress}};
    if (m.eta_s) document["eta_s"] = *m.eta_s;
    if (m.draining) document["state"] = "draining";
    return document;
}

json::Json to_json(const HeartbeatAnswer& m) {
    return {{"expires_at", m.expires_at}, {"cancel", m.cancel ? json::Json(*m.cancel) : json::Json()}};
}

json::Json to_json(const FinishRequest& m) {
    return {{"request_id", m.request_id},
            {"outcome", m.outcome},
            {"phase", model::to_string(m.phase)},
            {"reason", m.reason},
            {"infrastructure", m.infrastructure},
            {"manifest", m.manifest},
            {"signature", m.signature}};
}

json::Json to_json(const FinishAnswer& m) {
    return {{"used", m.used}};
}
json::Json to_json(const ReleaseRequest& m) {
    return {{"request_id", m.request_id}, {"reason", m.reason}};
}
json::Json to_json(const ErrorAnswer& m) {
    return {{"error", m.error}, {"message", m.message}};
}

Read<RegisterRequest> read_register_request(const json::Json& document) {
    Fields f(document);
    RegisterRequest m;
    m.request_id = f.text("request_id");
    m.join_token = f.text("join_token");
    m.name = f.text_or("name", "");
    m.labels = f.texts("labels", max_labels);
    m.public_key = f.text("public_key");
    m.version = f.text_or("version", "");
    m.protocol = f.whole("protocol", 0, most);
    return f.done(std::move(m));
}

Read<RegisterAnswer> read_register_answer(const json::Json& document) {
    Fields f(document);
    RegisterAnswer m;
    m.runner = f.text("runner");
    m.name = f.text_or("name", "");
    m.token = f.text("token");
    m.heartbeat_s = f.whole_or("heartbeat_s", m.heartbeat_s, 0, most);
    m.lease_ttl_s = f.whole_or("lease_ttl_s", m.lease_ttl_s, 0, most);
    m.wait_s = f.whole_or("wait_s", m.wait_s, 0, most);
    m.protocol_min = f.whole_or("protocol_min", m.protocol_min, 0, most);
    m.protocol_max = f.whole_or("protocol_max", m.protocol_max, 0, most);
    return f.done(std::move(m));
}

Read<LeaseRequest> read_lease_request(const json::Json& document) {
    Fields f(document);
    LeaseRequest m;
    m.request_id = f.text("request_id");
    m.boot_id = f.text("boot_id");
    m.state = f.text_or("state", "ready");
    if (m.state != "ready" && m.state != "draining" && m.state != "quarantined") f.fail("state: unknown word");
    m.labels = f.texts("labels", max_labels);
    m.facts = read_facts(f);
    m.wait_s = f.whole_or("wait_s", 0, 0, 25);
    m.protocol = f.whole_or("protocol", protocol_version, 0, most);
    m.reason = f.text_or("reason", "");
    return f.done(std::move(m));
}

Read<LeaseAnswer> read_lease_answer(const json::Json& document) {
    Fields f(document);
    LeaseAnswer m;
    m.job = f.text("job");
    m.epoch = f.integer("epoch");
    m.spec = f.take("spec", read_job_spec(f.object("spec")));
    Fields clone(f.object("clone"));
    m.clone.url = clone.text_or("url", "");
    m.clone.token = clone.text_or("token", "");
    m.clone.expires_at = clone.text_or("expires_at", "");
    if (m.clone.url.empty()) f.fail("clone.url: expected a text");
    m.expires_at = f.text("expires_at");
    m.heartbeat_s = f.whole_or("heartbeat_s", m.heartbeat_s, 1, 600);
    m.deadline = f.text("deadline");
    return f.done(std::move(m));
}

Read<HeartbeatRequest> read_heartbeat_request(const json::Json& document) {
    Fields f(document);
    HeartbeatRequest m;
    m.request_id = f.text_or("request_id", "");
    m.phase = f.word("phase", m.phase, model::job_phase_from);
    m.block = f.whole_or("block", 0, 0, most);
    m.progress = f.optional_number("progress").value_or(0);
    if (!(m.progress >= 0 && m.progress <= 1)) f.fail("progress: expected 0 to 1");
    if (auto eta = f.optional_integer("eta_s"); eta && *eta >= 0 && *eta < 10'000'000) m.eta_s = static_cast<int>(*eta);
    m.draining = f.text_or("state", "ready") == "draining";
    return f.done(std::move(m));
}

Read<HeartbeatAnswer> read_heartbeat_answer(const json::Json& document) {
    Fields f(document);
    HeartbeatAnswer m;
    m.expires_at = f.text("expires_at");
    m.cancel = f.optional_text("cancel");
    return f.done(std::move(m));
}

Read<FinishRequest> read_finish_request(const json::Json& document) {
    Fields f(document);
    FinishRequest m;
    m.request_id = f.text("request_id");
    m.outcome = f.text("outcome");
    if (m.outcome != "succeeded" && m.outcome != "failed" && m.outcome != "cancelled") f.fail("outcome: unknown word");
    m.phase = f.word("phase", m.phase, model::job_phase_from);
    m.reason = f.text_or("reason", "");
    m.infrastructure = f.boolean_or("infrastructure", false);
    m.manifest = f.text_or("manifest", "");
    m.signature = f.text_or("signature", "");
    return f.done(std::move(m));
}

Read<FinishAnswer> read_finish_answer(const json::Json& document) {
    Fields f(document);
    return f.done(FinishAnswer{f.boolean_or("used", false)});
}

Read<ReleaseRequest> read_release_request(const json::Json& document) {
    Fields f(document);
    ReleaseRequest m;
    m.request_id = f.text("request_id");
    m.reason = f.text_or("reason", "");
    return f.done(std::move(m));
}

Read<ErrorAnswer> read_error_answer(const json::Json& document) {
    Fields f(document);
    ErrorAnswer m;
    m.error = f.text("error");
    m.message = f.text_or("message", "");
    return f.done(std::move(m));
}

}  // namespace benchgate::protocol
