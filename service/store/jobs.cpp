#include "service/store/jobs.h"

#include "service/store/job_rows.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query insert{"jobs_insert", R"(
    insert into jobs (repository_id, job_id, run_id, suite, labels, priority, spec, timeout_s, prefer_runner_id,
                      prefer_until, avoid_runner_id, avoid_until, created_at, number, protocol, confirms_job_id,
                      take_by)
    values ($1, $2, $3, $4, $5::text[], $6, $7::jsonb, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))"};

constexpr Query refuse{"jobs_refuse", R"(
    update jobs set state = 'failed', finished_at = $2::timestamptz,
        outcome = jsonb_build_object('outcome', 'failed', 'infrastructure', false, 'phase', 'fetch', 'reason', $3::text)
    where job_id = $1::uuid)"};

constexpr Query find{"jobs_find", "select * from jobs where job_id = $1::uuid"};

constexpr Query of_run{"jobs_of_run", "select * from jobs where repository_id = $1 and run_id = $2::uuid order by seq"};

// What runners have first; then as they would be leased one by one, each counting for the minute that a job counts for
// at least.
constexpr Query open{"jobs_open", R"(
    with queue as (
        select repository_id, job_id, row_number() over (order by priority desc, turn, seq) - 1 as ahead
        from (select jobs.repository_id, job_id, priority, seq, coalesce(share.used_s, 0) + 60 * row_number()
                     over (partition by jobs.repository_id order by priority desc, seq) as turn
              from jobs left join runner_shares($2::timestamptz) share using (repository_id)
              where state = 'queued') as waiting)
    select jobs.*, queue.ahead from jobs left join queue using (repository_id, job_id)
    where state in ('queued', 'leased', 'running')
    order by queue.ahead nulls first, priority desc, seq limit $1)"};

constexpr Query position{"jobs_queue_position", R"(
    select ahead from (
        select job_id, row_number() over (order by priority desc, turn, seq) - 1 as ahead
        from (select job_id, priority, seq, coalesce(share.used_s, 0) + 60 * row_number()
                     over (partition by jobs.repository_id order by priority desc, seq) as turn
              from jobs left join runner_shares($2::timestamptz) share using (repository_id)
              where state = 'queued') as waiting) as queue
    where job_id = $1::uuid)"};

constexpr Query waiting{"jobs_waiting", R"(
    select labels, protocol, count(*) as jobs,
        case when prefer_until is null or prefer_until > $1::timestamptz then prefer_runner_id end as only_runner_id,
        case when avoid_until is null or avoid_until > $1::timestamptz then avoid_runner_id end as never_runner_id
    from jobs
    where state = 'queued' and (not_before is null or not_before <= $1::timestamptz)
      and not exists (select 1 from repositories away
                      where away.repository_id = jobs.repository_id and not away.active)
    group by labels, protocol, only_runner_id, never_runner_id
    order by max(priority) desc limit $2)"};

constexpr Query counts{"jobs_counts", R"(
    select (select count(*) from jobs where state = 'queued') as queued,
           (select count(*) from jobs where state in ('leased', 'running')) as active,
           (select count(*) from jobs where judged_at is null
                and state in ('succeeded', 'failed', 'cancelled', 'lost')) as unjudged,
           (select min(created_at) from jobs where state = 'queued') as oldest)"};

constexpr Query claim_unjudged{"jobs_claim_unjudged", R"(
    select * from jobs where judged_at is null and state in ('succeeded', 'failed', 'cancelled', 'lost')
    order by finished_at limit 1 for update skip locked)"};

constexpr Query judged{"jobs_judged", "update jobs set judged_at = $2 where job_id = $1::uuid"};

JobRow read_open(const pqxx::row& row) {
    JobRow job = read_job(row);
    job.ahead = maybe<std::int64_t>(row, "ahead");
    return job;
}

WaitingJobs read_waiting(const pqxx::row& row) {
    return {.labels = column<std::vector<std::string>>(row, "labels"),
            .protocol = column<int>(row, "protocol"),
            .only_runner_id = maybe<std::string>(row, "only_runner_id"),
            .never_runner_id = maybe<std::string>(row, "never_runner_id"),
            .jobs = column<std::int64_t>(row, "jobs")};
}

}

