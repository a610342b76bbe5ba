#pragma once
// The requests and answers of /runner/v1, one struct each, and their JSON. Both ends use this file, so that they
// cannot drift apart. Endpoints, states and failure rules: docs/runner-protocol.md. Who retries what: retry.h of the
// agent. Reading tolerates unknown fields and refuses missing or ill-typed ones by name.

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/json/json.h"
#include "core/model/bundle.h"
#include "core/model/config.h"
#include "core/model/host.h"
#include "core/model/questions.h"
#include "core/model/run.h"

namespace benchgate::protocol {

/// 2: JobSpec::measure_identical. 3: JobSpec::profile. 4: JobSpec::confirm. 5: Suite::fetch, Suite::load, and
/// placeholders of the run command. 6: Suite::link_orders. An older runner gets every other job.
inline constexpr int protocol_version = 6;
inline constexpr int protocol_min = 1;
inline constexpr int protocol_max = 6;

/// Bounds that both ends keep.
inline constexpr std::size_t log_chunk_bytes = 256u << 10;
inline constexpr std::size_t log_total_bytes = 25u << 20;
inline constexpr std::size_t trial_bytes = 16u << 20;
inline constexpr std::size_t artifact_bytes = 64u << 20;
inline constexpr int max_labels = 32;

/// Artifacts of a job that profiles: folded stacks, whose digests stand in the manifest.
inline constexpr const char* base_profile_name = "base.folded";
inline constexpr const char* head_profile_name = "head.folded";

/// What was wrong with a message, e.g. "labels: expected a list of texts".
struct MessageError {
    std::string message;
};
template <class T>
using Read = tl::expected<T, MessageError>;

struct RegisterRequest {
    std::string request_id;
    std::string join_token;
    std::string name;  ///< empty: the name that the join token was made for
    std::vector<std::string> labels;
    std::string public_key;  ///< PEM, Ed25519
    std::string version;
    int protocol = protocol_version;
};

struct RegisterAnswer {
    std::string runner;
    std::string name;
    std::string token;
    int heartbeat_s = 15;
    int lease_ttl_s = 90;
    int wait_s = 25;
    int protocol_min = protocol::protocol_min;
    int protocol_max = protocol::protocol_max;
};

struct LeaseRequest {
    std::string request_id;
    std::string boot_id;
    std::string state = "ready";  ///< ready, draining, quarantined
    std::vector<std::string> labels;
    std::vector<model::HostFact> facts;
    int wait_s = 25;
    int protocol = protocol_version;
    std::string reason{};  ///< of a state that is not ready, for people
};

/// One commit to check out: the refs are fetched, then the sha must be among what came.
struct Checkout {
    std::string sha;
    std::vector<std::string> refs;  ///< e.g. refs/heads/main, refs/pull/7/head
    bool operator==(const Checkout&) const = default;
};

/// What a job asks of its runner.
struct JobSpec {
    std::string repository;  ///< owner/name
    std::optional<std::int64_t> pull_request;
    Checkout base;
    Checkout head;
    bool merge_base =
        false;  ///< true: base is the merge-base of the two commits, computed by the runner from its mirror
    model::Suite suite;
    model::Experiment experiment;
    std::string only;  ///< glob of benchmarks to measure; empty: all
    /// Equal artifacts are measured all the same: what a calibration is for.
    bool measure_identical = false;
    /// Benchmark of which a profile is taken; nothing is measured then. Empty: none.
    std::string profile{};
    /// Asked besides the verdicts, or instead of them. An older runner passes over them and measures what the verdicts
    /// need: what that does not decide is "not shown", so no job waits for a newer one.
    model::Questions questions{};
    /// What another host of the class alarmed on: nothing else is measured and judged. Empty: everything is.
    std::vector<model::SeriesKey> confirm{};
    bool operator==(const JobSpec&) const = default;
};

/// The least version that a runner must speak to be given this job: an older one would leave out what it does not know.
int protocol_for(const JobSpec& spec);

struct CloneAccess {
    std::string url;
    std::string token;  ///< read-only, one repository; memory only
    std::string expires_at;
};

struct LeaseAnswer {
    std::string job;
    std::int64_t epoch = 0;
    JobSpec spec;
    CloneAccess clone;
    std::string expires_at;
    std::string deadline;
    int heartbeat_s = 15;  ///< for this lease; a runner that joined long ago knows no other figure
};

struct HeartbeatRequest {
    std::string request_id;
    model::JobPhase phase = model::JobPhase::fetch;
    int block = 0;
    double progress = 0;  ///< 0..1
    std::optional<int> eta_s;
    bool draining = false;  ///< its process was told to end, and does so after this job
};

struct HeartbeatAnswer {
    std::string expires_at;
    std::optional<std::string> cancel;  ///< user, superseded, deadline
};

struct FinishRequest {
    std::string request_id;
    std::string outcome;  ///< succeeded, failed, cancelled
    model::JobPhase phase = model::JobPhase::upload;
    std::string reason;           ///< one line for people; empty when succeeded
    bool infrastructure = false;  ///< failed for the host's reasons: may be tried again
    std::string
        manifest;  ///< the exact bytes that were signed (manifest_of in bundle_json.h); empty when nothing was measured
    std::string signature;  ///< base64 Ed25519 over the manifest's bytes
};

struct FinishAnswer {
    bool used = false;
};

struct ReleaseRequest {
    std::string request_id;
    std::string reason;
};

struct ErrorAnswer {
    std::string error;    ///< stable code: stale_epoch, gone, newer_boot, differs, ...
    std::string message;  ///< for people
};

json::Json to_json(const RegisterRequest&);
json::Json to_json(const RegisterAnswer&);
json::Json to_json(const LeaseRequest&);
json::Json to_json(const LeaseAnswer&);
json::Json to_json(const HeartbeatRequest&);
json::Json to_json(const HeartbeatAnswer&);
json::Json to_json(const FinishRequest&);
json::Json to_json(const FinishAnswer&);
json::Json to_json(const ReleaseRequest&);
json::Json to_json(const ErrorAnswer&);

Read<RegisterRequest> read_register_request(const json::Json&);
Read<RegisterAnswer> read_register_answer(const json::Json&);
Read<LeaseRequest> read_lease_request(const json::Json&);
Read<LeaseAnswer> read_lease_answer(const json::Json&);
Read<HeartbeatRequest> read_heartbeat_request(const json::Json&);
Read<HeartbeatAnswer> read_heartbeat_answer(const json::Json&);
Read<FinishRequest> read_finish_request(const json::Json&);
Read<FinishAnswer> read_finish_answer(const json::Json&);
Read<ReleaseRequest> read_release_request(const json::Json&);
Read<ErrorAnswer> read_error_answer(const json::Json&);

}  // namespace benchgate::protocol
