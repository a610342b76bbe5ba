#include "service/store/history.h"

#include <algorithm>

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query add_due{"history_due_add", R"(
    insert into history_due (repository_id, job_id, next_at)
    select jobs.repository_id, jobs.job_id, $2
    from jobs join runs using (repository_id, run_id)
        join repositories on repositories.repository_id = jobs.repository_id
    where jobs.job_id = $1::uuid and runs.kind in ('push', 'schedule') and runs.base_ref = repositories.default_branch
    on conflict do nothing)"};

constexpr Query rebuild{"history_due_rebuild", R"(
    insert into history_due (repository_id, job_id, next_at)
    select jobs.repository_id, jobs.job_id, $2
    from jobs join runs using (repository_id, run_id)
        join repositories on repositories.repository_id = jobs.repository_id
    where jobs.repository_id = $1 and jobs.judged_at is not null and runs.kind in ('push', 'schedule')
      and runs.base_ref = repositories.default_branch
    on conflict do nothing)"};

constexpr Query claim{"history_due_claim", R"(
    update history_due set next_at = $2 where (repository_id, job_id) = (
        select repository_id, job_id from history_due where next_at <= $1 order by next_at
        limit 1 for update skip locked)
    returning repository_id, job_id, attempts)"};

constexpr Query put_off{"history_due_put_off", R"(
    update history_due set next_at = $3, attempts = attempts + 1 where repository_id = $1 and job_id = $2::uuid)"};

constexpr Query done{"history_due_done", "delete from history_due where repository_id = $1 and job_id = $2::uuid"};

constexpr Query put_job{"history_jobs_put", R"(
    insert into history_jobs (repository_id, job_id, run_id, suite, host_class, head_sha, base_sha, host, measured_at,
                              outcome, reason)
    values ($1, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (repository_id, job_id) do update set run_id = excluded.run_id, suite = excluded.suite,
        host_class = excluded.host_class, head_sha = excluded.head_sha, base_sha = excluded.base_sha,
        host = excluded.host, measured_at = excluded.measured_at, outcome = excluded.outcome,
        reason = excluded.reason)"};

constexpr Query forget_points{"history_points_forget",
                              "delete from history_points where repository_id = $1 and job_id = $2::uuid"};

constexpr Query put_series{"history_series_put", R"(
    insert into history_series (repository_id, series_id, suite, host_class, benchmark, metric, due_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (repository_id, series_id) do update set due_at = coalesce(history_series.due_at, excluded.due_at))"};

constexpr Query put_point{"history_points_put", R"(
    insert into history_points (repository_id, series_id, job_id, unit, better, gating, value, base_value, trials, note)
    values ($1, $2, $3::uuid, $4, $5, $6, $7, $8, $9, $10))"};

constexpr Query jobs_between{"history_jobs_between", R"(
    select history_jobs.* from history_jobs
        join main_commits on main_commits.repository_id = history_jobs.repository_id
            and main_commits.sha = history_jobs.head_sha
    where history_jobs.repository_id = $1 and suite = $2 and host_class = $3
      and place > (select place from main_commits where repository_id = $1 and sha = $4)
      and place <= (select place from main_commits where repository_id = $1 and sha = $5)
    order by place, measured_at limit $6)"};

constexpr Query find{"history_series_find", "select * from history_series where repository_id = $1 and series_id = $2"};

constexpr Query list{"history_series_list", R"(
    select * from history_series where repository_id = $1 order by suite, benchmark, metric, host_class limit $2)"};

constexpr Query claim_series{"history_series_claim", R"(
    select * from history_series where due_at <= $1 order by due_at limit 1 for update skip locked)"};

constexpr Query looked_at{"history_series_looked", R"(
    update history_series set due_at = null, looked_at = $3, points = $4, minor = $5
    where repository_id = $1 and series_id = $2)"};

constexpr Query series_due{"history_series_due", R"(
    update history_series set due_at = coalesce(due_at, $3) where repository_id = $1 and series_id = $2)"};

constexpr Query series_later{"history_series_later", R"(
    update history_series set due_at = $3 where repository_id = $1 and series_id = $2 and due_at is not null)"};

constexpr Query list_of_points{"history_points_list", R"(
    select history_points.*, head_sha, base_sha, host, run_id, measured_at, place
    from history_points join history_jobs using (repository_id, job_id)
        left join main_commits on main_commits.repository_id = history_jobs.repository_id
            and main_commits.sha = history_jobs.head_sha
    where history_points.repository_id = $1 and series_id = $2
    order by place desc nulls last, measured_at desc, job_id limit $3)"};

HistoryJob read_job(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .job_id = column<std::string>(row, "job_id"),
            .run_id = column<std::string>(row, "run_id"),
            .suite = column<std::string>(row, "suite"),
            .host_class = column<std::string>(row, "host_class"),
            .head_sha = column<std::string>(row, "head_sha"),
            .base_sha = column<std::string>(row, "base_sha"),
            .host = column<std::string>(row, "host"),
            .measured_at = column<Time>(row, "measured_at"),
            .outcome = column<std::string>(row, "outcome"),
            .reason = column<std::string>(row, "reason")};
}

SeriesRow read_series(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .series_id = column<std::string>(row, "series_id"),
            .suite = column<std::string>(row, "suite"),
            .host_class = column<std::string>(row, "host_class"),
            .key = {column<std::string>(row, "benchmark"), column<std::string>(row, "metric")},
            .looked_at = maybe<Time>(row, "looked_at"),
            .points = column<int>(row, "points"),
            .minor = column<int>(row, "minor")};
}

