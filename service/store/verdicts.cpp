#include "service/store/verdicts.h"

#include <algorithm>

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query forget_verdicts{
    "verdicts_forget", "delete from verdicts where repository_id = $1 and run_id = $2::uuid and job_id = $3::uuid"};

constexpr Query upsert_judgement{"judgements_upsert", R"(
    insert into judgements (repository_id, run_id, job_id, suite, gate, gate_reason, judge_version, tests, blocks_kept,
                            blocks_void, judged_at, answers)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb)
    on conflict (repository_id, run_id, job_id) do update set suite = excluded.suite, gate = excluded.gate,
        gate_reason = excluded.gate_reason, judge_version = excluded.judge_version, tests = excluded.tests,
        blocks_kept = excluded.blocks_kept, blocks_void = excluded.blocks_void, judged_at = excluded.judged_at,
        answers = excluded.answers)"};

constexpr Query insert_verdict{"verdicts_insert", R"(
    insert into verdicts (repository_id, run_id, job_id, item, benchmark, metric, unit, better, gating, verdict, ratio,
                          low, high, nominal_low, nominal_high, min_detectable, base_value, head_value, p, trials_used,
                          level, action, exact, confirmed, reason, judged_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26))"};

constexpr Query list_judgements{"judgements_list", R"(
    select * from judgements where repository_id = $1 and run_id = $2::uuid
      and $3 = exists (select 1 from jobs where jobs.repository_id = judgements.repository_id
                       and jobs.job_id = judgements.job_id and jobs.confirms_job_id is not null)
    order by suite, job_id)"};

constexpr Query list_of_verdicts{"verdicts_list", R"(
    select * from verdicts where repository_id = $1 and run_id = $2::uuid order by job_id, item)"};

constexpr Query points{"verdicts_points", R"(
    select verdicts.*, runs.head_sha from verdicts
        join judgements using (repository_id, run_id, job_id) join runs using (repository_id, run_id)
    where verdicts.repository_id = $1 and suite = $2 and benchmark = $3 and metric = $4 and kind = $5
    order by verdicts.judged_at desc, runs.seq desc limit $6)"};

constexpr Query series{"verdicts_series", R"(
    select distinct suite, benchmark, metric, unit from verdicts join judgements using (repository_id, run_id, job_id)
    where verdicts.repository_id = $1 order by suite, benchmark, metric, unit limit $2)"};

model::Verdict read_verdict(const pqxx::row& row) {
    return {.series = {.key = {column<std::string>(row, "benchmark"), column<std::string>(row, "metric")},
                       .unit = column<std::string>(row, "unit"),
                       .better = word(row, "better", model::better_from),
                       .gating = column<bool>(row, "gating")},
            .kind = word(row, "verdict", model::verdict_kind_from),
            .ratio = maybe<double>(row, "ratio"),
            .interval = {maybe<double>(row, "low"), maybe<double>(row, "high")},
            .nominal = {maybe<double>(row, "nominal_low"), maybe<double>(row, "nominal_high")},
            .minimum_detectable = maybe<double>(row, "min_detectable"),
            .base_value = maybe<double>(row, "base_value"),
            .head_value = maybe<double>(row, "head_value"),
            .p = maybe<double>(row, "p"),
            .trials_used = column<int>(row, "trials_used"),
            .level = maybe<std::string>(row, "level"),
            .action = word(row, "action", model::action_from),
            .exact = column<bool>(row, "exact"),
            .confirmed = column<bool>(row, "confirmed"),
            .reason = column<std::string>(row, "reason")};
}

JudgedJob read_judged(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .run_id = column<std::string>(row, "run_id"),
            .job_id = column<std::string>(row, "job_id"),
            .suite = column<std::string>(row, "suite"),
            .judged_at = column<Time>(row, "judged_at"),
            .judgement = {.verdicts = {},
                          .gate = word(row, "gate", model::gate_from),
                          .gate_reason = column<std::string>(row, "gate_reason"),
                          .judge_version = column<std::string>(row, "judge_version"),
                          .tests = column<int>(row, "tests"),
                          .blocks_kept = column<int>(row, "blocks_kept"),
                          .blocks_void = column<int>(row, "blocks_void")},
            .answers_json = maybe<std::string>(row, "answers").value_or("")};
}

