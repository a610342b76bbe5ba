#include "service/workers/judge.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <map>

#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "core/reporting/page.h"
#include "core/reporting/report_json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/store/bundles.h"
#include "service/store/leases.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"
#include "service/store/trials.h"
#include "service/store/verdicts.h"

namespace benchgate::workers {
namespace {

using namespace std::chrono_literals;

class JudgeTest : public store::TestDatabase {
  protected:
    JudgeTest() {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
            store::create_join_token(tx, "join", "host", start() + 1h);
            store::RunnerRow runner;
            runner.runner_id = platform::random_uuid();
            runner.token_hash = "token";
            runner.public_key = key.public_key().to_pem();
            runner_id = store::redeem_join_token(tx, "join", runner, start()).value().runner_id;
        });
        spec.repository = "octo/engine";
        spec.base.sha = std::string(40, 'a');
        spec.head.sha = std::string(40, 'b');
        spec.suite.name = spec.experiment.suite = "micro";
        spec.experiment.confirm = false;
        bundle.comparison = {spec.repository, spec.base.sha, spec.head.sha};
        bundle.experiment = spec.experiment;
        bundle.experiment.tests = 1;
        for (int i = 0; i < 8; ++i) {
            model::Trial trial;
            trial.number = i;
            trial.position = i;
            trial.side = i % 2 == 0 ? model::Side::base : model::Side::head;
            model::Measurement measured;
            measured.series = {{"sort", "time"}, "ns", model::Better::lower, true};
            measured.samples = {100.0 + i};
            trial.values = {measured};
            bundle.trials.push_back(trial);
        }
    }

    /// Twelve trials a side of two implementations in three sizes, old/N and new/N; the new one is 10 % faster.
    void measure_variants() {
        bundle.trials.clear();
        for (int i = 0; i < 24; ++i) {
            model::Trial trial;
            trial.number = i;
            trial.block = i / 8;
            trial.position = i % 8;
            trial.side = i % 2 == 0 ? model::Side::base : model::Side::head;
            for (const int n : {8, 64, 512})
                for (const std::string name : {"old/", "new/"}) {
                    model::Measurement value;
                    value.series = {{name + std::to_string(n), "time"}, "ns", model::Better::lower, true};
                    value.samples = {n * (name == "old/" ? 100.0 : 90.0) * (1 + 0.001 * (i % 7))};
                    trial.values.push_back(value);
                }
            bundle.trials.push_back(trial);
        }
        bundle.experiment.tests = 6;
    }

    /// What is measured next is a profile.
    void take_profile() {
        spec.profile = "burn";
        bundle.trials.clear();
        artifacts = {{"base.folded", "all;main;burn_alike 900\nall;main;burn_more 100\n"},
                     {"head.folded", "all;main;burn_alike 900\nall;main;burn_more 900\n"}};
        bundle.profile = model::Profile{"burn",
                                        "cpu-clock:u",
                                        999,
                                        false,
                                        {1000, 5, platform::sha256_hex(artifacts["base.folded"]), ""},
                                        {1800, 5, platform::sha256_hex(artifacts["head.folded"]), ""}};
    }

    /// A run with one job that a runner has measured, as `bundle` says. Returns the run's id.
    std::string measured() {
        store::RunRow run;
        run.repository_id = 1;
        run.run_id = platform::random_uuid();
        run.number = 7;
        run.kind = spec.profile.empty() ? model::RunKind::pull_request : model::RunKind::profile;
        run.trigger_id = "comment:9001";
        run.created_at = start();
        store::NewJob job;
        job.repository_id = 1;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = "micro";
        job.spec_json = json::dump(to_json(spec));
        const auto finished_at = start() + std::chrono::seconds(++jobs);
        pool.transaction([&](store::Tx& tx) {
            store::insert_run(tx, run);
            store::insert_job(tx, job, start());
            const auto leased = store::lease_job(tx, {runner_id, {}, 90s, start()});
            const store::LeaseRef lease{job.job_id, leased->epoch, runner_id};
            std::vector<std::string> digests;
            for (const auto& trial : bundle.trials) {
                const auto body = json::dump(protocol::to_json(trial));
                digests.push_back(platform::sha256_hex(body));
                store::put_trial(tx, lease, {trial.number, digests.back(), body, start()}, {});
            }
            for (const auto& [name, bytes] : artifacts) {
                const auto size = static_cast<std::int64_t>(bytes.size());
                store::put_artifact(tx, lease, {name, platform::sha256_hex(bytes), bytes, size}, start());
            }
            const auto manifest = protocol::manifest_of(bundle, digests);
            store::finish_job(tx, lease,
                              {store::Outcome::succeeded, false, "upload", "", manifest,
                               platform::base64_encode(key.sign(manifest)), finished_at});
        });
        return run.run_id;
    }
    /// Lets the worker work as its loop does: what it throws is tried again.
    void judge_all() {
        for (int errors = 0; errors < 10;) {
            try {
                if (!worker.work({})) return;
            } catch (const store::StoreError&) {
                ++errors;
            }
        }
    }
    std::string gate_reason(const std::string& run_id) {
        return pool.transaction([&](store::Tx& tx) {
            const auto judged = store::list_verdicts(tx, 1, run_id);
            return judged.empty() ? std::string("not judged") : judged.front().judgement.gate_reason;
        });
    }
    std::optional<std::string> conclusion(const std::string& run_id) {
        return pool.transaction([&](store::Tx& tx) { return store::find_run(tx, run_id)->conclusion; });
    }
    reporting::Report report_of(const std::string& run_id) {
        return pool.transaction([&](store::Tx& tx) {
            return reports::run_report(tx, *store::find_run(tx, run_id), {"http://bench.invalid", ""});
        });
    }
    void sql(const std::string& statement) {
        const auto psql = store::TestCluster::instance().server().programs() / "psql";
        ASSERT_EQ(std::system((psql.string() + " \"" + url + "\" -qc \"" + statement + "\"").c_str()), 0);
    }

