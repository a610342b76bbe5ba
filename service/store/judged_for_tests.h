#pragma once
// For tests of any room that sees the store: runs with a judged job each, straight into the tables.

#include <string>
#include <vector>

#include "platform/ids.h"
#include "service/store/leases.h"
#include "service/store/run_for_tests.h"
#include "service/store/test_database.h"
#include "service/store/verdicts.h"

namespace benchgate::store {

struct JudgedSeries {
    std::string benchmark;
    model::VerdictKind kind;
    bool exact = false;
    bool gating = true;
    std::optional<double> head_value{};  ///< ns
};

struct JudgedRun {
    model::RunKind kind = model::RunKind::calibration;
    std::string runner_id;
    std::vector<JudgedSeries> series{};
    Time at{};
    std::int64_t repository_id = 1;
    std::optional<std::int64_t> number{};
    std::string suite = "micro";
    std::string base = "a";
    std::vector<std::string> labels{};
    std::string only{};  ///< glob of benchmarks
    bool aside = false;
    std::string config{};
    bool fails = false;     ///< there is nothing to judge
    std::string answers{};  ///< JSON
};

/// A run with one job, leased, done and judged at one moment. A regression asks for the gate's
/// failure.
inline RunRow insert_judged_run(Tx& tx, const JudgedRun& judged) {
    RunRow run = some_run(judged.at);
    run.repository_id = judged.repository_id;
    run.kind = judged.kind;
    run.number = judged.number;
    run.head_sha = "a";
    run.base_sha = run.merge_base = judged.base;
    run.aside = judged.aside;
    run.config = judged.config;
    NewJob job;
    job.repository_id = judged.repository_id;
    job.job_id = platform::random_uuid();
    job.run_id = run.run_id;
    job.suite = judged.suite;
    job.labels = judged.labels;
    job.spec_json = R"({"experiment": {"false_alarms": 0.01}, "only": ")" + judged.only + "\"}";
    JudgedJob said{judged.repository_id, run.run_id, job.job_id, job.suite, judged.at, {}};
    said.answers_json = judged.answers;
    said.judgement.tests = static_cast<int>(judged.series.size());
    said.judgement.gate = model::Gate::success;
    for (const auto& one : judged.series) {
        model::Verdict verdict;
        verdict.series.key = {one.benchmark, "time"};
        verdict.series.gating = one.gating;
        verdict.kind = one.kind;
        verdict.exact = one.exact;
        verdict.minimum_detectable = 0.04;
        verdict.head_value = one.head_value;
        if (one.head_value) verdict.series.unit = "ns";
        if (one.kind == model::VerdictKind::regressed) {
            verdict.action = model::Action::block;
            verdict.ratio = 1.05;
            said.judgement.gate = model::Gate::failure;
        }
        said.judgement.verdicts.push_back(verdict);
    }
    insert_run(tx, run);
    insert_job(tx, job, judged.at);
    const auto leased = lease_job(
        tx,
        {.runner_id = judged.runner_id, .labels = judged.labels, .ttl = std::chrono::seconds(90), .now = judged.at});
    finish_job(tx, {job.job_id, leased.value().epoch, judged.runner_id},
               {.outcome = judged.fails ? Outcome::failed : Outcome::succeeded,
                .phase = judged.fails ? "build" : "upload",
                .reason = "",
                .manifest_json = "{}",
                .signature = "",
                .now = judged.at});
    if (!judged.fails) replace_verdicts(tx, said);
    mark_job_judged(tx, job.job_id, judged.at);
    return run;
}

}  // namespace benchgate::store
