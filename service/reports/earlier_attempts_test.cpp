// What asking again does not do, seen in the reports of run after run.
#include "service/reports/earlier_attempts.h"

#include <gtest/gtest.h>

#include "core/config/config.h"
#include "core/json/json.h"
#include "core/protocol/questions_json.h"
#include "core/reporting/comment.h"
#include "core/reporting/words.h"
#include "platform/ids.h"
#include "service/reports/run_report.h"
#include "service/store/judged_for_tests.h"
#include "service/store/run_for_tests.h"

namespace benchgate::reports {
namespace {

/// Attempts at one head, each concluded by its report.
struct Attempts : store::TestDatabase {
    using Kind = model::VerdictKind;
    static constexpr const char* host = "00000001-0000-4000-8000-000000000001";
    static constexpr const char* other_host = "00000001-0000-4000-8000-000000000002";

    store::JudgedRun asked(std::vector<store::JudgedSeries> series) {
        return {.kind = model::RunKind::command,
                .runner_id = host,
                .series = std::move(series),
                .at = start() + std::chrono::minutes(++minutes),
                .number = 7};
    }

    void conclude(store::Tx& tx, const store::RunRow& run, const reporting::Report& report) {
        store::set_run_state(tx, 1, run.run_id,
                             {model::RunState::finished, std::string(model::to_string(report.gate)), "",
                              start() + std::chrono::minutes(minutes)});
    }

    reporting::Report attempt(store::Tx& tx, const store::JudgedRun& judged) {
        const auto run = store::insert_judged_run(tx, judged);
        auto report = run_report(tx, run, {"http://here", ""});
        conclude(tx, run, report);
        return report;
    }

    int minutes = 0;
};

TEST_F(Attempts, AskingForAnotherSuiteOrAnotherBenchmarkHidesNoRed) {
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::regressed}, {"find", Kind::unchanged}})).gate,
                  model::Gate::failure);
        auto of_another = asked({{"parse", Kind::unchanged}});
        of_another.suite = "other";
        auto report = attempt(tx, of_another);
        EXPECT_EQ(report.gate, model::Gate::failure);
        ASSERT_EQ(report.suites.size(), 2u);
        EXPECT_EQ(report.suites[1].name, "micro");
        EXPECT_EQ(report.notes.at(1), "From an earlier attempt, without a new result: micro");

        auto of_one = asked({{"find", Kind::unchanged}});
        of_one.only = "find";
        report = attempt(tx, of_one);
        EXPECT_EQ(report.gate, model::Gate::failure);
        EXPECT_EQ(report.suites.at(0).judgement->verdicts.at(1).reason,
                  "found in attempt 1, and not measured by this one");
        EXPECT_EQ(report.suites.at(1).name, "other") << "the check speaks for all suites of the head";

        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::unchanged}, {"find", Kind::unchanged}})).gate, model::Gate::success)
            << "this rules it out";
        EXPECT_EQ(attempt(tx, of_one).gate, model::Gate::success);
    });
}

TEST_F(Attempts, AnAttemptThatFailsLeavesTheRedStanding) {
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::regressed}})).gate, model::Gate::failure);
        auto unusable = asked({});
        EXPECT_EQ(attempt(tx, unusable).gate, model::Gate::failure) << "a bundle of which nothing could be used";

        auto broken = asked({});
        broken.fails = true;
        const auto report = attempt(tx, broken);
        EXPECT_EQ(report.gate, model::Gate::failure);
        ASSERT_EQ(report.suites.size(), 2u);
        EXPECT_TRUE(report.suites[0].error);
        EXPECT_EQ(report.suites[1].name, "micro, attempt 2");
    });
}

TEST_F(Attempts, AnotherBaseOrOtherHostsHideNoRedAndLeaveNone) {
    pool.transaction([&](store::Tx& tx) {
        auto aside = asked({{"sort", Kind::regressed}});
        aside.aside = true;
        aside.base = "old";
        auto report = attempt(tx, aside);
        EXPECT_EQ(report.gate, model::Gate::failure);
        EXPECT_NE(report.notes.at(0).find("was not measured"), std::string::npos) << report.notes[0];
        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::unchanged}})).gate, model::Gate::success)
            << "it was another question";

        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::regressed}})).gate, model::Gate::failure);
        aside.series = {{"sort", Kind::unchanged}};
        report = attempt(tx, aside);
        EXPECT_EQ(report.gate, model::Gate::failure) << "compared with another base it is as fast";
        ASSERT_EQ(report.suites.size(), 2u);
        EXPECT_EQ(report.suites[0].judgement->gate, model::Gate::success);
        EXPECT_EQ(report.suites[1].name, "micro, attempt 3");
        auto elsewhere = asked({{"sort", Kind::unchanged}});
        elsewhere.aside = true;
        elsewhere.labels = {"arm64"};
        EXPECT_EQ(attempt(tx, elsewhere).gate, model::Gate::failure) << "on another class of hosts it is as fast";
        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::unchanged}})).gate, model::Gate::success);
    });
}

