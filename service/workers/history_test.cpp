#include "service/workers/history.h"

#include <gtest/gtest.h>

#include "service/workers/pushes_for_tests.h"

namespace benchgate::workers {
namespace {

class TakingUp : public PushesTest {
  protected:
    void take_up_all() {
        for (int i = 0; i < 200 && step(); ++i) {
        }
    }
    std::vector<double> values() {
        std::vector<double> list;
        for (const auto& point : points())
            if (point.stored.place) list.push_back(point.stored.value.value_or(-1));
        return list;
    }
};

using Values = std::vector<double>;

TEST_F(TakingUp, PushesBecomePointsInMainsOrder) {
    main = {0, 1, 2, 3};
    push({2, 3, 102, 103});
    push({0, 1, 100, 101});
    push({1, 2, 101, 102});
    take_up_all();
    EXPECT_EQ(values(), (Values{101, 102, 103}));
    EXPECT_EQ(walks, 1) << "git is asked once for what it says at once";
    EXPECT_EQ(points().at(1).stored.base_value, 101);
    EXPECT_EQ(points().at(1).stored.host, "anvil");
    EXPECT_FALSE(step());
}

TEST_F(TakingUp, WithoutGitTheJobsWaitAndThenTheirPointsDo) {
    git_is_away = true;
    push({0, 1, 100, 101});
    EXPECT_TRUE(step());
    EXPECT_FALSE(step()) << "not at once again";
    EXPECT_TRUE(points().empty());
    for (int i = 0; i < 30; ++i, passed += std::chrono::seconds(11)) step();
    ASSERT_EQ(points().size(), 1u) << "kept, though it has no place yet";
    EXPECT_FALSE(points()[0].stored.place);
    git_is_away = false;
    push({1, 2, 101, 102});
    take_up_all();
    EXPECT_EQ(values(), (Values{101, 102}));
}

TEST_F(TakingUp, ARewrittenMainForgetsPlacesAndNoMeasurement) {
    push({0, 1});
    push({1, 2, 100, 200});
    take_up_all();
    main = {0, 1, 7};
    push({1, 7, 100, 107});
    take_up_all();
    EXPECT_EQ(values(), (Values{100, 107}));
    EXPECT_EQ(points().size(), 3u);
}

TEST_F(TakingUp, WhatCouldNotBeUsedIsWrittenDownWithItsReason) {
    push({0, 1});
    push({1, 2, 100, 100, true});
    push({2, 3, 100, 100, false, true});
    take_up_all();
    EXPECT_EQ(values(), (Values{100}));
    store::HistoryJob like;
    like.repository_id = 1;
    like.suite = "micro";
    const auto jobs =
        pool.transaction([&](store::Tx& tx) { return store::history_jobs_between(tx, like, sha(0), sha(3), 10); });
    ASSERT_EQ(jobs.size(), 3u);
    EXPECT_EQ(jobs[0].outcome, "measured");
    EXPECT_EQ(jobs[1].outcome, "identical");
    EXPECT_EQ(jobs[2].outcome, "unusable");
    EXPECT_EQ(jobs[2].reason, "trial 0 is not the one that was signed");
}

TEST_F(TakingUp, TheSamePointsAreMadeAgainFromTheBundles) {
    for (int i = 1; i <= 5; ++i) push({i - 1, i, 99.0 + i, 100.0 + i});
    take_up_all();
    const auto before = values();
    pool.transaction([&](store::Tx& tx) { store::rebuild_history(tx, 1, start()); });
    take_up_all();
    EXPECT_EQ(values(), before);
    EXPECT_EQ(points().size(), 5u);
}

TEST_F(TakingUp, AHostThatJoinsAgainWithAnotherKeyLeavesWhatItMeasured) {
    push({0, 1, 100, 101});
    push({1, 2, 101, 102});
    take_up_all();
    key = platform::Ed25519PrivateKey::generate();
    pool.transaction([&](store::Tx& tx) {
        store::create_join_token(tx, "again", "anvil", start() + std::chrono::hours(1));
        store::RunnerRow runner;
        runner.runner_id = platform::random_uuid();
        runner.token_hash = "another token";
        runner.public_key = key.public_key().to_pem();
        EXPECT_EQ(store::redeem_join_token(tx, "again", runner, start()).value().runner_id, runner_id);
        store::rebuild_history(tx, 1, start());
    });
    push({2, 3, 102, 103});
    take_up_all();
    EXPECT_EQ(values(), (Values{101, 102, 103}));
}

}  // namespace
}  // namespace benchgate::workers
