// From jobs as runners left them in the tables to what is said of the next one.

#include "service/reports/outlook_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/json/json.h"
#include "core/protocol/spec_json.h"
#include "platform/ids.h"
#include "service/reports/run_report.h"
#include "service/store/leases.h"
#include "service/store/repositories.h"
#include "service/store/run_for_tests.h"
#include "service/store/test_database.h"
#include "service/store/trials.h"
#include "service/store/verdicts.h"

namespace benchgate::reports {
namespace {

using namespace std::chrono_literals;

class OutlookOfJobs : public store::TestDatabase {
  protected:
    OutlookOfJobs() {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
        });
    }
    store::RunRow run_at(store::Time at, model::RunKind kind = model::RunKind::push) {
        auto run = store::some_run(at);
        run.kind = kind;
        run.number.reset();
        return run;
    }
    store::NewJob job_of(const store::RunRow& run, const std::string& only = "") {
        protocol::JobSpec spec;
        spec.repository = "octo/engine";
        spec.suite.name = spec.experiment.suite = "micro";
        spec.suite.run = "build/bench {filter}";
        spec.only = only;
        store::NewJob job;
        job.repository_id = 1;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = "micro";
        job.labels = {"lab"};
        job.spec_json = json::dump(protocol::to_json(spec));
        return job;
    }
    struct Past {
        store::Time at{};
        std::string only{};
        double setup_s = 60;
        double trial_s = 2;
        bool confirms = false;  ///< another job's regressions, on a second host
    };
    /// A job that built for a minute and measured two blocks: "calm" varies by 1 %, "wild" by 8 %.
    void measured(const Past& past) {
        const auto run = run_at(past.at);
        auto job = job_of(run, past.only);
        if (past.confirms) job.confirms_job_id = platform::random_uuid();
        pool.transaction([&](store::Tx& tx) {
            store::insert_run(tx, run);
            store::insert_job(tx, job, past.at);
            const auto leased = store::lease_job(
                tx, {.runner_id = runner, .labels = {"lab"}, .ttl = 3600s, .now = past.at, .protocol = 3});
            const store::LeaseRef lease{job.job_id, leased.value().epoch, runner};
            const auto after = [&](double seconds) {
                return past.at + std::chrono::milliseconds(static_cast<int>(seconds * 1000));
            };
            for (int number = 0; number < 18; ++number) {
                const bool warms = number < 2;
                const int block = warms ? 0 : (number - 2) / 8;
                // Stored when its block is over.
                const double stored = past.setup_s + past.trial_s * (warms ? 2 : 2 + 8 * (block + 1));
                std::vector<store::SampleRow> samples;
                for (const auto& [name, spread] : {std::pair("calm", 0.01), std::pair("wild", 0.08)})
                    samples.push_back({.benchmark = name,
                                       .metric = "time",
                                       .unit = "ns",
                                       .side = number % 2 == 0 ? model::Side::base : model::Side::head,
                                       .phase = warms ? model::Phase::warmup : model::Phase::measure,
                                       .block = block,
                                       .values = {warms ? 1e9 : 100 * std::exp(spread * normal(generator))}});
                store::put_trial(tx, lease, {number, std::to_string(number), "{}", after(stored)}, samples);
            }
            store::finish_job(tx, lease,
                              {.outcome = store::Outcome::succeeded,
                               .phase = "upload",
                               .reason = "",
                               .manifest_json = "{}",
                               .signature = "",
                               .now = after(past.setup_s + 18 * past.trial_s)});
            store::JudgedJob judged{1, run.run_id, job.job_id, "micro", past.at, {}};
            for (const auto* name : {"calm", "wild"}) {
                model::Verdict verdict;
                verdict.series = {{name, "time"}, "ns", model::Better::lower, true};
                verdict.kind = model::VerdictKind::unchanged;
                judged.judgement.verdicts.push_back(verdict);
            }
            store::replace_verdicts(tx, judged);
            store::mark_job_judged(tx, job.job_id, past.at);
        });
    }
    reporting::SuiteOutlookRow next(const std::string& only = "") {
        return pool.transaction([&](store::Tx& tx) { return outlook_of(tx, job_of(run_at(start()), only), start()); });
    }

    std::string runner = platform::random_uuid();
    std::mt19937_64 generator{11};
    std::normal_distribution<double> normal;
};

TEST_F(OutlookOfJobs, NothingIsMadeUpBeforeTheFirstRun) {
    const auto row = next();
    EXPECT_EQ(row.jobs, 0);
    EXPECT_EQ(row.max_trials, 60);
    EXPECT_TRUE(row.series.empty());
    EXPECT_EQ(reporting::outlook_sentence(row),
              "how long it takes and what it can show is unknown until the first run");
}

