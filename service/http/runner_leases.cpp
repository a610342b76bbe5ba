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
    check_protocol(message.protocol);
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
        if (auto job = given_before(); job && answer(response, *job)) return;
        const auto until = std::chrono::steady_clock::now() +
                           std::chrono::seconds(
                               std::clamp<int>(message_.wait_s, 0, static_cast<int>(api_.times.longest_wait.count())));
        for (;;) {
            const std::uint64_t seen = api_.wakeups.seen();
            if (auto job = try_lease()) {
                if (answer(response, *job)) return;
                continue;
            }
            const auto now = std::chrono::steady_clock::now();
            if (now >= until || message_.state != "ready" || edge_.stopping().stop_requested() ||
                !edge_.peer_is_there())
                break;
            api_.wakeups.wait(seen, std::min(until, now + api_.times.recheck), edge_.stopping());
        }
        response.status = 204;
    }

  private:
    bool is_held(const JobRow& job, std::int64_t epoch) const {
        return job.epoch == epoch && job.runner_id == runner_.runner_id &&
               (job.state == model::JobState::leased || job.state == model::JobState::running);
    }

    std::optional<JobRow> job_of(store::Tx& tx, const std::string& kept) const {
        const auto document = json::parse(kept);
        if (!document) return std::nullopt;
        auto job = store::find_job(tx, json::text(*document, "job").value_or(""));
        if (!job || !is_held(*job, json::integer(*document, "epoch").value_or(0))) return std::nullopt;
        return job;
    }

    // The same request again, because its answer was lost on the way: the same lease.
    std::optional<JobRow> given_before() const {
        return api_.pool.transaction([&](store::Tx& tx) -> std::optional<JobRow> {
            const auto kept = store::find_answer(tx, runner_.runner_id, message_.request_id, api_.clock.now());
            return kept ? job_of(tx, *kept) : std::nullopt;
        });
    }

    // Checked at every look: while this call waited, a newer process of the runner may have taken over.
    std::optional<JobRow> try_lease() const {
        const store::Time now = api_.clock.now();
        return api_.pool.transaction([&](store::Tx& tx) -> std::optional<JobRow> {
            switch (store::runner_seen(
                tx, runner_.runner_id,
                {message_.boot_id, message_.state, message_.labels, facts_, now, message_.protocol})) {
                case store::SeenAnswer::newer_boot:
                    throw CallRefused(409, "newer_boot", "a newer process of this runner has taken over");
                case store::SeenAnswer::unknown:
                    throw CallRefused(401, "unauthorized", "this runner was removed");
                case store::SeenAnswer::current:
                    break;
            }
            if (message_.state != "ready" || !edge_.peer_is_there()) return std::nullopt;
            const auto runner = store::find_runner(tx, runner_.runner_id);
            if (!runner || runner->failures >= store::max_failures) return std::nullopt;
            return store::lease_job(tx,
                                    {runner_.runner_id, message_.labels, api_.times.lease_ttl, now, message_.protocol});
        });
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
        const json::Json mine = {{"job", job.job.job_id}, {"epoch", job.epoch}};
        const auto earlier = keep(json::dump(mine), job);
        if (earlier) return answer(response, *earlier);
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

    // Remembers the answer for repeats. If the same request won another lease meanwhile, this job goes back and that
    // one is returned.
    std::optional<JobRow> keep(const std::string& mine, const JobRow& job) const {
        const store::Time now = api_.clock.now();
        auto other = api_.pool.transaction([&](store::Tx& tx) -> std::optional<JobRow> {
            const std::string kept =
                store::keep_answer(tx, runner_.runner_id, message_.request_id, mine, now + api_.times.answers_kept);
            return kept == mine ? std::nullopt : job_of(tx, kept);
        });
        if (other && other->job.job_id == job.job.job_id) return std::nullopt;
        if (other) hand_back(job);
        return other;
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
            // Whatever it says of itself: what its facts say counts.
            if (std::ranges::any_of(message.facts,
                                    [](const auto& fact) { return fact.status == model::FactStatus::fail; }))
                message.state = "quarantined";
            if (message.state == "quarantined") {
                // So that people see it where they look for runners.
                api.pool.transaction([&](store::Tx& tx) {
                    store::runner_seen(tx, runner.runner_id,
                                       {message.boot_id, message.state, message.labels, facts_json(message),
                                        api.clock.now(), message.protocol});
                });
                throw resting("the runner says that its host is not fit");
            }
            // A process that starts afresh is forgiven; the same one has to rest.
            if (runner.failures >= store::max_failures && runner.boot_id == message.boot_id)
                throw resting("too many infrastructure failures in a row; repair the host and restart the runner");
            LeaseCall(api, edge, std::move(runner), std::move(message)).run(response);
        }));
}

}
