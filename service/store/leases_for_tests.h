#pragma once
// What the tests of leases share: jobs of one run, and the calls of two runners about them.

#include "service/store/leases.h"
#include "service/store/test_database.h"
#include "service/store/trials.h"
#include "service/store/uuid_for_tests.h"

namespace benchgate::store {

using namespace std::chrono_literals;

inline const std::string runner_a = uuid(1, 1);
inline const std::string runner_b = uuid(1, 2);

class LeasesTest : public TestDatabase {
  protected:
    NewJob job(int n) const {
        NewJob job;
        job.repository_id = 7;
        job.job_id = uuid(2, n);
        job.run_id = uuid(3, 1);
        job.suite = "micro";
        job.labels = {"bare-metal"};
        job.spec_json = "{}";
        job.timeout = 1h;
        return job;
    }
    void insert(const NewJob& job) {
        pool.transaction([&](Tx& tx) { insert_job(tx, job, start()); });
    }
    std::optional<LeaseRef> lease(const std::string& runner, Time now,
                                  const std::vector<std::string>& labels = {"bare-metal", "x86_64"}) {
        const auto row = pool.transaction(
            [&](Tx& tx) { return lease_job(tx, {.runner_id = runner, .labels = labels, .ttl = 90s, .now = now}); });
        if (!row) return std::nullopt;
        return LeaseRef{row->job.job_id, row->epoch, runner};
    }
    BeatAnswer beat(const LeaseRef& ref, Time now) {
        Beat beat;
        beat.phase = model::JobPhase::measure;
        beat.block = 2;
        beat.now = now;
        return pool.transaction([&](Tx& tx) { return heartbeat(tx, ref, beat); });
    }
    Reaped reap(Time now) {
        return pool.transaction([&](Tx& tx) { return reap_leases(tx, now); });
    }
    FinishAnswer finish(const LeaseRef& ref, Outcome outcome, bool infrastructure = false) {
        const Finish report{.outcome = outcome,
                            .infrastructure = infrastructure,
                            .phase = "measure",
                            .reason = "r\0x",
                            .manifest_json = R"({"trials": []})",
                            .signature = "sig",
                            .now = start() + 5min};
        return pool.transaction([&](Tx& tx) { return finish_job(tx, ref, report); });
    }
    TrialStored put(const LeaseRef& ref, std::int64_t number, const std::string& digest) {
        const TrialRow trial{.number = number, .digest = digest, .body_json = "{}", .created_at = start()};
        return pool.transaction([&](Tx& tx) { return put_trial(tx, ref, trial, {}).result; });
    }
    JobRow row(int n) {
        return *pool.transaction([&](Tx& tx) { return find_job(tx, uuid(2, n)); });
    }
};

}