TEST_F(OutlookOfJobs, ThePastSaysWhatTheNextJobTakesAndShows) {
    for (int day = 1; day <= 8; ++day) measured({start() - day * 24h, "", day > 5 ? 6000.0 : 60.0});
    const auto row = next();
    EXPECT_EQ(row.jobs, 5) << "the newest";
    ASSERT_EQ(row.series.size(), 2u);
    const auto &calm = row.series[0], &wild = row.series[1];
    EXPECT_EQ(calm.key.benchmark, "calm");
    EXPECT_NEAR(calm.smallest.value(), 0.012, 0.004);
    EXPECT_FALSE(calm.falls_short());
    EXPECT_NEAR(wild.smallest.value(), 0.08, 0.02);
    EXPECT_TRUE(wild.falls_short());
    EXPECT_GT(wild.trials_needed.value(), 200);
    EXPECT_NEAR(row.unchanged_s, 60 + (2 + 2 * row.trials_unchanged) * 2, 1e-6);
    EXPECT_NEAR(row.most_s, 60 + (2 + 2 * 120) * 2, 1e-6) << "confirmation may take as many again";
    EXPECT_NE(reporting::outlook_sentence(row).find("1 of 2 benchmarks cannot show 3 %: wild (3 % needs "),
              std::string::npos)
        << reporting::outlook_sentence(row);
    EXPECT_EQ(next("calm*").jobs, 0) << "a part of the suite was never measured alone";
}

TEST_F(OutlookOfJobs, WhatDidNotMeasureTheWholeSuiteRecentlyDoesNotCount) {
    measured({start() - 24h, "calm*"});
    measured({start() - 24h * 200, ""});
    EXPECT_EQ(next().jobs, 0);
    measured({start() - 25h, ""});
    EXPECT_EQ(next().jobs, 1);
    measured({start() - 2h, "", 60, 2, true});
    EXPECT_EQ(next().jobs, 1) << "what a second host confirmed is a part of the suite, too";
}

TEST_F(OutlookOfJobs, TheRepositorysSuitesAreListedWithAndWithoutAPast) {
    measured({start() - 24h, ""});
    pool.transaction([&](store::Tx& tx) {
        const auto run = run_at(start() - 1h);
        auto fresh = job_of(run);
        fresh.suite = "nightly";
        store::insert_run(tx, run);
        store::insert_job(tx, fresh, start() - 1h);
        const auto rows = outlook_of_repository(tx, 1, start());
        ASSERT_EQ(rows.size(), 2u);
        EXPECT_EQ(rows[0].suite, "micro");
        EXPECT_EQ(rows[0].jobs, 1);
        EXPECT_EQ(rows[1].suite, "nightly");
        EXPECT_EQ(rows[1].jobs, 0);
    });
}

TEST_F(OutlookOfJobs, JobsForClaimsAloneDoNotPushASentenceToAnotherSuite) {
    measured({start() - 24h, ""});
    pool.transaction([&](store::Tx& tx) {
        const auto run = run_at(start(), model::RunKind::pull_request);
        store::insert_run(tx, run);
        auto fresh = job_of(run), since = job_of(run);
        fresh.suite = since.suite = "nightly";
        protocol::JobSpec spec;
        spec.repository = "octo/engine";
        spec.suite.name = spec.experiment.suite = "nightly";
        spec.suite.run = "build/bench";
        spec.questions.claims = {model::Claim{"sort", "time", "v1.0", -0.1}};
        spec.questions.alone = true;
        since.spec_json = json::dump(protocol::to_json(spec));
        for (const auto& job : {fresh, since, job_of(run)}) store::insert_job(tx, job, start());
        auto report = run_report(tx, run, {"http://here", ""});
        add_outlook(tx, run, report, start());
        ASSERT_EQ(report.suites.size(), 2u);
        EXPECT_EQ(report.suites[0].outlook.find("expected"), std::string::npos) << report.suites[0].outlook;
        EXPECT_TRUE(report.suites[1].outlook.starts_with("expected about ")) << report.suites[1].outlook;
    });
}

TEST_F(OutlookOfJobs, OnlyASuiteThatIsNotOverGetsItsSentence) {
    measured({start() - 24h, ""});
    pool.transaction([&](store::Tx& tx) {
        const auto run = run_at(start());
        store::insert_run(tx, run);
        store::insert_job(tx, job_of(run), start());
        auto report = run_report(tx, run, {"http://here", ""});
        add_outlook(tx, run, report, start());
        EXPECT_TRUE(report.suites.at(0).outlook.starts_with("expected about ")) << report.suites[0].outlook;
        const auto calibration = run_at(start(), model::RunKind::calibration);
        store::insert_run(tx, calibration);
        store::insert_job(tx, job_of(calibration), start());
        auto silent = run_report(tx, calibration, {"http://here", ""});
        add_outlook(tx, calibration, silent, start());
        EXPECT_EQ(silent.suites.at(0).outlook, "") << "nobody reads its check";
    });
}

}  // namespace
}  // namespace benchgate::reports
