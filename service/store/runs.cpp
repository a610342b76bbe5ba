#include "service/store/runs.h"

#include "service/store/run_rows.h"

namespace benchgate::store {
namespace {

constexpr Query insert{"runs_insert", R"(
    insert into runs (repository_id, run_id, kind, number, head_sha, base_sha, base_ref, merge_base, trigger_id, state,
                      conclusion, created_at, finished_at, config, config_sha, message, aside)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))"};

constexpr Query find{"runs_find", "select * from runs where repository_id = $1 and run_id = $2::uuid"};
constexpr Query find_by_id{"runs_find_by_id", "select * from runs where run_id = $1::uuid"};
constexpr Query lock{"runs_lock", "select * from runs where repository_id = $1 and run_id = $2::uuid for update"};

constexpr Query latest_for_pull{"runs_latest_for_pull", R"(
    select * from runs where repository_id = $1 and number = $2 and kind in ('pull_request', 'command')
    order by seq desc limit 1)"};

constexpr Query latest_push{"runs_latest_push", R"(
    select * from runs where repository_id = $1 and head_sha = $2 and kind = 'push' and state = 'finished'
    order by seq desc limit 1)"};

constexpr Query list{"runs_list", R"(
    select * from runs where repository_id = $1 and ($2::bigint is null or number = $2::bigint)
    order by seq desc limit $3)"};

constexpr Query finished_of_head{"runs_finished_of_head", R"(
    select * from runs
    where repository_id = $1 and number = $2 and head_sha = $3 and state = 'finished'
      and kind in ('pull_request', 'command')
    order by finished_at desc, seq desc limit $4)"};

constexpr Query another_open{"runs_another_open", R"(
    select exists (select 1 from runs where repository_id = $1 and number = $2 and head_sha = $3 and run_id <> $4::uuid
                   and state in ('queued', 'running') and kind in ('pull_request', 'command')) as open)"};

constexpr Query told_by_another{"runs_told_by_another_pull", R"(
    select runs.* from runs join pull_requests using (repository_id, number)
    where repository_id = $1 and number <> $2 and runs.head_sha = $3 and pull_requests.head_sha = $3
      and pull_requests.state = 'open' and runs.state in ('queued', 'running', 'finished')
      and kind in ('pull_request', 'command')
    order by runs.finished_at desc nulls first, runs.seq desc limit 1)"};

constexpr Query head_told{"runs_head_is_told", R"(
    select exists (select 1 from runs where repository_id = $1 and head_sha = $2 and (base_ref = $3 or aside)
                   and state in ('queued', 'running', 'finished', 'failed')
                   and kind in ('pull_request', 'command', 'merge_group')) as told)"};

constexpr Query lock_pull{"runs_lock_conclusions",
                          "select pg_advisory_xact_lock(hashtextextended('conclusions ' || $2::bigint, $1::bigint))"};

constexpr Query recent{"runs_recent", "select * from runs order by created_at desc, seq desc limit $1"};

// From the few jobs that runners have, not from the queue, which may be long.
constexpr Query began{"runs_that_began", R"(
    select * from runs where state = 'queued' and (repository_id, run_id) in (
        select repository_id, run_id from jobs where state in ('leased', 'running'))
    order by seq limit $1)"};

constexpr Query set_state{"runs_set_state", R"(
    update runs set state = $3, conclusion = coalesce($4, conclusion), message = $5,
        finished_at = case when $3 in ('queued', 'running') then null else $6::timestamptz end
    where repository_id = $1 and run_id = $2::uuid and state in ('queued', 'running'))"};

constexpr Query supersede{"runs_supersede", R"(
    update runs set state = 'superseded', finished_at = $3, message = 'a newer run took its place'
    where repository_id = $1 and run_id = any ($2::uuid[]) and state in ('queued', 'running')
    returning run_id)"};

constexpr Query cancel{"runs_cancel", R"(
    update runs set state = 'cancelled', finished_at = $3
    where repository_id = $1 and run_id = $2::uuid and state in ('queued', 'running')
    returning run_id)"};

constexpr Query cancel_all{"runs_cancel_all", R"(
    update runs set state = 'cancelled', finished_at = $3, message = $2
    where repository_id = $1 and state in ('queued', 'running')
    returning run_id)"};

constexpr Query cancel_waiting_jobs{"jobs_cancel_waiting", R"(
    update jobs set state = 'cancelled', cancel_reason = $3, finished_at = $4
    where repository_id = $1 and run_id = any ($2::uuid[]) and state in ('queued', 'lost')
    returning job_id)"};

// The runner hears of it with its next heartbeat and ends the job itself; the reaper does if it stays silent.
constexpr Query tell_leased_jobs{"jobs_tell_leased", R"(
    update jobs set cancel_reason = $3
    where repository_id = $1 and run_id = any ($2::uuid[]) and state in ('leased', 'running') and cancel_reason is null
    returning job_id)"};

constexpr Query supersede_waiting_job{"jobs_supersede_waiting", R"(
    update jobs set state = 'cancelled', cancel_reason = 'superseded', finished_at = $4
    where repository_id = $1 and run_id = $2::uuid and suite = $3 and state in ('queued', 'lost')
    returning job_id)"};

constexpr Query supersede_held_job{"jobs_supersede_held", R"(
    update jobs set cancel_reason = 'superseded'
    where repository_id = $1 and run_id = $2::uuid and suite = $3 and state in ('leased', 'running')
      and cancel_reason is null)"};

std::vector<std::string> ids(const pqxx::result& rows) {
    std::vector<std::string> found;
    for (const pqxx::row& row : rows) found.emplace_back(row[0].c_str());
    return found;
}

Stopped stop_jobs(Tx& tx, std::int64_t repository_id, std::vector<std::string> runs, const char* reason, Time now) {
    Stopped stopped{.runs = std::move(runs)};
    if (stopped.runs.empty()) return stopped;
    const std::string of_runs = text_array(stopped.runs);
    stopped.cancelled_jobs = ids(exec(tx, cancel_waiting_jobs, repository_id, of_runs, reason, now));
    stopped.told_jobs = ids(exec(tx, tell_leased_jobs, repository_id, of_runs, reason));
    if (!stopped.cancelled_jobs.empty()) notify(tx, Channel::finished);
    return stopped;
}

}

