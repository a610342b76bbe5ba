#include "service/store/runners.h"

#include "service/store/test_database.h"

namespace benchgate::store {
namespace {

using namespace std::chrono_literals;

const std::string first_id = "00000001-0000-4000-8000-000000000001";
const std::string second_id = "00000001-0000-4000-8000-000000000002";

class RunnersTest : public TestDatabase {
  protected:
    static RunnerRow runner(const std::string& id, const std::string& token) {
        RunnerRow row;
        row.runner_id = id;
        row.name = "host-1";
        row.token_hash = token;
        row.public_key = "key of " + token;
        row.labels = {"bare-metal", "with \"quotes\", commas"};
        row.version = "0.1.0";
        row.protocol = 1;
        return row;
    }
    Seen seen(const std::string& boot) const {
        return {.boot_id = boot, .state = "ready", .labels = {"x86_64"}, .facts_json = "[]", .now = start() + 1s};
    }
};

TEST_F(RunnersTest, AJoinTokenWorksOnceForItsNameUntilItExpires) {
    pool.transaction([&](Tx& tx) {
        create_join_token(tx, "join", "host-1", start() + 1h);
        const auto redeem = [&](const std::string& hash, const RunnerRow& row, Time now) {
            return redeem_join_token(tx, hash, row, now);
        };
        EXPECT_EQ(redeem("forged", runner(first_id, "t1"), start()).error(), RedeemError::unknown);
        EXPECT_EQ(redeem("join", runner(first_id, "t1"), start() + 1h).error(), RedeemError::expired);
        RunnerRow other = runner(first_id, "t1");
        other.name = "host-2";
        EXPECT_EQ(redeem("join", other, start()).error(), RedeemError::wrong_name);
        const auto joined = redeem("join", runner(first_id, "t1"), start());
        ASSERT_TRUE(joined);
        EXPECT_EQ(joined->labels, runner(first_id, "t1").labels);
        EXPECT_EQ(redeem("join", runner(second_id, "t2"), start()).error(), RedeemError::used);

        // Set up anew under the same name: the same runner, and the old token is void.
        create_join_token(tx, "again", "host-1", start() + 1h);
        EXPECT_EQ(redeem("again", runner(second_id, "t2"), start())->runner_id, first_id);
        EXPECT_FALSE(runner_by_token_hash(tx, "t1"));
        EXPECT_EQ(runner_by_token_hash(tx, "t2")->public_key, "key of t2");
        EXPECT_EQ(list_runners(tx).size(), 1u);
        EXPECT_TRUE(delete_runner(tx, first_id));
        EXPECT_FALSE(delete_runner(tx, first_id));
    });
}

TEST(RunnerNames, AreWhatDrainAndAnAddressCanName) {
    for (const char* good : {"lab-1", "rack3.row2", "x"}) EXPECT_TRUE(is_runner_name(good)) << good;
    for (const std::string& bad : {std::string(), std::string("a b"), std::string("a/b"), std::string("caf\xc3\xa9"),
                                   std::string("a\nb"), std::string(101, 'x')})
        EXPECT_FALSE(is_runner_name(bad)) << bad;
}

TEST_F(RunnersTest, ANewerBootTakesOver) {
    pool.transaction([&](Tx& tx) {
        create_join_token(tx, "join", "host-1", start() + 1h);
        ASSERT_TRUE(redeem_join_token(tx, "join", runner(first_id, "t"), start()));
        EXPECT_EQ(runner_seen(tx, first_id, seen("boot-1")), SeenAnswer::current);
        auto newer = seen("boot-2");
        newer.protocol = 9;
        EXPECT_EQ(runner_seen(tx, first_id, newer), SeenAnswer::current);
        EXPECT_EQ(find_runner(tx, first_id)->protocol, 9) << "what asks may be newer than what registered";
        EXPECT_EQ(runner_seen(tx, first_id, seen("boot-1")), SeenAnswer::newer_boot);
        EXPECT_EQ(runner_seen(tx, first_id, seen("boot-2")), SeenAnswer::current);
        EXPECT_EQ(runner_seen(tx, second_id, seen("boot-1")), SeenAnswer::unknown);
        EXPECT_EQ(runner_seen(tx, "x", seen("boot-1")), SeenAnswer::unknown);
        const RunnerRow row = *find_runner(tx, first_id);
        EXPECT_EQ(row.boot_id, "boot-2");
        EXPECT_EQ(row.last_seen_at, start() + 1s);
        EXPECT_EQ(row.labels, std::vector<std::string>{"x86_64"});
        touch_runner(tx, first_id, start() + 1min);
        EXPECT_EQ(find_runner(tx, first_id)->last_seen_at, start() + 1min);
    });
}

TEST_F(RunnersTest, AnOperatorDrainsARunnerAndTakesItBack) {
    pool.transaction([&](Tx& tx) {
        create_join_token(tx, "join", "host-1", start() + 1h);
        ASSERT_TRUE(redeem_join_token(tx, "join", runner(first_id, "t"), start()));
        runner_seen(tx, first_id, seen("boot-1"));
        EXPECT_EQ(lock_standing(tx, first_id, "boot-1"), Standing::fit);
        EXPECT_EQ(lock_standing(tx, first_id, "boot-0"), Standing::newer_boot);
        EXPECT_EQ(lock_standing(tx, second_id, "boot-1"), Standing::unknown);

        EXPECT_FALSE(drain_runner(tx, "host-2", "", start()));
        EXPECT_TRUE(drain_runner(tx, "host-1", "new memory", start() + 1min));
        EXPECT_TRUE(drain_runner(tx, "host-1", "new memory and disk", start() + 2min));
        EXPECT_EQ(lock_standing(tx, first_id, "boot-1"), Standing::drained);
        EXPECT_EQ(runner_by_name(tx, "host-1")->drained_at, start() + 1min) << "since the first word";
        EXPECT_EQ(runner_by_name(tx, "host-1")->drain_reason, "new memory and disk");
        runner_seen(tx, first_id, seen("boot-2"));
        EXPECT_EQ(lock_standing(tx, first_id, "boot-2"), Standing::drained) << "a restart is no operator's word";
        EXPECT_TRUE(drain_runner(tx, "host-1", std::string(499, 'x') + "é", start() + 3min));
        EXPECT_EQ(runner_by_name(tx, "host-1")->drain_reason, std::string(499, 'x')) << "no half of a character";
        EXPECT_TRUE(drain_runner(tx, "host-1", "disk \xff", start() + 3min));
        EXPECT_EQ(runner_by_name(tx, "host-1")->drain_reason, "disk \uFFFD");
        EXPECT_TRUE(resume_runner(tx, "host-1"));
        EXPECT_FALSE(resume_runner(tx, "host-2"));
        EXPECT_EQ(lock_standing(tx, first_id, "boot-2"), Standing::fit);
    });
}

TEST_F(RunnersTest, ARunnerTellsWhyItsHostIsNotFitAndResumingDoesNotOverruleIt) {
    pool.transaction([&](Tx& tx) {
        create_join_token(tx, "join", "host-1", start() + 1h);
        ASSERT_TRUE(redeem_join_token(tx, "join", runner(first_id, "t"), start()));
        auto unfit = seen("boot-1");
        unfit.state = "quarantined";
        unfit.reason = "32 % slower than it used to be";
        runner_seen(tx, first_id, unfit);
        EXPECT_EQ(find_runner(tx, first_id)->reason, unfit.reason);
        resume_runner(tx, "host-1");
        EXPECT_EQ(find_runner(tx, first_id)->state, "quarantined");
        runner_seen(tx, first_id, seen("boot-1"));
        EXPECT_EQ(find_runner(tx, first_id)->state, "ready");
        EXPECT_EQ(find_runner(tx, first_id)->reason, "");
    });
}

TEST_F(RunnersTest, ARepeatedRequestGetsTheKeptAnswer) {
    pool.transaction([&](Tx& tx) {
        EXPECT_FALSE(find_answer(tx, first_id, "r1", start()));
        keep_answer(tx, first_id, "r1", R"({"job": 1})", start() + 1min);
        keep_answer(tx, first_id, "r1", R"({"job": 2})", start() + 1h);
        EXPECT_EQ(find_answer(tx, first_id, "r1", start()), R"({"job": 2})") << "the first had become void";
        EXPECT_FALSE(find_answer(tx, second_id, "r1", start())) << "of another runner";
        EXPECT_FALSE(find_answer(tx, first_id, "r1", start() + 1h)) << "expired";
        EXPECT_EQ(prune_answers(tx, start() + 1h), 1u);
    });
}

}
}