    platform::Ed25519PrivateKey key = platform::Ed25519PrivateKey::generate();
    std::string runner_id;
    protocol::JobSpec spec;
    model::Bundle bundle;
    std::map<std::string, std::string> artifacts;  ///< that came with it
    int jobs = 0;
    JudgeWorker worker{pool, {"http://bench.invalid", ""}, [this] { return start() + 1h; }};
};

TEST_F(JudgeTest, AMeasuredJobClosesItsRun) {
    const auto run = measured();
    judge_all();
    EXPECT_EQ(gate_reason(run).find("cannot be used"), std::string::npos) << gate_reason(run);
    EXPECT_TRUE(conclusion(run));
}

TEST_F(JudgeTest, AJobThatCannotBeJudgedHoldsUpNoOther) {
    sql("alter table verdicts add check (benchmark <> 'poison')");
    for (auto& trial : bundle.trials) trial.values[0].series.key.benchmark = "poison";
    const auto poisoned = measured();
    for (auto& trial : bundle.trials) trial.values[0].series.key.benchmark = "sort";
    const auto healthy = measured();
    judge_all();
    EXPECT_TRUE(conclusion(healthy)) << "its neighbour's trouble is not its own";
    EXPECT_EQ(conclusion(poisoned), "neutral") << "never a pass";
    EXPECT_NE(gate_reason(poisoned).find("cannot be judged"), std::string::npos) << gate_reason(poisoned);
}

