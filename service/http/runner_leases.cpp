// POST /runner/v1/leases: held until there is a job for this runner or its patience ends.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "service/http/runner_call.h"
#include "service/store/leases.h"

namespace benchgate::http {
namespace {

using store::JobRow;
using store::RunnerRow;

CallRefused resting(const char* message) {
    CallRefused refused(423, "quarantined", message);
    refused.retry_after_s = 60;
    return refused;
}

void check(const protocol::LeaseRequest& message) {
    check_text(message.request_id, 100, "request_id");
    check_text(message.boot_id, 100, "boot_id");
    check_labels(message.labels);
    if (message.state != "ready" && message.state != "draining" && message.state != "quarantined")
        throw CallRefused(400, "malformed", "state: ready, draining or quarantined");
}

std::string facts_json(const protocol::LeaseRequest& message) {
    json::Json facts = json::Json::array();
    for (const model::HostFact& fact : message.facts) facts.push_back(protocol::to_json(fact));
    return json::dump(facts);
}

// So that people see it where they look for runners.
void note(const RunnerApi& api, const RunnerRow& runner, const protocol::LeaseRequest& message) {
    api.pool.transaction([&](store::Tx& tx) {
        store::runner_seen(tx, runner.runner_id,
                           {message.boot_id, message.state, message.labels, facts_json(message), api.clock.now(),
                            message.protocol, message.reason});
    });
}

// One lease request on its way through the store.
class LeaseCall {
  public:
    LeaseCall(const RunnerApi& api, Edge& edge, RunnerRow runner, protocol::LeaseRequest message)
        : api_(api),
          edge_(edge),
          runner_(std::move(runner)),
          message_(std::move(message)),
          facts_(facts_json(message_)) {}

    void run(Response& response) {
        const auto until = std::chrono::steady_clock::now() +
                           std::chrono::seconds(
                               std::clamp<int>(message_.wait_s, 0, static_cast<int>(api_.times.longest_wait.count())));
        WaitingRunners::Place place(api_.waiting, {runner_.runner_id, message_.labels, message_.protocol});
        for (bool first = true;; first = false) {
            const Found found = look(first);
            if (found.job && answer(response, *found.job)) return;
            if (found.job) continue;
            if (found.may_work)
                place.has_looked();
            else
                place.stand_aside();
            if (!waits(place, until)) break;
        }
        response.status = 204;
    }

  private:
    struct Found {
        std::optional<JobRow> job;
        bool may_work = true;
    };

    // Until it is called: true. A peer that has gone takes no job any more.
    bool waits(WaitingRunners::Place& place, std::chrono::steady_clock::time_point until) const {
        for (;;) {
            const auto now = std::chrono::steady_clock::now();
            if (now >= until || message_.state != "ready" || edge_.stopping().stop_requested() ||
                !edge_.peer_is_there())
                return false;
            if (place.wait(std::min(until, now + api_.times.recheck), edge_.stopping())) return edge_.peer_is_there();
        }
    }

    bool is_held(const JobRow& job, std::int64_t epoch) const {
        return job.epoch == epoch && job.runner_id == runner_.runner_id &&
               (job.state == model::JobState::leased || job.state == model::JobState::running);
    }

    // The same request again, because its answer was lost on the way: the same lease.
    std::optional<JobRow> given_before(store::Tx& tx, store::Time now) const {
        const auto kept = store::find_answer(tx, runner_.runner_id, message_.request_id, now);
        if (!kept) return std::nullopt;
        const auto document = json::parse(*kept);
        if (!document) return std::nullopt;
        auto job = store::find_job(tx, json::text(*document, "job").value_or(""));
        if (!job || !is_held(*job, json::integer(*document, "epoch").value_or(0))) return std::nullopt;
        return job;
    }

    // What the runner says of itself is written down once a request.
    Found look(bool first) const {
        const store::Time now = api_.clock.now();
        return api_.pool.transaction([&](store::Tx& tx) {
            if (first)
                refuse(store::runner_seen(tx, runner_.runner_id,
                                          {message_.boot_id, message_.state, message_.labels, facts_, now,
                                           message_.protocol, message_.reason}));
            return lease(tx, now);
        });
    }

    static void refuse(store::SeenAnswer answer) {
        if (answer == store::SeenAnswer::newer_boot)
            throw CallRefused(409, "newer_boot", "a newer process of this runner has taken over");
        if (answer == store::SeenAnswer::unknown) throw CallRefused(401, "unauthorized", "this runner was removed");
    }

