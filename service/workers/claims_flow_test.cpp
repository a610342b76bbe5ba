// Claims since a ref, from the plan to the rows, the judge and the report.

#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/planning/plan.h"
#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/reports/claim_jobs.h"
#include "service/store/bundles.h"
#include "service/store/judged_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/trials.h"
#include "service/workers/carry_out.h"
#include "service/workers/judge.h"
#include "service/workers/known.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;

class ClaimsFlow : public store::TestDatabase {
  protected:
    ClaimsFlow() {
        context.config_text =
            "suites:\n  micro: { build: make, run: ./bench, format: json }\n"
            "claims:\n"
            "  - {benchmark: sort, metric: time, from: v1.0, at_least: -50%}\n"
            "  - {benchmark: sort, metric: time, from: v0.9, at_least: -50%}\n";
        context.trigger_id = "delivery";
        context.number = 7;
        auto& input = context.input;
        input.config = config::parse(context.config_text).value();
        input.repository = {1, "octo", "engine", "main", false, ""};
        input.base_sha = std::string(40, 'b');
        planning::PullRequest pull;
        pull.number = 7;
        pull.head_sha = std::string(40, 'a');
        pull.head_ref = "change";
        pull.base_ref = "main";
        pull.base_sha = std::string(40, 'b');
        input.pull = pull;
        input.claimed_refs = {{"v1.0", std::string(40, 'c'), "refs/tags/v1.0"}, {"v0.9", {}, ""}};
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
            store::create_join_token(tx, "join", "host", start() + 1h);
            store::RunnerRow runner;
            runner.runner_id = platform::random_uuid();
            runner.token_hash = "token";
            runner.public_key = key.public_key().to_pem();
            runner_id = store::redeem_join_token(tx, "join", runner, start()).value().runner_id;
        });
    }
    void open() {
        context.input.trigger = planning::PullRequestTrigger{planning::PullRequestAction::opened};
        pool.transaction([&](store::Tx& tx) {
            auto fresh = context;
            look_up_pull(tx, fresh.input, start());
            carry_out(tx, planning::plan(fresh.input), fresh, {"http://bench.invalid", ""}, start());
        });
    }
    store::RunRow run() {
        return pool.transaction([](store::Tx& tx) { return store::list_runs(tx, 1, 7, 10).front(); });
    }
    std::vector<store::JobRow> jobs() {
        const auto of = run();
        return pool.transaction([&](store::Tx& tx) { return store::jobs_of_run(tx, 1, of.run_id); });
    }
    reporting::Report report() {
        const auto of = run();
        return pool.transaction([&](store::Tx& tx) {
            return reports::run_report(tx, of, {"http://bench.invalid", ""});
        });
    }
    /// A runner takes the next job: sort takes `base` on its base and `head` on the head.
    protocol::JobSpec measure_next(double base, double head) {
        protocol::JobSpec spec;
        pool.transaction([&](store::Tx& tx) {
            const auto leased = store::lease_job(tx, {runner_id, {}, 90s, start()});
            spec = protocol::read_job_spec(json::parse(leased.value().job.spec_json).value()).value();
            model::Bundle bundle;
            bundle.comparison = {spec.repository, spec.base.sha, spec.head.sha};
            bundle.experiment = spec.experiment;
            bundle.experiment.tests = 1;
            const store::LeaseRef lease{leased->job.job_id, leased->epoch, runner_id};
            std::vector<std::string> digests;
            for (int i = 0; i < 24; ++i) {
                model::Trial trial;
                trial.number = i;
                trial.block = i / 8;
                trial.position = i % 8;
                trial.side = i % 2 == 0 ? model::Side::base : model::Side::head;
                model::Measurement measured;
                measured.series = {{"sort", "time"}, "ns", model::Better::lower, true};
                measured.samples = {(i % 2 == 0 ? base : head) * (1 + 0.001 * (i % 5))};
                trial.values = {measured};
                const auto body = json::dump(protocol::to_json(trial));
                digests.push_back(platform::sha256_hex(body));
                store::put_trial(tx, lease, {i, digests.back(), body, start()}, {});
            }
            const auto manifest = protocol::manifest_of(bundle, digests);
            store::finish_job(tx, lease,
                              {store::Outcome::succeeded, false, "upload", "", manifest,
                               platform::base64_encode(key.sign(manifest)), start() + 1min});
        });
        while (worker.work({})) {
        }
        return spec;
    }

    platform::Ed25519PrivateKey key = platform::Ed25519PrivateKey::generate();
    std::string runner_id;
    PlanContext context;
    JudgeWorker worker{pool, {"http://bench.invalid", ""}, [this] { return start() + 1h; }};
};

