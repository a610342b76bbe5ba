#include "service/store/leases_for_tests.h"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "service/store/bundles.h"
#include "service/store/job_logs.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/trials.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;
using model::JobState;

TEST_F(LeasesTest, AJobGoesToARunnerThatSpeaksItsProtocol) {
    auto demanding = job(1);
    demanding.protocol = 2;
    insert(demanding);
    insert(job(2));
    const auto next = [&](int protocol) {
        return pool.transaction([&](Tx& tx) {
            const auto row = lease_job(tx, {runner_a, {"bare-metal"}, 90s, start(), protocol});
            return row ? row->job.job_id : "none";
        });
    };
    EXPECT_EQ(next(1), uuid(2, 2)) << "an older runner passes over what it does not understand";
    EXPECT_EQ(next(1), "none");
    EXPECT_EQ(next(2), uuid(2, 1));
}

TEST_F(LeasesTest, HighestPriorityFirstThenOldestAndOnlyWithAllLabels) {
    NewJob urgent = job(3);
    urgent.priority = 10;
    NewJob foreign = job(4);
    foreign.priority = 99;
    foreign.labels = {"bare-metal", "arm64"};
    for (const NewJob& each : {job(1), job(2), urgent, foreign}) insert(each);
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(queue_position(tx, uuid(2, 2), start()), 3);
        EXPECT_EQ(queue_position(tx, uuid(2, 4), start()), 0);
        EXPECT_EQ(queue_position(tx, "not a uuid", start()), std::nullopt);
        EXPECT_EQ(job_counts(tx).queued, 4);
    });
    EXPECT_EQ(lease(runner_a, start())->job_id, uuid(2, 3));
    EXPECT_EQ(lease(runner_a, start())->job_id, uuid(2, 1));
    EXPECT_EQ(lease(runner_a, start(), {"x86_64"}), std::nullopt);
    EXPECT_EQ(lease(runner_a, start())->job_id, uuid(2, 2));
    EXPECT_EQ(lease(runner_a, start()), std::nullopt);
    EXPECT_EQ(lease(runner_b, start(), {"arm64", "bare-metal"})->job_id, uuid(2, 4));
    const JobRow leased = row(1);
    EXPECT_EQ(leased.state, JobState::leased);
    EXPECT_EQ(leased.epoch, 1);
    EXPECT_EQ(leased.runner_id, runner_a);
    EXPECT_EQ(leased.lease_expires_at, start() + 90s);
    EXPECT_EQ(leased.deadline, start() + 1h);
    EXPECT_EQ(leased.job.labels, std::vector<std::string>{"bare-metal"});
}

TEST_F(LeasesTest, SoftWishesHoldForAWhileOnly) {
    NewJob confirmation = job(1);
    confirmation.avoid_runner_id = runner_a;
    confirmation.avoid_until = start() + 60s;
    insert(confirmation);
    NewJob series = job(2);
    series.prefer_runner_id = runner_b;
    series.prefer_until = start() + 120s;
    insert(series);
    EXPECT_EQ(lease(runner_a, start() + 59s), std::nullopt);
    EXPECT_EQ(lease(runner_a, start() + 60s)->job_id, uuid(2, 1));
    EXPECT_EQ(lease(runner_a, start() + 119s), std::nullopt);
    EXPECT_EQ(lease(runner_b, start() + 119s)->job_id, uuid(2, 2));
}

TEST_F(LeasesTest, AConfirmationIsForAnotherHostOnlyAndGivenUpInTime) {
    NewJob confirmation = job(1);
    confirmation.confirms_job_id = uuid(2, 9);
    confirmation.avoid_runner_id = runner_a;
    confirmation.take_by = start() + 20min;
    insert(confirmation);
    EXPECT_EQ(lease(runner_a, start() + 24h), std::nullopt) << "the host that alarmed is no second one";
    const LeaseRef other = *lease(runner_b, start() + 1min);
    EXPECT_EQ(row(1).job.confirms_job_id, confirmation.confirms_job_id);
    EXPECT_EQ(row(1).job.take_by, confirmation.take_by);

    EXPECT_TRUE(reap(start() + 2min).untaken.empty());
    beat(other, start() + 19min);
    EXPECT_TRUE(reap(start() + 20min).untaken.empty()) << "it was taken in time, and is measured";
    EXPECT_EQ(reap(start() + 21min).untaken, std::vector<std::string>{uuid(2, 1)}) << "lost, and too late to try again";
    EXPECT_EQ(row(1).state, JobState::failed);
    EXPECT_NE(row(1).outcome_json->find("it was lost, and no other host took it again within 20 minutes"),
              std::string::npos)
        << *row(1).outcome_json;

    NewJob lonely = job(2);
    lonely.avoid_runner_id = runner_a;
    lonely.take_by = start() + 20min;
    insert(lonely);
    insert(job(3));
    EXPECT_TRUE(reap(start() + 20min - 1s).untaken.empty());
    EXPECT_EQ(reap(start() + 20min).untaken, std::vector<std::string>{uuid(2, 2)});
    EXPECT_NE(row(2).outcome_json->find("no other host took it within 20 minutes"), std::string::npos);
    EXPECT_EQ(row(3).state, JobState::queued) << "any other job waits";
}

