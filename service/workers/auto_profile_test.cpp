// A confirmed regression and its profile: real PostgreSQL, runners whose measurements and samples the test chooses.

#include "service/workers/auto_profile.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "service/store/bundles.h"
#include "service/workers/judged_pull_request_for_tests.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class AutoProfileTest : public JudgedPullRequest {
  protected:
    void sql(const std::string& statement) {
        const auto psql = store::TestCluster::instance().server().programs() / "psql";
        ASSERT_EQ(std::system((psql.string() + " \"" + url + "\" -qc \"" + statement + "\"").c_str()), 0);
    }
    std::vector<store::RunRow> profiles() {
        auto runs = pool.transaction([&](store::Tx& tx) { return store::list_runs(tx, 1, 7, 100); });
        std::erase_if(runs, [](const store::RunRow& one) { return one.kind != model::RunKind::profile; });
        return runs;
    }
    store::JobRow job_of(const store::RunRow& one) {
        return pool.transaction([&](store::Tx& tx) { return store::jobs_of_run(tx, 1, one.run_id); }).at(0);
    }
    /// The host takes the next job, which profiles, and half of the head's samples are in a function that base lacks.
    void profiles_on(const Host& host) {
        const auto leased = lease(host);
        ASSERT_TRUE(leased);
        const auto asked = protocol::read_job_spec(json::parse(leased->job.spec_json).value()).value();
        ASSERT_EQ(asked.profile, "sort");
        model::Bundle bundle;
        bundle.comparison = {asked.repository, std::string(40, 'c'), asked.head.sha};
        bundle.experiment = asked.experiment;
        bundle.stopped_by = "plan";
        bundle.runner = host.name;
        bundle.profile.emplace();
        bundle.profile->benchmark = asked.profile;
        bundle.profile->event = "cpu-clock:u";
        bundle.profile->frequency = 999;
        const std::string base = "all;main;sort 800\n", head = "all;main;sort 800\nall;main;sort;compareTwice 800\n";
        bundle.profile->base = {800, 3, platform::sha256_hex(base), ""};
        bundle.profile->head = {1600, 3, platform::sha256_hex(head), ""};
        const store::LeaseRef ref{leased->job.job_id, leased->epoch, host.id};
        pool.transaction([&](store::Tx& tx) {
            for (const auto& [name, bytes] :
                 {std::pair(protocol::base_profile_name, base), std::pair(protocol::head_profile_name, head)})
                store::put_artifact(
                    tx, ref, {name, platform::sha256_hex(bytes), bytes, static_cast<std::int64_t>(bytes.size())}, now);
            const auto manifest = protocol::manifest_of(bundle, {});
            EXPECT_TRUE(store::finish_job(tx, ref,
                                          {store::Outcome::succeeded, false, "upload", "", manifest,
                                           platform::base64_encode(host.key.sign(manifest)), now})
                            .used);
        });
        judge_all();
    }
};

TEST_F(AutoProfileTest, AConfirmedRegressionIsProfiledAndTheCommentSaysWhatGrew) {
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}, {"find", 1.1}, {"count", 1.0}}));
    EXPECT_THAT(text(said(), "comment", "markdown"), Not(HasSubstr("Where the time went")));
    const auto asked = profiles();
    ASSERT_EQ(asked.size(), 1u) << "the larger one";
    const auto job = job_of(asked[0]);
    EXPECT_LT(job.job.priority, 30) << "nobody's merge waits for it";
    EXPECT_EQ(job.job.prefer_runner_id, ash.id) << "where it was seen";

    profiles_on(ash);
    const auto told = said();
    const auto comment = text(told, "comment", "markdown");
    EXPECT_THAT(comment, HasSubstr("**Where the time went**"));
    EXPECT_THAT(comment, HasSubstr("<code>sort</code>: <code>compareTwice</code> 0.0 % → 50.0 %"));
    EXPECT_THAT(comment, HasSubstr("/octo/engine/pull/7/profile/" + asked[0].run_id));
    EXPECT_EQ(told.count("check:benchgate"), 0u) << "a profile judges nothing, and a remark above the check stays";
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_EQ(told.count("reply"), 0u) << "nobody has asked";
    EXPECT_EQ(report().suites.at(0).profiles.size(), 1u);
}

TEST_F(AutoProfileTest, AnotherAttemptAtTheSameHeadDoesNotProfileItAgain) {
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}}));
    profiles_on(ash);
    now += 1min;
    ask(model::RunKind::command);
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}}));
    EXPECT_EQ(profiles().size(), 1u);
    EXPECT_THAT(text(said(), "comment", "markdown"), HasSubstr("compareTwice")) << "it is the same commit";
}

TEST_F(AutoProfileTest, WhatDidNotRegressIsNotProfiled) {
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.0}, {"find", 0.7}}));
    EXPECT_TRUE(profiles().empty());
    now += 1min;
    spec.head.sha = std::string(40, 'd');
    ask(model::RunKind::merge_group);
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}}));
    EXPECT_TRUE(profiles().empty()) << "the merge queue has no comment";
}

TEST_F(AutoProfileTest, ASuiteThatWantsNoProfilesHasNone) {
    spec.suite.profile_regressions = false;
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}}));
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_TRUE(profiles().empty()) << "the host's time is for measuring";
}

TEST_F(AutoProfileTest, ASuiteUnderLoadIsNotSentToAHostThatCouldOnlyRefuse) {
    spec.suite.load.emplace();
    spec.suite.load->load.tool = "wrk";
    spec.suite.load->load.targets = {{"", "http://127.0.0.1:{port}/", 1}};
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}}));
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_TRUE(profiles().empty());
}

TEST_F(AutoProfileTest, AProfileThatCannotEvenBeQueuedLeavesRedRed) {
    sql("alter table runs add check (kind <> 'profile')");
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}}));
    EXPECT_EQ(stored_run().state, model::RunState::finished);
    EXPECT_EQ(stored_run().conclusion, "failure");
    EXPECT_TRUE(profiles().empty());
    EXPECT_THAT(text(said(), "check:benchgate", "conclusion"), "failure");
}

TEST_F(AutoProfileTest, AProfileThatCannotBeTakenChangesNothing) {
    ask();
    ASSERT_TRUE(measures(ash, {{"sort", 1.3}}));
    const auto before = text(said(), "comment", "markdown");
    fails(ash, "profiles are unsupported here: there is no perf", false);
    const auto after = said();
    EXPECT_TRUE(after.count("comment") == 0 || text(after, "comment", "markdown") == before);
    EXPECT_EQ(stored_run().conclusion, "failure");
}

}  // namespace
}  // namespace benchgate::workers