HistoryPoint read_point(const pqxx::row& row) {
    return {.stored = {.place = maybe<std::int64_t>(row, "place"),
                       .sha = column<std::string>(row, "head_sha"),
                       .base_sha = column<std::string>(row, "base_sha"),
                       .host = column<std::string>(row, "host"),
                       .unit = column<std::string>(row, "unit"),
                       .better = word(row, "better", model::better_from),
                       .value = maybe<double>(row, "value"),
                       .base_value = maybe<double>(row, "base_value"),
                       .trials = column<int>(row, "trials"),
                       .note = column<std::string>(row, "note"),
                       .run_id = column<std::string>(row, "run_id"),
                       .measured_at = column<Time>(row, "measured_at")},
            .gating = column<bool>(row, "gating"),
            .job_id = column<std::string>(row, "job_id")};
}

DueJob read_due(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .job_id = column<std::string>(row, "job_id"),
            .attempts = column<int>(row, "attempts")};
}

}  // namespace

void add_history_due(Tx& tx, const std::string& job_id, Time now) {
    if (is_uuid(job_id)) exec(tx, add_due, job_id, now);
}

std::int64_t rebuild_history(Tx& tx, std::int64_t repository_id, Time now) {
    return static_cast<std::int64_t>(exec(tx, rebuild, repository_id, now).affected_rows());
}

std::optional<DueJob> claim_history_due(Tx& tx, Time now, Time until) {
    return first(exec(tx, claim, now, until), read_due);
}

void put_off_history_due(Tx& tx, const DueJob& due, Time next_at) {
    exec(tx, put_off, due.repository_id, due.job_id, next_at);
}

void forget_history_due(Tx& tx, const DueJob& due) {
    exec(tx, done, due.repository_id, due.job_id);
}

void put_history_job(Tx& tx, const HistoryJob& job, const std::vector<NamedPoint>& points, Time now) {
    exec(tx, put_job, job.repository_id, job.job_id, job.run_id, job.suite, job.host_class, job.head_sha, job.base_sha,
         job.host, job.measured_at, job.outcome, job.reason);
    exec(tx, forget_points, job.repository_id, job.job_id);
    // In one order everywhere: two jobs with the same series would else wait for each other.
    std::vector<const NamedPoint*> ordered;
    for (const auto& point : points) ordered.push_back(&point);
    std::ranges::sort(ordered, {}, [](const NamedPoint* point) { return point->series_id; });
    for (const auto* named : ordered) {
        const auto& [series_id, point] = *named;
        exec(tx, put_series, job.repository_id, series_id, job.suite, job.host_class, point.series.key.benchmark,
             point.series.key.metric, now);
        exec(tx, put_point, job.repository_id, series_id, job.job_id, point.series.unit,
             model::to_string(point.series.better), point.series.gating, point.value, point.base_value, point.trials,
             point.note);
    }
    exec(tx, done, job.repository_id, job.job_id);
}

std::vector<HistoryJob> history_jobs_between(Tx& tx, const HistoryJob& like, const std::string& after,
                                             const std::string& to, int limit) {
    return all(exec(tx, jobs_between, like.repository_id, like.suite, like.host_class, after, to, limit), read_job);
}

std::optional<SeriesRow> find_history_series(Tx& tx, std::int64_t repository_id, const std::string& series_id) {
    return first(exec(tx, find, repository_id, series_id), read_series);
}

std::vector<SeriesRow> history_series_of(Tx& tx, std::int64_t repository_id, int limit) {
    return all(exec(tx, list, repository_id, limit), read_series);
}

std::optional<SeriesRow> claim_due_series(Tx& tx, Time now) {
    return first(exec(tx, claim_series, now), read_series);
}

void mark_series_looked(Tx& tx, const SeriesRow& series, const Looked& looked) {
    exec(tx, looked_at, series.repository_id, series.series_id, looked.at, looked.points, looked.minor);
}

void make_series_due(Tx& tx, std::int64_t repository_id, const std::string& series_id, Time due_at) {
    exec(tx, series_due, repository_id, series_id, due_at);
}

void put_off_series(Tx& tx, std::int64_t repository_id, const std::string& series_id, Time due_at) {
    exec(tx, series_later, repository_id, series_id, due_at);
}

std::vector<HistoryPoint> history_points(Tx& tx, std::int64_t repository_id, const std::string& series_id, int limit) {
    auto found = all(exec(tx, list_of_points, repository_id, series_id, limit), read_point);
    std::ranges::reverse(found);
    return found;
}

}  // namespace benchgate::store