TEST_F(LeasesTest, ASecondHostThatFailsNeverHandsItsJobToTheFirst) {
    NewJob confirmation = job(1);
    confirmation.avoid_runner_id = runner_a;
    insert(confirmation);
    const LeaseRef other = *lease(runner_b, start());
    pool.transaction([&](Tx& tx) {
        Finish finish;
        finish.infrastructure = true;
        finish.manifest_json = "{}";
        finish.now = start() + 1s;
        EXPECT_TRUE(finish_job(tx, other, finish).requeued);
    });
    EXPECT_EQ(lease(runner_a, start() + 1h), std::nullopt);
    EXPECT_TRUE(lease(runner_b, start() + 1h));
}

TEST_F(LeasesTest, SixThousandLeasesAreDistinct) {
    constexpr int count = 6'000;
    pool.transaction([&](Tx& tx) {
        for (int n = 0; n < count; ++n) insert_job(tx, job(n), start());
    });
    std::mutex mutex;
    std::set<std::string> leased;
    std::atomic<int> leases{0};
    {
        std::vector<std::jthread> runners;
        for (int r = 0; r < 4; ++r)
            runners.emplace_back([&, r] {
                while (const auto ref = lease(uuid(1, r), start())) {
                    ++leases;
                    EXPECT_EQ(ref->epoch, 1);
                    const std::lock_guard lock(mutex);
                    leased.insert(ref->job_id);
                }
            });
    }
    EXPECT_EQ(leases, count);
    EXPECT_EQ(leased.size(), static_cast<std::size_t>(count));
}

TEST_F(LeasesTest, AHeartbeatRunsTheJobAndProlongsTheLease) {
    insert(job(1));
    const LeaseRef ref = *lease(runner_a, start());
    const BeatAnswer answer = beat(ref, start() + 15s);
    EXPECT_EQ(answer.fence, Fence::current);
    EXPECT_EQ(answer.expires_at, start() + 105s);
    EXPECT_EQ(answer.cancel, std::nullopt);
    EXPECT_EQ(row(1).state, JobState::running);
    EXPECT_EQ(row(1).phase, "measure");
    EXPECT_EQ(row(1).block, 2);
    EXPECT_EQ(beat({ref.job_id, 1, runner_b}, start()).fence, Fence::gone) << "another runner's lease";
    EXPECT_EQ(beat({ref.job_id, 2, runner_a}, start()).fence, Fence::gone) << "a lease that never was";
    EXPECT_EQ(beat({uuid(2, 99), 1, runner_a}, start()).fence, Fence::gone);
    EXPECT_EQ(beat({"'; drop table jobs", 1, runner_a}, start()).fence, Fence::gone);
}

TEST_F(LeasesTest, ALeaseWithoutHeartbeatIsLostAndTheNextEpochFencesTheOldOne) {
    insert(job(1));
    const LeaseRef old = *lease(runner_a, start());
    EXPECT_EQ(put(old, 0, "d0"), TrialStored::stored);
    EXPECT_TRUE(reap(start() + 89s).requeued.empty());
    EXPECT_EQ(reap(start() + 90s).requeued, std::vector<std::string>{uuid(2, 1)});
    EXPECT_EQ(row(1).attempts, 1);
    const LeaseRef next = *lease(runner_b, start() + 91s);
    EXPECT_EQ(next.epoch, 2);

    EXPECT_EQ(beat(old, start() + 92s).fence, Fence::stale_epoch);
    EXPECT_EQ(put(old, 1, "d1"), TrialStored::refused);
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(append_log(tx, old, 0, "late", start()).fence, Fence::stale_epoch);
        EXPECT_EQ(put_artifact(tx, old, {"a", "s", "b", 1}, start()).fence, Fence::stale_epoch);
        EXPECT_EQ(release_job(tx, old, start()), Fence::stale_epoch);
    });
    EXPECT_FALSE(finish(old, Outcome::succeeded).used);
    EXPECT_EQ(row(1).state, JobState::leased) << "a stale finish changes nothing";

    EXPECT_TRUE(finish(next, Outcome::succeeded).used);
    EXPECT_EQ(row(1).state, JobState::succeeded);
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(used_bundle(tx, uuid(2, 1))->epoch, 2);
        const auto bundles = list_bundles(tx, uuid(2, 1));
        ASSERT_EQ(bundles.size(), 2u);
        EXPECT_FALSE(bundles[0].used);
        EXPECT_EQ(bundles[0].runner_id, runner_a);
        EXPECT_TRUE(list_trials(tx, uuid(2, 1), 2).empty()) << "the next runner starts from the first block";
    });
}

