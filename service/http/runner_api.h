#pragma once
// /runner/v1: the service's end of the runner protocol (docs/runner-protocol.md). Each call authenticates, checks its
// bounds and becomes one transaction of the store, which owns the rules of leases. One file a resource:
// runner_register, runner_leases, runner_lease_calls (heartbeat, finish, release), runner_uploads (log, trials,
// artifacts).
#include <chrono>
#include <functional>
#include <string>

#include <tl/expected.hpp>

#include "core/protocol/messages.h"
#include "platform/clock.h"
#include "service/http/edge.h"
#include "service/http/waiting_runners.h"
#include "service/store/pool.h"

namespace benchgate::http {

// What the service tells runners to keep to.
struct RunnerTimes {
    std::chrono::seconds lease_ttl{90};
    std::chrono::seconds heartbeat{15};
    std::chrono::seconds longest_wait{25};
    std::chrono::milliseconds recheck{5'000};  // whether the peer of a waiting request is still there
    std::chrono::seconds answers_kept{3'600};  // for repeated request ids
    std::chrono::seconds rest{30};             // of a job whose repository cannot be reached; others go first
};

// Why a repository cannot be cloned now, in one line for people.
struct NoClone {
    std::string reason;
    bool final = false;  // the App has lost the repository: waiting does not help
};

struct RunnerApi {
    store::Pool& pool;
    const platform::Clock& clock;
    WaitingRunners& waiting;
    // An address and a short-lived token that can read this one repository. By its id: the name that the job was made
    // with may be another repository's by now.
    std::function<tl::expected<protocol::CloneAccess, NoClone>(std::int64_t repository_id)> clone_access;
    RunnerTimes times;
};

// The body limits that its paths need.
std::vector<BodyLimit> runner_body_limits();

// All endpoints. What `api` refers to must outlive the edge.
void serve_runner_api(Edge& edge, const RunnerApi& api);

}