TEST_F(Attempts, ManyRequestsDoNotPushARedOutOfSight) {
    pool.transaction([&](store::Tx& tx) {
        attempt(tx, asked({{"sort", Kind::regressed}}));
        for (int i = 0; i < 120; ++i) {
            auto superseded = store::some_run(start() + std::chrono::hours(1));
            superseded.state = model::RunState::superseded;
            store::insert_run(tx, superseded);
        }
        for (int i = 0; i < 25; ++i) attempt(tx, asked({{"sort", Kind::inconclusive}}));
        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::inconclusive}})).gate, model::Gate::failure);
    });
}

TEST_F(Attempts, WhatWasOnlyAdviceThenNeitherStandsNorHidesWhatWasNot) {
    pool.transaction([&](store::Tx& tx) {
        for (int i = 1; i <= 3; ++i)
            store::insert_judged_run(tx, {.runner_id = other_host,
                                          .series = {{"sort", Kind::regressed}, {"x", Kind::unchanged}},
                                          .at = start()});
        auto on_noisy = asked({{"sort", Kind::regressed}, {"x", Kind::unchanged}});
        on_noisy.runner_id = other_host;
        EXPECT_EQ(attempt(tx, on_noisy).gate, model::Gate::success) << "only advice there";
        EXPECT_NE(attempt(tx, asked({{"sort", Kind::inconclusive}, {"x", Kind::unchanged}})).gate, model::Gate::failure)
            << "what stopped nothing does not begin to";

        EXPECT_EQ(attempt(tx, asked({{"sort", Kind::regressed}, {"x", Kind::unchanged}})).gate, model::Gate::failure);
        on_noisy.series = {{"sort", Kind::inconclusive}, {"x", Kind::unchanged}};
        EXPECT_EQ(attempt(tx, on_noisy).gate, model::Gate::failure)
            << "what a quiet host found is not made advice by a noisy one";
    });
}

std::string answers_json(std::vector<model::ClaimFinding> claims, std::vector<model::GrowthFinding> growth) {
    return json::dump(protocol::to_json(model::Answers{std::move(claims), std::move(growth)}));
}

TEST_F(Attempts, ABrokenClaimIsNotAskedAway) {
    using enum model::ClaimState;
    const std::string asks =
        "suites: {micro: {run: x}}\n"
        "claims: [{benchmark: sort, metric: time, against: find, at_least: -50%}]\n";
    model::ClaimFinding claim;
    claim.series = {{"sort", "time"}, "ns", model::Better::lower, true};
    claim.compared = "find";
    claim.between_refs = false;
    claim.at_least = config::parse(asks).value().claims.at(0).at_least;
    claim.line = 2;
    const auto whole = [&](model::ClaimState state) {
        auto judged = asked({{"sort", Kind::unchanged}, {"find", Kind::unchanged}});
        judged.config = asks;
        claim.state = state;
        judged.answers = answers_json({claim}, {});
        return judged;
    };
    const auto of_find = [&] {
        auto judged = asked({{"find", Kind::unchanged}});
        judged.config = asks;
        judged.only = "find";
        return judged;
    };
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(attempt(tx, whole(broken)).gate, model::Gate::failure);
        auto report = attempt(tx, of_find());
        EXPECT_EQ(report.gate, model::Gate::failure) << "it was not asked about the claim";
        ASSERT_EQ(report.suites.at(0).claims.size(), 1u);
        EXPECT_EQ(report.suites[0].claims[0].reason, "found in attempt 1, and not ruled out by this one");
        EXPECT_EQ(attempt(tx, whole(unshown)).gate, model::Gate::failure) << "noise rules nothing out";

        auto without = whole(unshown);
        without.config = "suites: {micro: {run: x}}\n";
        without.answers.clear();
        report = attempt(tx, without);
        EXPECT_EQ(report.gate, model::Gate::success) << "the base branch claims it no more";
        EXPECT_TRUE(report.suites.at(0).claims.empty());

        EXPECT_EQ(attempt(tx, whole(holds)).gate, model::Gate::success) << "this rules it out";
        report = attempt(tx, of_find());
        EXPECT_EQ(report.gate, model::Gate::success);
        EXPECT_EQ(report.suites.at(0).claims.at(0).state, holds);
    });
}