TEST_F(ClaimsFlow, ARefIsMeasuredInAJobOfItsOwnAndItsClaimsJoinTheSuite) {
    open();
    ASSERT_EQ(jobs().size(), 3u);
    EXPECT_EQ(reports::title_of(jobs()[1].job), "micro since v1.0");
    EXPECT_EQ(jobs()[2].state, model::JobState::failed) << "no runner is asked for a ref that is not there";
    EXPECT_EQ(report().suites.size(), 1u) << "one suite, whatever it takes to answer for it";

    const auto comparison = measure_next(100, 100);
    EXPECT_TRUE(comparison.merge_base);
    EXPECT_TRUE(comparison.questions.empty());
    EXPECT_EQ(report().state, reporting::ReportState::in_progress) << "its claims are not measured yet";
    EXPECT_EQ(report().suites[0].progress, "claims since v1.0: waiting for a runner");
    EXPECT_FALSE(run().conclusion);

    const auto since = measure_next(100, 140);
    EXPECT_EQ(since.base.sha, std::string(40, 'c'));
    EXPECT_EQ(since.base.refs, std::vector<std::string>{"refs/tags/v1.0"});
    EXPECT_EQ(since.head, comparison.head);
    EXPECT_FALSE(since.merge_base);
    EXPECT_TRUE(since.questions.alone);
    const auto told = report();
    EXPECT_EQ(told.state, reporting::ReportState::completed);
    EXPECT_EQ(told.base_sha, std::string(40, 'b')) << "the comparison's base, not the claim's";
    ASSERT_EQ(told.suites.size(), 1u);
    const auto& suite = told.suites[0];
    ASSERT_EQ(suite.judgement->verdicts.size(), 1u);
    EXPECT_NE(suite.judgement->verdicts[0].kind, model::VerdictKind::regressed)
        << "slower than an old ref is no regression of this pull request";
    ASSERT_EQ(suite.claims.size(), 2u);
    EXPECT_EQ(suite.claims[0].compared, "v1.0");
    EXPECT_EQ(suite.claims[0].state, model::ClaimState::broken);
    EXPECT_EQ(suite.claims[1].state, model::ClaimState::unmeasured);
    EXPECT_EQ(suite.claims[1].reason,
              "'v0.9' is no branch or tag of this repository, nor a commit that one of them holds");
    EXPECT_EQ(run().conclusion, "failure");
    EXPECT_TRUE(told.notes.empty()) << told.notes.front();
}

TEST_F(ClaimsFlow, AClaimThatHoldsLeavesTheGateOpen) {
    context.config_text =
        "suites:\n  micro: { build: make, run: ./bench, format: json }\n"
        "claims: [{benchmark: sort, metric: time, from: v1.0, at_least: -50%}]\n";
    context.input.config = config::parse(context.config_text).value();
    open();
    measure_next(100, 100);
    measure_next(100, 40);
    EXPECT_EQ(report().suites.at(0).claims.at(0).state, model::ClaimState::holds);
    EXPECT_EQ(run().conclusion, "success");
}

TEST_F(ClaimsFlow, WhatCouldNotBeBuiltIsNotMeasuredAndNoPass) {
    context.config_text =
        "suites:\n  micro: { build: make, run: ./bench, format: json }\n"
        "claims:\n  - {benchmark: sort, metric: time, from: v1.0, at_least: -50%}\n"
        "  - {benchmark: other, metric: time, from: v1.0, at_least: -50%}\n";
    context.input.config = config::parse(context.config_text).value();
    open();
    measure_next(100, 100);
    pool.transaction([&](store::Tx& tx) {
        const auto leased = store::lease_job(tx, {runner_id, {}, 90s, start()});
        store::finish_job(tx, {leased.value().job.job_id, leased->epoch, runner_id},
                          {store::Outcome::failed, false, "build", "make: *** no rule", "{}", "", start() + 2min});
    });
    while (worker.work({})) {
    }
    const auto told = report();
    ASSERT_EQ(told.suites.at(0).claims.size(), 1u) << "what the suite does not have is not its claim";
    EXPECT_EQ(told.suites[0].claims[0].reason, "build: make: *** no rule");
    EXPECT_FALSE(told.suites[0].error) << "the suite itself was measured";
    ASSERT_EQ(told.notes.size(), 1u);
    EXPECT_NE(told.notes[0].find("the claim in line 5 was not measured"), std::string::npos) << told.notes[0];
    EXPECT_EQ(run().conclusion, "neutral");
}

TEST_F(ClaimsFlow, ABenchmarkThatIsNewToItsSuiteIsTakenUpWithTheNextRun) {
    pool.transaction([&](store::Tx& tx) {
        store::insert_judged_run(
            tx, {.runner_id = runner_id, .series = {{"other", model::VerdictKind::unchanged}}, .at = start()});
    });
    open();
    EXPECT_EQ(jobs().size(), 1u) << "no ref is built for a benchmark that the suite never had";
    measure_next(100, 100);
    ASSERT_EQ(report().notes.size(), 1u);
    EXPECT_NE(report().notes[0].find("they are taken up with the next run"), std::string::npos);
    context.input.pull->head_sha = std::string(40, 'e');
    open();
    EXPECT_EQ(jobs().size(), 3u);
}

TEST_F(ClaimsFlow, AnotherPushEndsTheClaimsOfTheHeadBefore) {
    open();
    const auto before = jobs();
    context.input.pull->head_sha = std::string(40, 'e');
    open();
    pool.transaction([&](store::Tx& tx) {
        for (const auto& job : before) EXPECT_TRUE(store::is_over(store::find_job(tx, job.job.job_id)->state));
    });
    EXPECT_EQ(jobs().size(), 3u);
}

}  // namespace
}  // namespace benchgate::workers
