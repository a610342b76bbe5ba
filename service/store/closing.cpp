#include "service/store/closing.h"

#include "service/store/leases.h"
#include "service/store/run_rows.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

// `infrastructure` says that it is not the change's fault. The phase "queue" is one that no runner was ever in. What is
// queued again has its runner time counted, whoever had it.
constexpr Query give_up{"jobs_give_up", R"(
    update jobs set state = 'failed', finished_at = $2::timestamptz,
        counted_from = case when jobs.state <> 'queued' then jobs.counted_from end,
        outcome = jsonb_build_object('outcome', 'failed', 'infrastructure', true,
            'phase', case when jobs.epoch = 0 then 'queue' else coalesce(jobs.phase, 'queue') end,
            'reason', case
                when not coalesce(repository.active, true) then
                    'the repository was out of the App''s reach for ' || $3::int || ' hours'
                when jobs.epoch = 0 then
                    'no runner' || case when cardinality(jobs.labels) = 0 then ''
                                        else ' with the labels ' || array_to_string(jobs.labels, ', ') end
                    || ' took it within ' || $3::int || ' hours'
                else 'it was not finished within ' || $3::int || ' hours' end)
    from runs left join repositories repository using (repository_id)
    where runs.state in ('queued', 'running') and runs.created_at <= $1::timestamptz
      and jobs.repository_id = runs.repository_id and jobs.run_id = runs.run_id
      and jobs.state in ('queued', 'leased', 'running')
    returning jobs.job_id)"};

constexpr Query left_open{"runs_left_open", R"(
    select * from runs where state in ('queued', 'running') and created_at <= $1
      and not exists (select 1 from jobs where jobs.repository_id = runs.repository_id and jobs.run_id = runs.run_id
                      and jobs.judged_at is null)
    order by created_at limit $2)"};

// It looks before it makes, since an earlier sending may have made the object.
constexpr Query revive{"outbox_revive", R"(
    update outbox set state = 'pending', attempts = greatest(outbox.attempts, 1), next_at = $4::timestamptz,
        installation_id = null
    from repositories repository
    where outbox.state = 'dead' and repository.repository_id = outbox.repository_id and repository.active
      and ($1::bigint is null or repository.installation_id = $1::bigint)
      and outbox.sent_at <= $2::timestamptz and outbox.created_at >= $3::timestamptz
      and (outbox.kind = 'comment' or outbox.kind like 'check:%' or outbox.kind like 'status:%')
      and not exists (select 1 from outbox newer where newer.repository_id = outbox.repository_id
                      and newer.target = outbox.target and newer.kind = outbox.kind and newer.item_id > outbox.item_id
                      and newer.state <> 'replaced'))"};

std::vector<std::string> ids(const pqxx::result& rows) {
    std::vector<std::string> found;
    for (const pqxx::row& row : rows) found.emplace_back(row[0].c_str());
    return found;
}

}

std::vector<std::string> give_up_jobs(Tx& tx, Time made_before, int after_hours, Time now) {
    auto given_up = ids(exec(tx, give_up, made_before, now, after_hours));
    if (given_up.empty()) return given_up;
    notify(tx, Channel::finished);
    count_runner_time(tx, given_up, now);
    return given_up;
}

std::vector<RunRow> runs_left_open(Tx& tx, Time made_before, int limit) {
    return all(exec(tx, left_open, made_before, limit), read_run);
}

std::size_t revive_given_up(Tx& tx, const Revival& revival, Time now) {
    const auto revived =
        exec(tx, revive, revival.installation_id, revival.given_up_before, revival.made_after, now).affected_rows();
    if (revived > 0) notify(tx, Channel::outbox);
    return revived;
}

}
