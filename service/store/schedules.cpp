#include "service/store/schedules.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query forget{"schedules_forget", R"(
    delete from schedules where repository_id = $1 and not suite = any ($2::text[]))"};

constexpr Query put{"schedules_put", R"(
    insert into schedules (repository_id, suite, line, next_at) values ($1, $2, $3, $4)
    on conflict (repository_id, suite) do update set line = excluded.line, next_at = excluded.next_at
    where schedules.line <> excluded.line)"};

constexpr Query mark_read{"schedules_mark_read", R"(
    update repositories set schedules_read_at = $2 where repository_id = $1)"};

constexpr Query list{"schedules_list", "select * from schedules where repository_id = $1 order by next_at, suite"};

constexpr Query coming{"schedules_coming", R"(
    select schedules.* from schedules join repositories using (repository_id)
    where active order by next_at, repository_id, suite limit $1)"};

constexpr Query say{"schedules_say", R"(
    update schedules set said = $3, said_at = $4 where repository_id = $1 and suite = $2)"};

constexpr Query due{"schedules_due", R"(
    select repository_id from schedules join repositories using (repository_id)
    where next_at <= $1 and active group by repository_id order by min(next_at) limit $2)"};

// Row by row, two processes could each get a part of what is due at once, and make two runs of it.
constexpr Query try_lock{"schedules_try_lock", R"(
    select pg_try_advisory_xact_lock(hashtextextended('schedules', $1::bigint)) as mine)"};

constexpr Query wait_lock{"schedules_lock", "select pg_advisory_xact_lock(hashtextextended('schedules', $1::bigint))"};

constexpr Query take{"schedules_take", R"(
    select * from schedules where repository_id = $1 and next_at <= $2 order by suite limit 500 for update)"};

constexpr Query put_off{"schedules_put_off", R"(
    update schedules set next_at = $3 where repository_id = $1 and suite = $2)"};

constexpr std::chrono::days in_use_for{30};
constexpr Query take_unread{"schedules_take_unread", R"(
    update repositories set schedules_read_at = $1 where repository_id in (
        select repository_id from repositories
        where active and schedules_read_at is null and default_branch <> ''
            and exists (select from runs where runs.repository_id = repositories.repository_id and created_at >= $2)
        order by repository_id limit 20 for update skip locked)
    returning repository_id)"};

constexpr Query jobs_of_schedules{"schedules_jobs", R"(
    select asked.suite, newest.head_sha, newest.state
    from unnest($2::text[]) as asked (suite) cross join lateral (
        select runs.head_sha, jobs.state, runs.seq from runs join jobs using (repository_id, run_id)
        where runs.repository_id = $1 and runs.kind = 'schedule' and jobs.suite = asked.suite
        order by runs.seq desc limit 20) as newest
    order by asked.suite, newest.seq desc)"};

ScheduleRow read_schedule(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .suite = column<std::string>(row, "suite"),
            .line = column<std::string>(row, "line"),
            .next_at = column<Time>(row, "next_at"),
            .said = column<std::string>(row, "said"),
            .said_at = maybe<Time>(row, "said_at")};
}

ScheduledJob read_scheduled_job(const pqxx::row& row) {
    return {.suite = column<std::string>(row, "suite"),
            .head_sha = column<std::string>(row, "head_sha"),
            .state = word(row, "state", model::job_state_from)};
}

std::vector<std::int64_t> repository_ids(const pqxx::result& rows) {
    std::vector<std::int64_t> found;
    found.reserve(rows.size());
    for (const pqxx::row& row : rows) found.push_back(column<std::int64_t>(row, "repository_id"));
    return found;
}

}  // namespace

void keep_schedules(Tx& tx, std::int64_t repository_id, const std::vector<ScheduleRow>& rows, Time now) {
    std::vector<std::string> suites;
    suites.reserve(rows.size());
    for (const auto& row : rows) suites.push_back(row.suite);
    exec(tx, wait_lock, repository_id);
    exec(tx, forget, repository_id, text_array(suites));
    for (const auto& row : rows) exec(tx, put, repository_id, row.suite, row.line, row.next_at);
    exec(tx, mark_read, repository_id, now);
}

std::vector<ScheduleRow> schedules_of(Tx& tx, std::int64_t repository_id) {
    return all(exec(tx, list, repository_id), read_schedule);
}

std::vector<ScheduleRow> next_schedules(Tx& tx, int limit) {
    return all(exec(tx, coming, limit), read_schedule);
}

void say_of_schedule(Tx& tx, std::int64_t repository_id, const std::string& suite, const std::string& words, Time now) {
    exec(tx, say, repository_id, suite, words, now);
}

std::vector<std::int64_t> repositories_with_due(Tx& tx, Time now) {
    return repository_ids(exec(tx, due, now, static_cast<int>(most_due)));
}

std::vector<ScheduleRow> take_due_schedules(Tx& tx, std::int64_t repository_id, Time now) {
    if (!column<bool>(exec(tx, try_lock, repository_id).front(), "mine")) return {};
    return all(exec(tx, take, repository_id, now), read_schedule);
}

void put_off_schedule(Tx& tx, const ScheduleRow& row, Time next_at) {
    exec(tx, put_off, row.repository_id, row.suite, next_at);
}

std::vector<std::int64_t> take_unread_for_schedules(Tx& tx, Time now) {
    return repository_ids(exec(tx, take_unread, now, now - in_use_for));
}

std::vector<ScheduledJob> scheduled_jobs(Tx& tx, std::int64_t repository_id, const std::vector<std::string>& suites) {
    return all(exec(tx, jobs_of_schedules, repository_id, text_array(suites)), read_scheduled_job);
}

}  // namespace benchgate::store
