#include "service/reports/run_report.h"

#include <gtest/gtest.h>

#include "platform/clock.h"
#include "platform/ids.h"
#include "service/store/judged_for_tests.h"
#include "service/store/pull_requests.h"
#include "service/store/run_for_tests.h"
#include "service/store/waivers.h"

namespace benchgate::reports {
namespace {

struct RunReport : store::TestDatabase {};

TEST_F(RunReport, SaysWhatItsConfigurationAsksForInVain) {
    auto run = store::some_run(start());
    run.config =
        "suites: {a: {run: x}}\nbudgets: [{benchmark: b, metric: time, max: 5ms}]\n"
        "claims: [{benchmark: b, metric: time, against: c, at_least: -5%}]\n"
        "policy: {drift: {per: week, allow: 5%}}\n";
    run.message = "a newer commit was pushed";
    pool.transaction([&](store::Tx& tx) {
        const auto report = run_report(tx, run, {"http://here", ""});
        EXPECT_EQ(report.notes,
                  (std::vector<std::string>{"a newer commit was pushed",
                                            "Note: the budget in line 2 met no benchmark: nothing here "
                                            "is \"b\" with the metric \"time\" in ns",
                                            "Note: the claim in line 3 was not measured: nothing that was measured "
                                            "here is \"b\" with the metric \"time\""}));
    });
}

TEST_F(RunReport, TellsHowFarAJobIs) {
    const auto run = store::some_run(start());
    store::NewJob job;
    job.repository_id = run.repository_id;
    job.job_id = platform::random_uuid();
    job.run_id = run.run_id;
    job.suite = "micro";
    job.spec_json = "{}";
    job.timeout = std::chrono::hours(1);
    const auto runner = platform::random_uuid();
    pool.transaction([&](store::Tx& tx) {
        store::insert_job(tx, job, start());
        const auto leased = store::lease_job(tx, {.runner_id = runner, .labels = {}, .now = start()});
        ASSERT_TRUE(leased);
        const auto progress = [&](int blocks, double seconds_left) {
            store::heartbeat(
                tx, {job.job_id, leased->epoch, runner},
                {.phase = model::JobPhase::measure, .block = blocks, .eta_s = seconds_left, .now = start()});
            const auto report = run_report(tx, run, {"http://here", ""});
            return report.suites.empty() ? "no suite" : report.suites.front().progress;
        };
        EXPECT_EQ(progress(1, 20), "measuring, 1 block done, at most 1 minute left");
        EXPECT_EQ(progress(2, 61), "measuring, 2 blocks done, at most 2 minutes left");
        EXPECT_EQ(progress(2, 0), "measuring, 2 blocks done, at most 1 minute left");
    });
}

TEST_F(RunReport, AnAlarmOfABenchmarkThatAlarmsOnUnchangedCodeHoldsNothing) {
    using model::VerdictKind;
    const std::string quiet = "00000001-0000-4000-8000-000000000001", noisy = "00000001-0000-4000-8000-000000000002";
    const auto at = [&](int minutes) { return start() + std::chrono::minutes(minutes); };
    const auto pull_request = [&](store::Tx& tx, const std::string& host, int minutes, VerdictKind sort) {
        const auto run = store::insert_judged_run(tx, {.kind = model::RunKind::pull_request,
                                                       .runner_id = host,
                                                       .series = {{"noisy", VerdictKind::regressed}, {"sort", sort}},
                                                       .at = at(minutes),
                                                       .number = 7});
        return run_report(tx, run, {"http://here", ""});
    };
    pool.transaction([&](store::Tx& tx) {
        EXPECT_EQ(pull_request(tx, noisy, 0, VerdictKind::unchanged).gate, model::Gate::failure);
        for (int i = 1; i <= 3; ++i)
            store::insert_judged_run(tx,
                                     {.runner_id = noisy,
                                      .series = {{"noisy", VerdictKind::regressed}, {"sort", VerdictKind::unchanged}},
                                      .at = at(i)});
        const auto advised = pull_request(tx, noisy, 10, VerdictKind::unchanged);
        EXPECT_EQ(advised.gate, model::Gate::success);
        ASSERT_EQ(advised.suites.at(0).advisories.size(), 1u);
        EXPECT_EQ(advised.suites[0].advisories[0].counted, (model::FalseAlarms{3, 3, 0.01}));
        EXPECT_EQ(pull_request(tx, noisy, 11, VerdictKind::regressed).gate, model::Gate::failure)
            << "another benchmark keeps its say";
        EXPECT_EQ(pull_request(tx, quiet, 12, VerdictKind::unchanged).gate, model::Gate::failure)
            << "on another host it never alarmed";
    });
}

TEST_F(RunReport, WhatCalibrationsFindLaterChangesNoOldReport) {
    using model::VerdictKind;
    const std::string host = "00000001-0000-4000-8000-000000000001";
    pool.transaction([&](store::Tx& tx) {
        const auto run = store::insert_judged_run(tx, {.kind = model::RunKind::pull_request,
                                                       .runner_id = host,
                                                       .series = {{"noisy", VerdictKind::regressed}},
                                                       .at = start(),
                                                       .number = 7});
        for (int i = 1; i <= 3; ++i)
            store::insert_judged_run(tx, {.runner_id = host,
                                          .series = {{"noisy", VerdictKind::regressed}},
                                          .at = start() + std::chrono::minutes(i)});
        EXPECT_EQ(run_report(tx, run, {"http://here", ""}).gate, model::Gate::failure);
    });
}

TEST_F(RunReport, WhatWasWaivedOnAPullRequestPassesInTheMergeQueueAndOnMain) {
    using model::VerdictKind;
    const std::string host = "00000001-0000-4000-8000-000000000001";
    int minutes = 0;
    const auto gate_of = [&](store::Tx& tx, model::RunKind kind, std::optional<std::int64_t> number) {
        const auto run = store::insert_judged_run(tx, {.kind = kind,
                                                       .runner_id = host,
                                                       .series = {{"sort", VerdictKind::regressed}},
                                                       .at = start() + std::chrono::minutes(++minutes),
                                                       .number = number});
        return run_report(tx, run, {"http://here", ""}).gate;
    };
    pool.transaction([&](store::Tx& tx) {
        store::insert_waiver(
            tx, {1, 7, {platform::random_uuid(), "sort", "", 0.08, "2099-01-31", "known", "ann"}, 1, start()});
        store::insert_waiver(
            tx, {1, 8, {platform::random_uuid(), "sort", "", 0.01, "2099-01-31", "known", "ann"}, 1, start()});
        EXPECT_EQ(gate_of(tx, model::RunKind::pull_request, 7), model::Gate::success);
        EXPECT_EQ(gate_of(tx, model::RunKind::merge_group, 7), model::Gate::success);
        EXPECT_EQ(gate_of(tx, model::RunKind::push, std::nullopt), model::Gate::failure) << "not merged yet";
        store::PullRequestRow pull{1, 8, "h", "main", std::nullopt, false, false, std::nullopt};
        pull.merge_sha = "a";  // the head of these runs
        store::upsert_pull_request(tx, pull, 1, start());
        EXPECT_EQ(gate_of(tx, model::RunKind::push, std::nullopt), model::Gate::failure) << "over the ceiling of #8";
        pull.number = 7;
        store::upsert_pull_request(tx, pull, 2, start());
        EXPECT_EQ(gate_of(tx, model::RunKind::push, std::nullopt), model::Gate::success);
    });
}

TEST_F(RunReport, AWaiverOfTheDayOfTheMergeHoldsForWhatIsMeasuredTheDayAfter) {
    const auto merged_at = start() - std::chrono::hours(26);
    const auto day = platform::format_utc(merged_at).substr(0, 10);
    const auto gate_of = [&](store::Tx& tx, model::RunKind kind, std::optional<std::int64_t> number) {
        const auto run = store::insert_judged_run(tx, {.kind = kind,
                                                       .runner_id = "00000001-0000-4000-8000-000000000001",
                                                       .series = {{"sort", model::VerdictKind::regressed}},
                                                       .at = start(),
                                                       .number = number});
        return run_report(tx, run, {"http://here", ""}).gate;
    };
    pool.transaction([&](store::Tx& tx) {
        store::insert_waiver(tx,
                             {1, 7, {platform::random_uuid(), "sort", "", 0.08, day, "known", "ann"}, 1, merged_at});
        store::PullRequestRow pull{1, 7, "h", "main", std::nullopt, false, false, std::nullopt};
        pull.merge_sha = "a";  // the head of these runs
        store::upsert_pull_request(tx, pull, 1, merged_at);
        EXPECT_EQ(gate_of(tx, model::RunKind::push, std::nullopt), model::Gate::success);
        EXPECT_EQ(gate_of(tx, model::RunKind::schedule, std::nullopt), model::Gate::success);
        EXPECT_EQ(gate_of(tx, model::RunKind::merge_group, 7), model::Gate::failure)
            << "it has ended, and what the queue asks about is not merged yet";
    });
}

TEST_F(RunReport, ARedIsNotAskedAwayAndTheAttemptsAreSeen) {
    using model::VerdictKind;
    const std::string host = "00000001-0000-4000-8000-000000000001";
    int minutes = 0;
    const auto attempt = [&](store::Tx& tx, VerdictKind kind) {
        auto run = store::insert_judged_run(tx, {.kind = model::RunKind::command,
                                                 .runner_id = host,
                                                 .series = {{"sort", kind}},
                                                 .at = start() + std::chrono::minutes(++minutes),
                                                 .number = 7});
        auto report = run_report(tx, run, {"http://here", ""});
        store::set_run_state(
            tx, 1, run.run_id,
            {model::RunState::finished, report.gate == model::Gate::failure ? "failure" : "success", "", start()});
        return report;
    };
    pool.transaction([&](store::Tx& tx) {
        auto report = attempt(tx, VerdictKind::regressed);
        EXPECT_EQ(report.gate, model::Gate::failure);
        EXPECT_TRUE(report.notes.empty());

        report = attempt(tx, VerdictKind::inconclusive);
        EXPECT_EQ(report.gate, model::Gate::failure) << "noise rules nothing out";
        const auto& verdict = report.suites.at(0).judgement->verdicts.at(0);
        EXPECT_EQ(verdict.kind, VerdictKind::regressed);
        EXPECT_EQ(verdict.ratio, 1.05) << "the numbers of then";
        EXPECT_EQ(verdict.reason, "found in attempt 1, and not ruled out by this one");
        ASSERT_EQ(report.notes.size(), 1u);
        EXPECT_EQ(report.notes[0],
                  "This commit was measured before: attempt 1 stopped the merge. All attempts share one rate of false "
                  "alarms, and what was found worse stands until it is ruled out");

        EXPECT_EQ(attempt(tx, VerdictKind::unchanged).gate, model::Gate::success) << "this rules it out";
        report = attempt(tx, VerdictKind::inconclusive);
        EXPECT_NE(report.gate, model::Gate::failure);
        EXPECT_NE(
            report.notes.at(0).find("attempt 1 stopped the merge, attempt 2 stopped the merge, attempt 3 passed."),
            std::string::npos)
            << report.notes[0];
    });
}

}  // namespace
}  // namespace benchgate::reports