TEST_F(JudgeTest, ARunnerCannotChangeWhatWasAsked) {
    const auto refused = [&](const std::function<void()>& lie) {
        const auto honest = bundle;
        lie();
        const auto run = measured();
        bundle = honest;
        judge_all();
        EXPECT_EQ(conclusion(run), "neutral");
        return gate_reason(run);
    };
    EXPECT_NE(refused([&] { bundle.experiment.policy.levels.clear(); }).find("experiment"), std::string::npos);
    EXPECT_NE(refused([&] { bundle.experiment.max_trials = 10'000; }).find("experiment"), std::string::npos);
    EXPECT_NE(refused([&] { bundle.comparison.head_sha = std::string(40, 'c'); }).find("head"), std::string::npos);
    EXPECT_NE(refused([&] { bundle.comparison.base_sha = std::string(40, 'c'); }).find("base"), std::string::npos);
    EXPECT_NE(refused([&] { bundle.identical = true; }).find("artifacts"), std::string::npos);
    // Of a calibration this is no answer, even if it is true.
    spec.measure_identical = true;
    bundle.base_artifacts = bundle.head_artifacts = {{"bench", std::string(64, 'a')}};
    EXPECT_NE(refused([&] { bundle.identical = true; }).find("measured nothing"), std::string::npos);
}

TEST_F(JudgeTest, ClaimsAndGrowthAreJudgedByTheJobsOwnSpecification) {
    measure_variants();
    model::Claim against{"new/512", "time", "", -0.2};
    against.against = "old/512";
    model::Growth growth;
    growth.benchmark = "old/{n}";
    spec.questions.claims = {against};
    spec.questions.growth = {growth};
    const auto run = measured();
    judge_all();
    EXPECT_EQ(conclusion(run), "failure") << "the new one is 10 % faster, and 20 % are claimed";
    const auto report = report_of(run);
    ASSERT_EQ(report.suites.size(), 1u);
    const auto& suite = report.suites[0];
    ASSERT_EQ(suite.claims.size(), 1u);
    EXPECT_EQ(suite.claims[0].state, model::ClaimState::broken);
    EXPECT_NEAR(*suite.claims[0].ratio, 0.9, 0.01);
    EXPECT_NE(suite.judgement->gate_reason.find("1 claim does not hold"), std::string::npos)
        << suite.judgement->gate_reason;
    ASSERT_EQ(suite.growth.size(), 1u);
    EXPECT_EQ(suite.growth[0].state, model::GrowthState::steady);
    EXPECT_NEAR(*suite.growth[0].head, 1, 0.01);
    std::string said;
    for (const auto& item : store::send_everything(pool, start() + 2h)) said += item.body_json;
    EXPECT_NE(said.find("does not hold"), std::string::npos) << said;
    EXPECT_NE(said.find("no steeper"), std::string::npos) << said;
}

TEST_F(JudgeTest, WhyAFaultIsUnsupportedStandsInCheckCommentPageAndJsonAndIsOnlyText) {
    const std::string name = "fault/delay@1s: unsupported here";
    const std::string hostile =
        "unsupported: tc: kind is unknown </li><img src=x onerror=alert(1)> @octo **loud** \n\n# h";
    for (auto& trial : bundle.trials) {
        model::Measurement nothing;
        nothing.series = {{name, "recovery_time"}, "ns", model::Better::lower, true};
        nothing.samples = {std::numeric_limits<double>::quiet_NaN()};
        trial.values.push_back(nothing);
        trial.errors = {{name, hostile + std::string(100'000, 'x')}};
    }
    bundle.experiment.tests = 2;
    const auto run = measured();
    judge_all();
    EXPECT_EQ(conclusion(run), "neutral") << "never a pass";
    const auto report = report_of(run);
    const auto page = reporting::render_page(report);
    const auto document = json::dump(reporting::report_json(report));
    std::map<std::string, std::string> said{{"page", page}, {"JSON", document}};
    for (const auto& item : store::send_everything(pool, start() + 2h)) said[item.kind] = item.body_json;
    EXPECT_EQ(said.size(), 4u) << "a check and a comment besides";
    for (const auto& [where, text] : said) {
        EXPECT_NE(text.find("kind is unknown"), std::string::npos) << where << ":\n" << text;
        EXPECT_EQ(text.find(std::string(400, 'x')), std::string::npos) << where;
        if (where == "JSON") continue;  // a machine's text is as it was said, but for its length
        EXPECT_EQ(text.find("<img"), std::string::npos) << where << ":\n" << text;
        if (where == "page") continue;  // nobody is called by a page, and stars are stars there
        EXPECT_EQ(text.find(" @octo"), std::string::npos) << where << ":\n" << text;
        EXPECT_EQ(text.find(" **loud**"), std::string::npos) << where << ":\n" << text;
    }
}

TEST_F(JudgeTest, AProfileIsAnsweredAndNothingElseIsSaid) {
    take_profile();
    const auto run = measured();
    judge_all();
    EXPECT_EQ(gate_reason(run), "not judged");
    const auto said = store::send_everything(pool, start() + 2h);
    ASSERT_EQ(said.size(), 1u) << "no check, no sticky comment";
    EXPECT_EQ(said[0].kind, "reply:9001:result");
    EXPECT_NE(said[0].body_json.find(R"(burn\\_more)"), std::string::npos) << said[0].body_json;
    EXPECT_NE(said[0].body_json.find("/octo/engine/pull/7/profile/" + run), std::string::npos) << said[0].body_json;
}

TEST_F(JudgeTest, AProfileThatWasNotSignedIsNotShown) {
    const auto answer = [&](const std::function<void()>& lie) {
        take_profile();
        lie();
        measured();
        judge_all();
        std::string text;
        for (const auto& item : store::send_everything(pool, start() + 2h)) text += item.body_json;
        EXPECT_EQ(text.find("more</code>"), std::string::npos) << text;
        return text;
    };
    EXPECT_NE(answer([&] { artifacts["head.folded"] = "all;main;burn_more 4000\n"; }).find("not those that the runner"),
              std::string::npos);
    EXPECT_NE(answer([&] { artifacts.clear(); }).find("not those that the runner"), std::string::npos);
    EXPECT_NE(answer([&] { bundle.profile->head.samples = 3; }).find("not those that the runner"), std::string::npos);
    EXPECT_NE(answer([&] { bundle.profile->benchmark = "other"; }).find("was asked for"), std::string::npos);
    EXPECT_NE(answer([&] { bundle.profile.reset(); }).find("was asked for"), std::string::npos);
}

TEST_F(JudgeTest, AProfileWithoutANameIsNoMeasurementEither) {
    bundle.profile = model::Profile{"", "cpu-clock:u", 999, false, {}, {}};
    const auto run = measured();
    judge_all();
    EXPECT_NE(gate_reason(run).find("was asked for"), std::string::npos) << gate_reason(run);
}

}  // namespace
}  // namespace benchgate::workers