SeriesPoint read_point(const pqxx::row& row) {
    return {.run_id = column<std::string>(row, "run_id"),
            .head_sha = column<std::string>(row, "head_sha"),
            .judged_at = column<Time>(row, "judged_at"),
            .verdict = read_verdict(row)};
}

SeriesName read_series(const pqxx::row& row) {
    return {.suite = column<std::string>(row, "suite"),
            .key = {column<std::string>(row, "benchmark"), column<std::string>(row, "metric")},
            .unit = column<std::string>(row, "unit")};
}

void insert(Tx& tx, const JudgedJob& judged, int item, const model::Verdict& verdict) {
    exec(tx, insert_verdict, judged.repository_id, judged.run_id, judged.job_id, item, verdict.series.key.benchmark,
         verdict.series.key.metric, verdict.series.unit, model::to_string(verdict.series.better), verdict.series.gating,
         model::to_string(verdict.kind), verdict.ratio, verdict.interval.low, verdict.interval.high,
         verdict.nominal.low, verdict.nominal.high, verdict.minimum_detectable, verdict.base_value, verdict.head_value,
         verdict.p, verdict.trials_used, verdict.level, model::to_string(verdict.action), verdict.exact,
         verdict.confirmed, verdict.reason, judged.judged_at);
}

}

void replace_verdicts(Tx& tx, const JudgedJob& judged) {
    const model::Judgement& judgement = judged.judgement;
    exec(tx, upsert_judgement, judged.repository_id, judged.run_id, judged.job_id, judged.suite,
         model::to_string(judgement.gate), judgement.gate_reason, judgement.judge_version, judgement.tests,
         judgement.blocks_kept, judgement.blocks_void, judged.judged_at,
         judged.answers_json.empty() ? std::nullopt : std::optional(jsonb(judged.answers_json)));
    exec(tx, forget_verdicts, judged.repository_id, judged.run_id, judged.job_id);
    int item = 0;
    for (const model::Verdict& verdict : judgement.verdicts) insert(tx, judged, item++, verdict);
}

namespace {
std::vector<JudgedJob> list_judged(Tx& tx, std::int64_t repository_id, const std::string& run_id, bool confirmations) {
    if (!is_uuid(run_id)) return {};
    std::vector<JudgedJob> jobs = all(exec(tx, list_judgements, repository_id, run_id, confirmations), read_judged);
    for (const pqxx::row& row : exec(tx, list_of_verdicts, repository_id, run_id)) {
        const auto job = std::ranges::find(jobs, column<std::string>(row, "job_id"), &JudgedJob::job_id);
        if (job != jobs.end()) job->judgement.verdicts.push_back(read_verdict(row));
    }
    return jobs;
}
}

std::vector<JudgedJob> list_verdicts(Tx& tx, std::int64_t repository_id, const std::string& run_id) {
    return list_judged(tx, repository_id, run_id, false);
}

std::vector<JudgedJob> list_confirmations(Tx& tx, std::int64_t repository_id, const std::string& run_id) {
    return list_judged(tx, repository_id, run_id, true);
}

std::vector<SeriesPoint> series_points(Tx& tx, const SeriesQuery& query) {
    std::vector<SeriesPoint> list = all(exec(tx, points, query.repository_id, query.suite, query.key.benchmark,
                                             query.key.metric, model::to_string(query.kind), query.limit),
                                        read_point);
    std::ranges::reverse(list);
    return list;
}

std::vector<SeriesName> list_series(Tx& tx, std::int64_t repository_id, int limit) {
    return all(exec(tx, series, repository_id, limit), read_series);
}

}