RunRow read_run(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .run_id = column<std::string>(row, "run_id"),
            .kind = word(row, "kind", model::run_kind_from),
            .number = maybe<std::int64_t>(row, "number"),
            .head_sha = column<std::string>(row, "head_sha"),
            .base_sha = column<std::string>(row, "base_sha"),
            .base_ref = column<std::string>(row, "base_ref"),
            .merge_base = column<std::string>(row, "merge_base"),
            .trigger_id = column<std::string>(row, "trigger_id"),
            .state = word(row, "state", model::run_state_from),
            .conclusion = maybe<std::string>(row, "conclusion"),
            .created_at = column<Time>(row, "created_at"),
            .finished_at = maybe<Time>(row, "finished_at"),
            .config = column<std::string>(row, "config"),
            .config_sha = column<std::string>(row, "config_sha"),
            .message = column<std::string>(row, "message"),
            .aside = column<bool>(row, "aside")};
}

void insert_run(Tx& tx, const RunRow& row) {
    exec(tx, insert, row.repository_id, row.run_id, model::to_string(row.kind), row.number, row.head_sha, row.base_sha,
         row.base_ref, row.merge_base, row.trigger_id, model::to_string(row.state), row.conclusion, row.created_at,
         row.finished_at, row.config, row.config_sha, row.message, row.aside);
}