    // While this call waited, a newer process of the runner may have taken over, or an operator may have said a word.
    // The lock on the runner lets two calls of one request get one lease.
    Found lease(store::Tx& tx, store::Time now) const {
        const store::Standing standing = store::lock_standing(tx, runner_.runner_id, message_.boot_id);
        if (standing == store::Standing::newer_boot) refuse(store::SeenAnswer::newer_boot);
        if (standing == store::Standing::unknown) refuse(store::SeenAnswer::unknown);
        if (auto job = given_before(tx, now)) return {std::move(job)};
        const bool may_work = standing == store::Standing::fit && message_.state == "ready" && edge_.peer_is_there();
        if (!may_work) return {std::nullopt, false};
        auto job =
            store::lease_job(tx, {runner_.runner_id, message_.labels, api_.times.lease_ttl, now, message_.protocol});
        if (job)
            store::keep_answer(tx, runner_.runner_id, message_.request_id,
                               json::dump(json::Json{{"job", job->job.job_id}, {"epoch", job->epoch}}),
                               now + api_.times.answers_kept);
        return {std::move(job)};
    }

    store::LeaseRef lease_of(const JobRow& job) const { return {job.job.job_id, job.epoch, runner_.runner_id}; }

    void hand_back(const JobRow& job, std::optional<store::Time> not_before = std::nullopt) const {
        api_.pool.transaction(
            [&](store::Tx& tx) { store::release_job(tx, lease_of(job), api_.clock.now(), not_before); });
    }

    // A job whose repository is out of reach may not stand before all others at the head of the queue.
    void do_without(const JobRow& job, const std::string& repository, const NoClone& why) const {
        spdlog::warn("job {}: no access to {}: {}", job.job.job_id, repository, why.reason);
        const store::Time now = api_.clock.now();
        if (!why.final) {
            hand_back(job, now + api_.times.rest);
            CallRefused refused(503, "busy", "no clone token can be had now");
            refused.retry_after_s = 10;
            throw refused;
        }
        store::Finish finish;
        finish.phase = "fetch";
        finish.reason = "the App cannot read " + repository + " any more: " + why.reason;
        finish.manifest_json = "{}";
        finish.now = now;
        api_.pool.transaction([&](store::Tx& tx) { store::finish_job(tx, lease_of(job), finish); });
    }

    // False: the job was done without, and the next one may be tried.
    bool answer(Response& response, const JobRow& job) const {
        const auto document = json::parse(job.job.spec_json);
        const auto spec =
            document ? protocol::read_job_spec(*document) : tl::unexpected(protocol::MessageError{"not JSON"});
        if (!spec)
            throw std::runtime_error("job " + job.job.job_id + " has an unreadable spec: " + spec.error().message);
        auto clone = api_.clone_access(job.job.repository_id);
        if (!clone) {
            do_without(job, spec->repository, clone.error());
            return false;
        }
        protocol::LeaseAnswer lease{job.job.job_id,
                                    job.epoch,
                                    *spec,
                                    std::move(*clone),
                                    "",
                                    "",
                                    static_cast<int>(api_.times.heartbeat.count())};
        lease.expires_at = platform::format_utc(job.lease_expires_at.value());
        lease.deadline = platform::format_utc(job.deadline.value());
        answer_json(response, 200, to_json(lease));
        return true;
    }

    const RunnerApi& api_;
    Edge& edge_;
    RunnerRow runner_;
    protocol::LeaseRequest message_;
    std::string facts_;
};

}

void serve_leases(Edge& edge, const RunnerApi& api) {
    edge.post(
        "/runner/v1/leases", guarded([api, &edge](const Request& request, Response& response) {
            RunnerRow runner = authenticated(api, request);
            auto message = message_of(request, protocol::read_lease_request);
            check(message);
            if (!is_spoken(message.protocol)) {
                message.state = "quarantined";
                message.reason = "it speaks protocol " + std::to_string(message.protocol) +
                                 ", which this service does not: one of the two must be upgraded";
                note(api, runner, message);
                check_protocol(message.protocol);
            }
            // Whatever it says of itself: what its facts say counts.
            if (std::ranges::any_of(message.facts,
                                    [](const auto& fact) { return fact.status == model::FactStatus::fail; }))
                message.state = "quarantined";
            if (message.state == "quarantined") {
                note(api, runner, message);
                throw resting("the runner says that its host is not fit");
            }
            // A process that starts afresh is forgiven; the same one has to rest.
            if (runner.failures >= store::max_failures && runner.boot_id == message.boot_id)
                throw resting(
                    "too many infrastructure failures in a row; repair the host, then restart the runner or resume it "
                    "(benchgate-service resume NAME)");
            LeaseCall(api, edge, std::move(runner), std::move(message)).run(response);
        }));
}

}
