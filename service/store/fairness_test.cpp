// Who goes first within a priority: whoever has used the runners least lately, and the queue is told in that order.
#include "core/planning/plan.h"
#include "service/store/closing.h"
#include "service/store/leases_for_tests.h"
#include "service/store/run_for_tests.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

class FairnessTest : public LeasesTest {
  protected:
    /// Seconds of runners that all repositories have used lately.
    double used(Time now) {
        return pool.transaction([&](Tx& tx) {
            const Query shares{"test_shares", "select coalesce(sum(used_s), 0) as used from runner_shares($1)"};
            return column<double>(exec(tx, shares, now).front(), "used");
        });
    }
    /// The open run of job(n), as old as can be.
    void insert_run_of_jobs() {
        auto run = some_run(start());
        run.repository_id = 7;
        run.run_id = job(1).run_id;
        pool.transaction([&](Tx& tx) { insert_run(tx, run); });
    }
    std::vector<std::string> give_up(Time now) {
        return pool.transaction([&](Tx& tx) { return give_up_jobs(tx, start(), 24, now); });
    }
};

TEST_F(FairnessTest, WhoHasUsedTheLeastRunnerTimeLatelyGoesFirst) {
    const auto of = [&](std::int64_t repository, int n, int priority = 0) {
        NewJob made = job(n);
        made.repository_id = repository;
        made.priority = priority;
        return made;
    };
    const auto next = [&](Time now) {
        const auto ref = lease(runner_a, now);
        return ref ? row(std::stoi(ref->job_id.substr(24))).job.repository_id : 0;
    };
    // Repository 7 has queued a whole fleet's work before 8 asks for two jobs and 9 for something urgent.
    for (int n = 1; n <= 5; ++n) insert(of(7, n));
    insert(of(8, 6));
    insert(of(8, 7));
    insert(of(7, 8, 10));
    pool.transaction([&](Tx& tx) {
        std::vector<std::int64_t> order;
        for (const JobRow& open : open_jobs(tx, 10, start())) {
            EXPECT_EQ(open.ahead, static_cast<std::int64_t>(order.size()));
            EXPECT_EQ(queue_position(tx, open.job.job_id, start()), open.ahead);
            order.push_back(open.job.repository_id);
        }
        EXPECT_EQ(order, (std::vector<std::int64_t>{7, 8, 7, 8, 7, 7, 7, 7})) << "the queue is told as it will be";
    });
    std::vector<std::int64_t> leased;
    for (int i = 0; i < 8; ++i) leased.push_back(next(start()));
    EXPECT_EQ(leased, (std::vector<std::int64_t>{7, 8, 7, 8, 7, 7, 7, 7}))
        << "priority first; within one, in turns, however many jobs one repository has queued";
}

/// The values that planning gives; who comes first does not depend on who has used how much.
TEST_F(FairnessTest, APullRequestGoesBeforeAScheduleAndAScheduleBeforeACalibration) {
    const auto of = [&](std::int64_t repository, int n, int priority) {
        NewJob made = job(n);
        made.repository_id = repository;
        made.priority = priority;
        return made;
    };
    namespace priority = planning::priority;
    insert(of(9, 1, priority::calibration));
    insert(of(8, 2, priority::schedule));
    insert(of(8, 3, priority::schedule));
    insert(of(9, 4, priority::schedule));
    insert(of(7, 5, priority::push));
    insert(of(7, 6, priority::pull_request));
    pool.transaction([&](Tx& tx) {
        const Query used{"test_used_much",
                         "insert into runner_time (repository_id, used_s, as_of) values (7, 9e9, $1)"};
        exec(tx, used, start());
    });
    const std::vector<int> wanted{6, 5, 2, 4, 3, 1};
    pool.transaction([&](Tx& tx) {
        std::vector<int> told;
        for (const JobRow& open : open_jobs(tx, 10, start())) told.push_back(std::stoi(open.job.job_id.substr(24)));
        EXPECT_EQ(told, wanted) << "the queue, and expected starts with it";
    });
    std::vector<int> leased;
    while (const auto ref = lease(runner_a, start())) leased.push_back(std::stoi(ref->job_id.substr(24)));
    EXPECT_EQ(leased, wanted) << "among schedules the repository that has used less, in turns";
}