TEST_F(LeasesTest, AnExpiredLeaseWithoutNewerEpochIsRevived) {
    insert(job(1));
    const LeaseRef ref = *lease(runner_a, start());
    reap(start() + 2min);
    EXPECT_EQ(row(1).state, JobState::queued);
    // Trials and logs are taken before and after the revival.
    EXPECT_EQ(put(ref, 0, "d0"), TrialStored::stored);
    EXPECT_EQ(beat(ref, start() + 3min).fence, Fence::current);
    EXPECT_EQ(row(1).state, JobState::running);
    EXPECT_EQ(row(1).attempts, 0) << "the attempt is given back";
    EXPECT_EQ(lease(runner_b, start() + 3min), std::nullopt);
    EXPECT_EQ(put(ref, 1, "d1"), TrialStored::stored);

    reap(start() + 10min);
    EXPECT_TRUE(finish(ref, Outcome::succeeded).used) << "finish is accepted too";
    EXPECT_EQ(lease(runner_b, start() + 10min), std::nullopt);
}

TEST_F(LeasesTest, AfterThreeLostLeasesTheJobHasFailed) {
    insert(job(1));
    Time now = start();
    LeaseRef ref;
    for (int attempt = 1; attempt <= 3; ++attempt) {
        ref = *lease(runner_a, now);
        now += 2min;
        const Reaped reaped = reap(now);
        EXPECT_EQ(reaped.requeued.size(), attempt < 3 ? 1u : 0u);
        EXPECT_EQ(reaped.failed.size(), attempt < 3 ? 0u : 1u);
    }
    EXPECT_EQ(row(1).state, JobState::failed);
    EXPECT_EQ(row(1).attempts, 3);
    EXPECT_NE(row(1).outcome_json->find("fell silent; attempts used: 3"), std::string::npos);
    EXPECT_EQ(beat(ref, now).fence, Fence::gone);
    EXPECT_EQ(lease(runner_a, now), std::nullopt);
    pool.transaction([&](Tx& tx) { EXPECT_EQ(claim_unjudged_job(tx)->job.job_id, uuid(2, 1)); });
}

TEST_F(LeasesTest, NoHeartbeatMovesTheHardDeadline) {
    NewJob small = job(1);
    small.timeout = 100s;
    insert(small);
    const LeaseRef ref = *lease(runner_a, start());
    EXPECT_EQ(beat(ref, start() + 95s).expires_at, start() + 100s + deadline_grace);
    const BeatAnswer late = beat(ref, start() + 101s);
    EXPECT_EQ(late.fence, Fence::current);
    EXPECT_EQ(late.cancel, "deadline");
    EXPECT_EQ(row(1).deadline, start() + 100s);
    EXPECT_EQ(reap(start() + 159s).past_deadline.size(), 0u);
    EXPECT_EQ(reap(start() + 160s).past_deadline, std::vector<std::string>{uuid(2, 1)});
    EXPECT_EQ(row(1).state, JobState::failed);
    EXPECT_EQ(beat(ref, start() + 161s).fence, Fence::gone);
    EXPECT_FALSE(finish(ref, Outcome::succeeded).used);
}

TEST_F(LeasesTest, FinishIsRepeatableAndBelongsToItsRunner) {
    insert(job(1));
    const LeaseRef ref = *lease(runner_a, start());
    EXPECT_FALSE(finish({ref.job_id, 1, runner_b}, Outcome::succeeded).used);
    EXPECT_FALSE(finish({ref.job_id, 2, runner_a}, Outcome::succeeded).used);
    EXPECT_FALSE(finish({ref.job_id, 0, runner_a}, Outcome::succeeded).used);
    EXPECT_FALSE(finish({uuid(2, 99), 1, runner_a}, Outcome::succeeded).used);
    EXPECT_EQ(row(1).state, JobState::leased);
    EXPECT_TRUE(finish(ref, Outcome::failed).used);
    EXPECT_TRUE(finish(ref, Outcome::succeeded).used) << "the first answer again";
    EXPECT_EQ(row(1).state, JobState::failed) << "a failed benchmark is final";
    EXPECT_EQ(row(1).attempts, 0);
    EXPECT_EQ(put(ref, 0, "d"), TrialStored::refused);
    pool.transaction([&](Tx& tx) {
        EXPECT_EQ(list_bundles(tx, ref.job_id).size(), 1u);
        const auto job = claim_unjudged_job(tx);
        ASSERT_TRUE(job);
        mark_job_judged(tx, job->job.job_id, start());
        EXPECT_FALSE(claim_unjudged_job(tx));
    });
}