TEST_F(Attempts, GrowthThatHasRisenIsNotAskedAway) {
    using enum model::GrowthState;
    const std::string asks =
        "suites: {micro: {run: x}}\n"
        "growth: [{benchmark: \"sort/{n}\", metric: time, margin: 0.1, action: block}]\n";
    const auto with = [&](model::GrowthState state) {
        auto judged = asked({{"sort/8", Kind::unchanged}});
        judged.config = asks;
        model::GrowthFinding finding;
        finding.series = {{"sort/{n}", "time"}, "ns", model::Better::lower, true};
        finding.margin = config::parse(asks).value().growth.at(0).margin;
        finding.action = model::Action::block;
        finding.state = state;
        finding.line = 2;
        judged.answers = answers_json({}, {finding});
        return judged;
    };
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(attempt(tx, with(unclear)).gate, model::Gate::success);
        EXPECT_EQ(attempt(tx, with(risen)).gate, model::Gate::failure);
        EXPECT_EQ(attempt(tx, with(unmeasured)).gate, model::Gate::failure);
        EXPECT_EQ(attempt(tx, with(steady)).gate, model::Gate::success);
        EXPECT_EQ(attempt(tx, with(unclear)).gate, model::Gate::success);
    });
}

TEST_F(Attempts, ABrokenBudgetIsNotAskedAway) {
    const auto taking = [&](double head, bool is_noisy) {
        auto judged = asked({{"sort", is_noisy ? Kind::inconclusive : Kind::unchanged, !is_noisy, true, head}});
        judged.config =
            "suites: {micro: {run: x}}\n"
            "budgets: [{benchmark: sort, metric: time, max: 5ms}]\n";
        return judged;
    };
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(attempt(tx, taking(6e6, false)).gate, model::Gate::failure);
        const auto report = attempt(tx, taking(5.1e6, true));
        EXPECT_EQ(report.gate, model::Gate::failure) << "noise rules nothing out";
        const auto& suite = report.suites.at(0);
        EXPECT_EQ(suite.budgets.at(0).state, model::BudgetState::over);
        EXPECT_EQ(suite.budgets[0].value, 6e6);
        EXPECT_EQ(suite.judgement->verdicts.at(0).kind, Kind::inconclusive) << "the verdict itself is that of now";
        EXPECT_NE(reporting::render_comment(report).find("| ❌ budget | <code>sort</code> | time | 6\u00a0ms (found in "
                                                         "attempt 1, and not ruled out by this one) |"),
                  std::string::npos)
            << "a value that this attempt did not measure is told where it is shown";
        EXPECT_EQ(attempt(tx, taking(4e6, false)).gate, model::Gate::success) << "this rules it out";
        EXPECT_EQ(attempt(tx, taking(5.1e6, true)).gate, model::Gate::neutral);
    });
}

TEST_F(Attempts, ABudgetIsNotAskedAwayWithAFilter) {
    const auto with_budget = [&](std::vector<store::JudgedSeries> series, const std::string& only = "") {
        auto judged = asked(std::move(series));
        judged.config =
            "suites: {micro: {run: x}}\n"
            "budgets: [{benchmark: sort, metric: time, max: 5ms}]\n";
        judged.only = only;
        return judged;
    };
    const store::JudgedSeries find{"find", Kind::unchanged};
    pool.transaction([&](store::Tx& tx) {
        for (int i = 1; i <= 3; ++i)
            store::insert_judged_run(
                tx, {.runner_id = other_host, .series = {{"sort", Kind::regressed}, find}, .at = start()});
        auto advised = with_budget({{"sort", Kind::regressed, true, true, 6e6}, find});
        advised.runner_id = other_host;
        auto report = attempt(tx, advised);
        EXPECT_EQ(report.gate, model::Gate::failure);
        EXPECT_EQ(report.suites.at(0).advisories.size(), 1u) << "it is the budget that fails";
        report = attempt(tx, with_budget({find}, "find"));
        EXPECT_EQ(report.gate, model::Gate::failure) << "the advice is gone, the budget is not";
        EXPECT_EQ(report.suites.at(0).budgets.at(0).attempt, 1u);
        EXPECT_EQ(reporting::headline(report, reporting::all_suites(report)),
                  "1 budget is broken; inconclusive: 1 of 2 benchmarks could not be settled; no slowdown in the other "
                  "one");

        EXPECT_EQ(attempt(tx, with_budget({{"sort", Kind::unchanged, true, true, 4e6}, find})).gate,
                  model::Gate::success)
            << "this rules it out";
        EXPECT_EQ(attempt(tx, with_budget({find}, "find")).gate, model::Gate::success);
    });
}