TEST_F(FairnessTest, RunnerTimeIsCountedHoweverALeaseEndsAndForgottenByHalvesInSixHours) {
    insert(job(1));
    const LeaseRef first = *lease(runner_a, start());
    EXPECT_EQ(used(start()), 60) << "a job that runs counts for a minute from its first moment";
    EXPECT_EQ(used(start() + 5min), 300);
    pool.transaction([&](Tx& tx) { EXPECT_EQ(release_job(tx, first, start() + 5min), Fence::current); });
    EXPECT_NEAR(used(start() + 5min), 300, 1);

    const LeaseRef second = *lease(runner_a, start() + 5min);
    EXPECT_NEAR(used(start() + 5min + 30s), 360, 1);
    reap(start() + 10min);
    EXPECT_NEAR(used(start() + 10min), 600, 5) << "a lost lease has taken the runner's time all the same";
    beat(second, start() + 11min);
    EXPECT_TRUE(finish(second, Outcome::succeeded).used) << "revived";
    const Time end = start() + 5min;  // the finish of these tests
    EXPECT_NEAR(used(end), 600, 5) << "and nothing is counted twice";
    EXPECT_NEAR(used(start() + 10min + 6h), 300, 5);
    EXPECT_LT(used(start() + std::chrono::days(400)), 1e-9) << "the sum of an old repository still can be read";
}

TEST_F(FairnessTest, AJobThatIsGivenUpHasUsedItsRunnerAllTheSame) {
    insert_run_of_jobs();
    insert(job(1));
    NewJob next = job(2);
    next.run_id = uuid(3, 2);
    insert(next);
    NewJob of_another = job(3);
    of_another.repository_id = 8;
    of_another.run_id = uuid(3, 3);
    insert(of_another);
    const LeaseRef held = *lease(runner_a, start() + 4h);
    ASSERT_EQ(held.job_id, uuid(2, 1));
    EXPECT_EQ(give_up(start() + 24h), std::vector{held.job_id});
    EXPECT_NEAR(used(start() + 24h), 20 * 3600, 5);
    EXPECT_FALSE(finish(held, Outcome::succeeded).used);
    EXPECT_NEAR(used(start() + 24h), 20 * 3600, 5) << "once";
    EXPECT_EQ(lease(runner_a, start() + 24h)->job_id, of_another.job_id) << "who has used nothing goes first";
}

TEST_F(FairnessTest, AJobThatIsGivenUpWhileItWaitsHasUsedWhatItsLeaseHas) {
    insert_run_of_jobs();
    insert(job(1));
    ASSERT_TRUE(lease(runner_a, start()));
    EXPECT_EQ(reap(start() + 10min).requeued.size(), 1u);
    EXPECT_EQ(give_up(start() + 24h).size(), 1u);
    EXPECT_LT(used(start() + 24h), 100) << "ten minutes, and half of them forgotten four times";
}

TEST_F(FairnessTest, TheQueueOfTenThousandJobsOfAThousandRepositoriesIsLeasedFromInMilliseconds) {
    pool.transaction([&](Tx& tx) {
        for (int n = 0; n < 10'000; ++n) {
            NewJob made = job(n);
            made.repository_id = n % 1000;
            insert_job(tx, made, start());
        }
        const Query used{"test_used", R"(insert into runner_time (repository_id, used_s, as_of)
            select id, id * 3.5, $1 from generate_series(0, 999) id)"};
        exec(tx, used, start());
    });
    const auto began = std::chrono::steady_clock::now();
    constexpr int leases = 50;
    for (int i = 0; i < leases; ++i) EXPECT_EQ(row(std::stoi(lease(runner_a, start())->job_id.substr(24))).epoch, 1);
    const auto each = (std::chrono::steady_clock::now() - began) / leases;
    EXPECT_LT(each, 500ms) << "wide enough for a loaded machine; ./run bench fleet measures";
    RecordProperty("lease_us", static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(each).count()));
}

}
}