TEST_F(LeasesTest, InfrastructureFailuresAreRetriedAndThoseOfThreeJobsQuarantineTheRunner) {
    pool.transaction([&](Tx& tx) {
        create_join_token(tx, "h", "host", start() + 1h);
        RunnerRow runner{.runner_id = runner_a, .name = "host", .token_hash = "t", .public_key = "k", .labels = {}};
        EXPECT_TRUE(redeem_join_token(tx, "h", runner, start()));
    });
    const Time rested = start() + 5min + retry_elsewhere;
    insert(job(1));
    for (int attempt = 1; attempt <= 3; ++attempt) {
        const LeaseRef ref = *lease(runner_a, rested);
        const FinishAnswer answer = finish(ref, Outcome::failed, true);
        EXPECT_EQ(answer.requeued, attempt < 3);
        EXPECT_EQ(answer.used, attempt == 3);
        if (attempt < 3) {
            EXPECT_EQ(beat(ref, start()).fence, Fence::gone) << "given up by its own runner";
        }
    }
    EXPECT_EQ(row(1).state, JobState::failed);
    EXPECT_EQ(row(1).attempts, 3);
    const auto state = [&] { return pool.transaction([](Tx& tx) { return find_runner(tx, runner_a)->state; }); };
    EXPECT_EQ(state(), "ready") << "one job takes no host out of service";
    for (const int n : {2, 3}) {
        insert(job(n));
        for (int attempt = 1; attempt <= 3; ++attempt) finish(*lease(runner_a, rested), Outcome::failed, true);
    }
    EXPECT_EQ(state(), "quarantined");
    pool.transaction([&](Tx& tx) {
        const std::string reason = find_runner(tx, runner_a)->reason;
        EXPECT_NE(reason.find("three jobs in a row failed for the host's reasons; the last one: "), std::string::npos)
            << reason;
        EXPECT_EQ(lock_standing(tx, runner_a, ""), Standing::quarantined);
        resume_runner(tx, "host");
        EXPECT_EQ(lock_standing(tx, runner_a, ""), Standing::fit) << "the operator has repaired it";
        EXPECT_EQ(find_runner(tx, runner_a)->reason, "");
    });
}

TEST_F(LeasesTest, AHostThatCannotWorkDoesNotSwallowTheJobBeforeAnotherOneGetsIt) {
    insert(job(1));
    finish(*lease(runner_a, start()), Outcome::failed, true);
    const Time failed = start() + 5min;
    EXPECT_EQ(lease(runner_a, failed + 1s), std::nullopt);
    EXPECT_EQ(lease(runner_b, failed + 1s)->job_id, uuid(2, 1));
    finish({uuid(2, 1), 2, runner_b}, Outcome::failed, true);
    EXPECT_EQ(lease(runner_a, failed + 2s)->epoch, 3) << "the one that failed last goes last";
}

TEST_F(LeasesTest, AJobThatIsGivenBackAndTakenAgainCannotFillTheDisk) {
    insert(job(1));
    const auto charge = [&](std::int64_t bytes) {
        return pool.transaction([&](Tx& tx) { return charge_upload(tx, uuid(2, 1), bytes); });
    };
    for (int i = 0; i < 3; ++i) {
        const LeaseRef ref = *lease(runner_a, start());
        EXPECT_TRUE(charge(max_upload_bytes / 3));
        pool.transaction([&](Tx& tx) { EXPECT_EQ(release_job(tx, ref, start()), Fence::current); });
    }
    const LeaseRef ref = *lease(runner_a, start());
    EXPECT_FALSE(charge(max_upload_bytes / 3));
    // A runner that falls silent and comes back gets no new room either.
    reap(start() + 91s);
    EXPECT_EQ(beat(ref, start() + 92s).fence, Fence::current);
    EXPECT_FALSE(charge(max_upload_bytes / 3));
    finish(ref, Outcome::failed, true);
    lease(runner_b, start() + 6min);
    EXPECT_TRUE(charge(max_upload_bytes)) << "the next attempt may store as much as the first";
}

TEST_F(LeasesTest, ReleaseQueuesAgainUntilTheFirstTrial) {
    insert(job(1));
    const LeaseRef first = *lease(runner_a, start());
    pool.transaction([&](Tx& tx) { EXPECT_EQ(release_job(tx, first, start()), Fence::current); });
    EXPECT_EQ(row(1).attempts, 0);
    EXPECT_EQ(beat(first, start()).fence, Fence::gone);
    const LeaseRef second = *lease(runner_b, start());
    EXPECT_EQ(second.epoch, 2);
    put(second, 0, "d0");
    pool.transaction([&](Tx& tx) { EXPECT_EQ(release_job(tx, second, start()), Fence::gone); });
    EXPECT_EQ(row(1).state, JobState::leased);
}

}
}