TEST_F(Attempts, ABudgetThatIsKeptStaysSoThoughARegressionStands) {
    const auto taking = [&](Kind kind, double head) {
        auto judged = asked({{"sort", kind, kind != Kind::inconclusive, true, head}});
        judged.config =
            "suites: {micro: {run: x}}\n"
            "budgets: [{benchmark: sort, metric: time, max: 5ms}]\n";
        return judged;
    };
    pool.transaction([&](store::Tx& tx) {
        attempt(tx, taking(Kind::unchanged, 4e6));
        attempt(tx, taking(Kind::regressed, 6e6));
        const auto report = attempt(tx, taking(Kind::inconclusive, 4e6));
        const auto& suite = report.suites.at(0);
        EXPECT_EQ(suite.judgement->verdicts.at(0).kind, Kind::regressed) << "it stands";
        ASSERT_EQ(suite.budgets.size(), 1u);
        EXPECT_EQ(suite.budgets[0].attempt, 2u) << "what is told of an earlier attempt says of which";
    });
}

TEST_F(Attempts, WhatAnswersAClaimAnswersItThoughTheSuiteItselfIsCarried) {
    const std::string asks =
        "suites: {micro: {run: x}}\n"
        "claims: [{benchmark: sort, metric: time, from: v1, at_least: -50%}]\n";
    const auto saying = [&](model::ClaimState state) {
        model::ClaimFinding claim;
        claim.series = {{"sort", "time"}, "ns", model::Better::lower, true};
        claim.compared = "v1";
        claim.at_least = config::parse(asks).value().claims.at(0).at_least;
        claim.state = state;
        return answers_json({claim}, {});
    };
    // What measures a ref is a job of its own, which may end well where the other one fails.
    const auto measure_ref = [&](store::Tx& tx, const store::RunRow& run, const std::string& answers) {
        store::NewJob job;
        job.repository_id = run.repository_id;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = "micro";
        job.spec_json = R"({"questions": {"alone": true, "claims": [{"from": "v1"}]}})";
        store::insert_job(tx, job, run.created_at);
        const auto leased = store::lease_job(tx, {host, {}, std::chrono::seconds(90), run.created_at});
        store::finish_job(tx, {job.job_id, leased.value().epoch, host},
                          {.outcome = store::Outcome::succeeded,
                           .phase = "upload",
                           .reason = "",
                           .manifest_json = "{}",
                           .signature = "",
                           .now = start()});
        store::JudgedJob said{run.repository_id, run.run_id, job.job_id, "micro", start(), {}};
        said.answers_json = answers;
        store::replace_verdicts(tx, said);
        store::mark_job_judged(tx, job.job_id, start());
    };
    pool.transaction([&](store::Tx& tx) {
        auto whole = asked({{"sort", Kind::unchanged}});
        whole.config = asks;
        whole.answers = saying(model::ClaimState::broken);
        EXPECT_EQ(attempt(tx, whole).gate, model::Gate::failure);
        auto failing = asked({});
        failing.config = asks;
        failing.fails = true;
        const auto run = store::insert_judged_run(tx, failing);
        measure_ref(tx, run, saying(model::ClaimState::holds));
        const auto report = run_report(tx, run, {"http://here", ""});
        ASSERT_EQ(report.suites.size(), 2u);
        ASSERT_EQ(report.suites[0].claims.size(), 1u);
        EXPECT_EQ(report.suites[0].claims[0].state, model::ClaimState::holds);
        EXPECT_EQ(report.suites[1].name, "micro, attempt 1");
        EXPECT_TRUE(report.suites[1].claims.empty()) << "the newer answer counts";
        EXPECT_NE(report.gate, model::Gate::failure);
    });
}

TEST_F(Attempts, RunsOfOneHeadThatOverlapDoNotOverlookEachOther) {
    pool.transaction([&](store::Tx& tx) {
        const auto first = store::insert_judged_run(tx, asked({{"sort", Kind::unchanged}}));
        auto second = asked({{"parse", Kind::regressed}});
        second.suite = "other";
        EXPECT_EQ(attempt(tx, second).gate, model::Gate::failure);
        EXPECT_EQ(run_report(tx, first, {"http://here", ""}).gate, model::Gate::failure)
            << "begun before, and ended after the other one";
    });
}

}  // namespace
}  // namespace benchgate::reports