JobRow read_job(const pqxx::row& row) {
    return {.job = {.repository_id = column<std::int64_t>(row, "repository_id"),
                    .job_id = column<std::string>(row, "job_id"),
                    .run_id = column<std::string>(row, "run_id"),
                    .suite = column<std::string>(row, "suite"),
                    .labels = column<std::vector<std::string>>(row, "labels"),
                    .priority = column<int>(row, "priority"),
                    .spec_json = column<std::string>(row, "spec"),
                    .timeout = std::chrono::seconds(column<int>(row, "timeout_s")),
                    .prefer_runner_id = maybe<std::string>(row, "prefer_runner_id"),
                    .prefer_until = maybe<Time>(row, "prefer_until"),
                    .avoid_runner_id = maybe<std::string>(row, "avoid_runner_id"),
                    .avoid_until = maybe<Time>(row, "avoid_until"),
                    .number = maybe<std::int64_t>(row, "number"),
                    .protocol = column<int>(row, "protocol"),
                    .confirms_job_id = maybe<std::string>(row, "confirms_job_id"),
                    .take_by = maybe<Time>(row, "take_by")},
            .state = word(row, "state", model::job_state_from),
            .epoch = column<std::int64_t>(row, "epoch"),
            .attempts = column<int>(row, "attempts"),
            .runner_id = maybe<std::string>(row, "runner_id"),
            .lease_expires_at = maybe<Time>(row, "lease_expires_at"),
            .deadline = maybe<Time>(row, "deadline"),
            .cancel_reason = maybe<std::string>(row, "cancel_reason"),
            .phase = maybe<std::string>(row, "phase"),
            .block = maybe<int>(row, "block"),
            .progress = maybe<double>(row, "progress"),
            .eta_s = maybe<double>(row, "eta_s"),
            .log_bytes = column<std::int64_t>(row, "log_bytes"),
            .outcome_json = maybe<std::string>(row, "outcome"),
            .created_at = column<Time>(row, "created_at"),
            .leased_at = maybe<Time>(row, "leased_at"),
            .finished_at = maybe<Time>(row, "finished_at"),
            .judged_at = maybe<Time>(row, "judged_at")};
}

bool is_over(model::JobState state) {
    return state == model::JobState::succeeded || state == model::JobState::failed ||
           state == model::JobState::cancelled;
}

void insert_job(Tx& tx, const NewJob& job, Time now) {
    exec(tx, insert, job.repository_id, job.job_id, job.run_id, job.suite, text_array(job.labels), job.priority,
         jsonb(job.spec_json), static_cast<std::int64_t>(job.timeout.count()), job.prefer_runner_id, job.prefer_until,
         job.avoid_runner_id, job.avoid_until, now, job.number, job.protocol, job.confirms_job_id, job.take_by);
    if (!job.refused.empty()) exec(tx, refuse, job.job_id, now, job.refused);
    notify(tx, job.refused.empty() ? Channel::jobs : Channel::finished);
}

std::optional<JobRow> find_job(Tx& tx, const std::string& job_id) {
    if (!is_uuid(job_id)) return std::nullopt;
    return first(exec(tx, find, job_id), read_job);
}

std::vector<JobRow> jobs_of_run(Tx& tx, std::int64_t repository_id, const std::string& run_id) {
    if (!is_uuid(run_id)) return {};
    return all(exec(tx, of_run, repository_id, run_id), read_job);
}

std::vector<JobRow> open_jobs(Tx& tx, int limit, Time now) {
    return all(exec(tx, open, limit, now), read_open);
}

std::optional<std::int64_t> queue_position(Tx& tx, const std::string& job_id, Time now) {
    if (!is_uuid(job_id)) return std::nullopt;
    const pqxx::result rows = exec(tx, position, job_id, now);
    if (rows.empty()) return std::nullopt;
    return column<std::int64_t>(rows.front(), "ahead");
}

std::vector<WaitingJobs> waiting_jobs(Tx& tx, Time now) {
    return all(exec(tx, waiting, now, most_kinds_of_waiting), read_waiting);
}

JobCounts job_counts(Tx& tx) {
    const pqxx::row row = exec(tx, counts).front();
    return {.queued = column<std::int64_t>(row, "queued"),
            .active = column<std::int64_t>(row, "active"),
            .unjudged = column<std::int64_t>(row, "unjudged"),
            .oldest_queued = maybe<Time>(row, "oldest")};
}

std::optional<JobRow> claim_unjudged_job(Tx& tx) {
    return first(exec(tx, claim_unjudged), read_job);
}

void mark_job_judged(Tx& tx, const std::string& job_id, Time now) {
    exec(tx, judged, job_id, now);
}

}