std::optional<RunRow> find_run(Tx& tx, std::int64_t repository_id, const std::string& run_id) {
    if (!is_uuid(run_id)) return std::nullopt;
    return first(exec(tx, find, repository_id, run_id), read_run);
}

std::optional<RunRow> find_run(Tx& tx, const std::string& run_id) {
    if (!is_uuid(run_id)) return std::nullopt;
    return first(exec(tx, find_by_id, run_id), read_run);
}

std::optional<RunRow> lock_run(Tx& tx, std::int64_t repository_id, const std::string& run_id) {
    if (!is_uuid(run_id)) return std::nullopt;
    return first(exec(tx, lock, repository_id, run_id), read_run);
}

std::optional<RunRow> latest_run_for_pull(Tx& tx, std::int64_t repository_id, std::int64_t number) {
    return first(exec(tx, latest_for_pull, repository_id, number), read_run);
}

std::optional<RunRow> latest_push_run(Tx& tx, std::int64_t repository_id, const std::string& head_sha) {
    return first(exec(tx, latest_push, repository_id, head_sha), read_run);
}

std::vector<RunRow> list_runs(Tx& tx, std::int64_t repository_id, std::optional<std::int64_t> number, int limit) {
    return all(exec(tx, list, repository_id, number, limit), read_run);
}

std::vector<RunRow> finished_runs_of_head(Tx& tx, const HeadOfPull& head, int limit) {
    return all(exec(tx, finished_of_head, head.repository_id, head.number, head.head_sha, limit), read_run);
}

std::optional<RunRow> told_by_another_pull(Tx& tx, const HeadOfPull& head) {
    return first(exec(tx, told_by_another, head.repository_id, head.number, head.head_sha), read_run);
}

bool is_head_told(Tx& tx, const HeadOfPull& head, const std::string& base_ref) {
    return column<bool>(exec(tx, head_told, head.repository_id, head.head_sha, base_ref).front(), "told") ||
           told_by_another_pull(tx, head).has_value();
}

bool is_another_open(Tx& tx, const RunRow& run) {
    return column<bool>(
        exec(tx, another_open, run.repository_id, run.number.value_or(0), run.head_sha, run.run_id).front(), "open");
}

void lock_conclusions(Tx& tx, std::int64_t repository_id, std::int64_t number) {
    exec(tx, lock_pull, repository_id, number);
}

std::vector<RunRow> recent_runs(Tx& tx, int limit) {
    return all(exec(tx, recent, limit), read_run);
}

std::vector<RunRow> runs_that_began(Tx& tx, int limit) {
    return all(exec(tx, began, limit), read_run);
}

bool set_run_state(Tx& tx, std::int64_t repository_id, const std::string& run_id, const RunChange& change) {
    return exec(tx, set_state, repository_id, run_id, model::to_string(change.state), change.conclusion, change.message,
                change.now)
               .affected_rows() > 0;
}

Stopped supersede_runs(Tx& tx, std::int64_t repository_id, const std::vector<std::string>& runs, Time now) {
    return stop_jobs(tx, repository_id, ids(exec(tx, supersede, repository_id, text_array(runs), now)), "superseded",
                     now);
}

void supersede_job(Tx& tx, const SupersededJob& job, Time now) {
    const auto stopped = exec(tx, supersede_waiting_job, job.repository_id, job.run_id, job.suite, now);
    exec(tx, supersede_held_job, job.repository_id, job.run_id, job.suite);
    if (!stopped.empty()) notify(tx, Channel::finished);
}

Stopped cancel_runs_of(Tx& tx, std::int64_t repository_id, const std::string& message, Time now) {
    return stop_jobs(tx, repository_id, ids(exec(tx, cancel_all, repository_id, message, now)), "user", now);
}

Stopped cancel_run(Tx& tx, std::int64_t repository_id, const std::string& run_id, Time now) {
    return stop_jobs(tx, repository_id, ids(exec(tx, cancel, repository_id, run_id, now)), "user", now);
}

}
