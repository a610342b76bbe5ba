#include "service/store/calibrations.h"

#include "platform/clock.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

// Both ends of each test may alarm. A counter that is compared exactly has no chance of its own to differ.
constexpr Query series{"calibrations_series", R"(
    with recent as materialized (
        select repository_id, run_id from runs
        where repository_id = $1 and kind = 'calibration' and created_at between $4 and $6 order by seq desc limit $5)
    select runner_id, suite, benchmark, metric, count(*) as comparisons,
        count(*) filter (where verdict in ('regressed', 'improved')) as alarms,
        avg(case when exact then 0.0::double precision
                 else least(1, 2 * coalesce((jobs.spec -> 'experiment' ->> 'false_alarms')::double precision, 0)
                               / greatest(tests, 1)) end) as promised,
        percentile_cont(0.5) within group (order by min_detectable) as detectable
    from recent join jobs using (repository_id, run_id)
        join judgements using (repository_id, run_id, job_id, suite)
        join verdicts using (repository_id, run_id, job_id)
    where judgements.judged_at <= $6 and gating and verdict in ('regressed', 'improved', 'unchanged', 'inconclusive') and runner_id is not null
        and ($2 = '' or suite = $2) and ($3 = '' or runner_id::text = $3)
    group by runner_id, suite, benchmark, metric order by runner_id, suite, benchmark, metric)"};

constexpr Query hosts{"calibrations_hosts", R"(
    with recent as materialized (
        select repository_id, run_id from runs
        where repository_id = $1 and kind = 'calibration' and created_at between $4 and $6 order by seq desc limit $5),
    counted as (
        select runner_id, suite, job_id, judgements.judged_at,
            bool_or(verdict in ('regressed', 'improved')) as alarmed,
            2 * coalesce((jobs.spec -> 'experiment' ->> 'false_alarms')::double precision, 0) as promised
        from recent join jobs using (repository_id, run_id)
            join judgements using (repository_id, run_id, job_id, suite)
            join verdicts using (repository_id, run_id, job_id)
        where judgements.judged_at <= $6 and gating and verdict in ('regressed', 'improved', 'unchanged', 'inconclusive') and runner_id is not null
            and ($2 = '' or suite = $2) and ($3 = '' or runner_id::text = $3)
        group by runner_id, suite, job_id, judgements.judged_at, jobs.spec)
    select runner_id, suite, count(*) as comparisons, count(*) filter (where alarmed) as alarms,
        avg(least(1, promised)) as promised, max(judged_at) as last_at
    from counted group by runner_id, suite order by runner_id, suite)"};

/// Nobody waits for what nobody uses.
constexpr std::chrono::days in_use_for{30};
constexpr Query due{"calibrations_due", R"(
    select repository_id from repositories
    where active
        and exists (select from runs where runs.repository_id = repositories.repository_id
                    and kind in ('pull_request', 'push', 'command', 'schedule') and created_at >= $1)
        and exists (select from runs where runs.repository_id = repositories.repository_id and created_at < $2)
        and not exists (select from runs where runs.repository_id = repositories.repository_id
                        and kind = 'calibration' and number is null and created_at >= $2)
        and not exists (select from inbox
                        where delivery_id = 'calibration-' || repositories.repository_id || '-' || $3::text)
    order by repository_id limit 50)"};

std::string day_of(Time now) {
    return platform::format_utc(now).substr(0, 10);
}

model::FalseAlarms read_counts(const pqxx::row& row) {
    return {.comparisons = static_cast<int>(column<std::int64_t>(row, "comparisons")),
            .alarms = static_cast<int>(column<std::int64_t>(row, "alarms")),
            .promised = column<double>(row, "promised")};
}

CalibratedRow read_series(const pqxx::row& row) {
    return {.runner_id = column<std::string>(row, "runner_id"),
            .suite = column<std::string>(row, "suite"),
            .series = {.key = {column<std::string>(row, "benchmark"), column<std::string>(row, "metric")},
                       .counted = read_counts(row)},
            .detectable = maybe<double>(row, "detectable")};
}

CalibratedHost read_host(const pqxx::row& row) {
    return {.runner_id = column<std::string>(row, "runner_id"),
            .suite = column<std::string>(row, "suite"),
            .jobs = read_counts(row),
            .last_at = column<Time>(row, "last_at")};
}

}  // namespace

std::vector<CalibratedHost> calibrated_hosts(Tx& tx, const CalibrationQuery& query) {
    return all(exec(tx, hosts, query.repository_id, query.suite, query.runner_id, query.now - calibrations_for,
                    most_calibrations, query.now),
               read_host);
}

std::vector<CalibratedRow> calibrated_series(Tx& tx, const CalibrationQuery& query) {
    return all(exec(tx, series, query.repository_id, query.suite, query.runner_id, query.now - calibrations_for,
                    most_calibrations, query.now),
               read_series);
}

std::string calibration_request_id(std::int64_t repository_id, Time now) {
    return "calibration-" + std::to_string(repository_id) + "-" + day_of(now);
}

std::vector<std::int64_t> due_for_calibration(Tx& tx, std::chrono::hours every, Time now) {
    std::vector<std::int64_t> ids;
    for (const pqxx::row& row : exec(tx, due, now - in_use_for, now - every, day_of(now)))
        ids.push_back(column<std::int64_t>(row, "repository_id"));
    return ids;
}

}  // namespace benchgate::store
