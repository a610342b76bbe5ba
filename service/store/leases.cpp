#include "service/store/leases.h"

#include <array>

#include "core/json/json.h"
#include "service/store/job_rows.h"
#include "service/store/runners.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

// Of every repository with queued jobs the first few that this runner may have, then the first of all these that nobody
// else is just taking: how long that takes grows with the repositories, not with the queue. Of one repository no more
// than 32 leases can be made in the same moment; who gets nothing by that is called again.
constexpr Query lease_next{"leases_lease", R"(
    with recursive repository as (
        (select repository_id from jobs where state = 'queued' order by repository_id limit 1)
        union all
        select (select more.repository_id from jobs more
                where more.state = 'queued' and more.repository_id > repository.repository_id
                order by more.repository_id limit 1)
        from repository where repository.repository_id is not null),
    share as materialized (select * from runner_shares($3::timestamptz)),
    candidate as materialized (
        select suitable.repository_id, suitable.job_id
        from repository left join share using (repository_id) cross join lateral (
            select jobs.repository_id, job_id, priority, seq from jobs
            where jobs.repository_id = repository.repository_id
              and state = 'queued' and labels <@ $2::text[] and protocol <= $6
              and (not_before is null or not_before <= $3::timestamptz)
              and (prefer_runner_id is null or prefer_runner_id = $1::uuid or prefer_until <= $3::timestamptz)
              and (avoid_runner_id is null or avoid_runner_id <> $1::uuid or avoid_until <= $3::timestamptz)
            order by priority desc, seq limit 32) as suitable
        where not exists (select 1 from repositories away
                          where away.repository_id = repository.repository_id and not away.active)
        order by suitable.priority desc, coalesce(share.used_s, 0), suitable.seq),
    next as (
        select free.repository_id, free.job_id from candidate cross join lateral (
            select jobs.repository_id, jobs.job_id from jobs
            where jobs.repository_id = candidate.repository_id and jobs.job_id = candidate.job_id and state = 'queued'
            for update skip locked) as free
        limit 1)
    update jobs set state = 'leased', epoch = jobs.epoch + 1, runner_id = $1::uuid, leased_at = $3::timestamptz,
        counted_from = $3::timestamptz,
        deadline = $3::timestamptz + make_interval(secs => timeout_s),
        lease_expires_at = least($3::timestamptz + make_interval(secs => $4::int),
                                 $3::timestamptz + make_interval(secs => timeout_s + $5::int)),
        phase = null, block = null, progress = null, eta_s = null, log_bytes = 0
    from next where jobs.repository_id = next.repository_id and jobs.job_id = next.job_id
    returning jobs.*)"};

constexpr Query lock{"leases_lock", "select * from jobs where job_id = $1::uuid for update"};

// A queued job is one that was lost and is revived: the attempt that its loss cost is given back.
constexpr Query beat_job{"leases_beat", R"(
    update jobs set state = 'running',
        attempts = case when state = 'queued' then greatest(attempts - 1, 0) else attempts end,
        lease_expires_at = least($2::timestamptz + make_interval(secs => $3::int),
                                 deadline + make_interval(secs => $4::int)),
        cancel_reason = coalesce(cancel_reason, case when deadline <= $2::timestamptz then 'deadline' end),
        phase = $5, block = $6, progress = $7, eta_s = $8
    where job_id = $1::uuid returning lease_expires_at, cancel_reason)"};

constexpr Query earlier_finish{"leases_earlier_finish", R"(
    select used, requeued, runner_id from bundles where repository_id = $1 and job_id = $2::uuid and epoch = $3)"};

constexpr Query keep_bundle{"leases_keep_bundle", R"(
    insert into bundles (repository_id, job_id, epoch, runner_id, outcome, manifest, signature, used, requeued,
                         created_at, public_key)
    values ($1, $2, $3, $4::uuid, $5::jsonb, $6::json, $7, $8, $9, $10,
            coalesce((select public_key from runners where runner_id = $4::uuid), '')))"};

constexpr Query end_job{"leases_end", R"(
    update jobs set state = $2, outcome = $3::jsonb, finished_at = $4, attempts = attempts + $5::int, phase = $6
    where job_id = $1::uuid)"};

// Without a holder nobody can revive the lease that was given up.
constexpr Query requeue{"leases_requeue", R"(
    update jobs set state = case when cancel_reason is null then 'queued' else 'cancelled' end,
        finished_at = case when cancel_reason is null then null else $3::timestamptz end,
        attempts = greatest(attempts + $2::int, 0), runner_id = null, lease_expires_at = null,
        phase = null, block = null, progress = null, eta_s = null, not_before = $4::timestamptz
    where job_id = $1::uuid returning state)"};

// A host that cannot work is the first to ask again, so for a while others go before it. A wish that lasts longer
// stands.
constexpr Query rest{"leases_rest", R"(
    update jobs set avoid_runner_id = $2::uuid, avoid_until = $3::timestamptz + make_interval(secs => $4::int)
    where job_id = $1::uuid and (avoid_runner_id is null or avoid_until <= $3::timestamptz + make_interval(secs => $4::int)))"};

constexpr Query has_trials{"leases_has_trials", R"(
    select exists (select 1 from trials where repository_id = $1 and job_id = $2::uuid and epoch = $3) as has)"};

// What is empty costs a row all the same. Bytes of an earlier lease still count, and only an attempt that was charged
// brings new room: else a job that is given back and taken again could fill the disk.
constexpr Query charge{"leases_charge", R"(
    update jobs set uploaded_bytes = uploaded_bytes + greatest($2::bigint, $3::bigint)
    where job_id = $1::uuid
      and uploaded_bytes + greatest($2::bigint, $3::bigint) <= $4::bigint * (attempts + 1))"};

constexpr Query uploaded{"leases_uploaded", "select uploaded_bytes from jobs where job_id = $1::uuid"};

constexpr Query count_failure{"leases_count_failure", R"(
    update runners set failures = case when $2 then failures + 1 else 0 end,
        state = case when $2 and failures + 1 >= $3 then 'quarantined' else state end,
        reason = case when $2 and failures + 1 >= $3 then $4 else reason end
    where runner_id = $1::uuid)"};

// After everything else of its transaction: whoever counts for the same repository waits for this row only, and
// briefly.
constexpr Query count_time{"leases_count_time", R"(
    insert into runner_time (repository_id, used_s, as_of)
    select repository_id, sum(greatest(extract(epoch from $2::timestamptz - counted_from), 0)), $2::timestamptz
    from jobs where job_id = any ($1::uuid[]) and counted_from is not null group by repository_id order by repository_id
    on conflict (repository_id) do update set
        used_s = excluded.used_s + runner_time.used_s * power(0.5::double precision, least(greatest(
            extract(epoch from excluded.as_of - runner_time.as_of)::double precision / 21600, 0), 200)),
        as_of = greatest(runner_time.as_of, excluded.as_of))"};

// Its runner may come back and go on.
constexpr Query count_on{"leases_count_on", R"(
    update jobs set counted_from = $2::timestamptz where job_id = any ($1::uuid[]))"};

constexpr Query reap_deadline{"leases_reap_deadline", R"(
    update jobs set state = 'failed', finished_at = $1::timestamptz, cancel_reason = 'deadline',
        outcome = jsonb_build_object('outcome', 'failed', 'infrastructure', false, 'phase', coalesce(phase, ''),
                                     'reason', 'deadline: the job took longer than its ' || timeout_s || ' s')
    where state in ('leased', 'running') and deadline + make_interval(secs => $2::int) <= $1::timestamptz
    returning job_id)"};

constexpr Query reap_cancelled{"leases_reap_cancelled", R"(
    update jobs set state = 'cancelled', finished_at = $1::timestamptz
    where state in ('leased', 'running') and cancel_reason is not null and lease_expires_at <= $1::timestamptz
    returning job_id)"};

constexpr Query reap_exhausted{"leases_reap_exhausted", R"(
    update jobs set state = 'failed', finished_at = $1::timestamptz, attempts = attempts + 1,
        outcome = jsonb_build_object('outcome', 'failed', 'infrastructure', true, 'phase', coalesce(phase, ''),
                                     'reason', 'the runner fell silent; attempts used: ' || attempts + 1)
    where state in ('leased', 'running') and lease_expires_at <= $1::timestamptz and deadline > $1::timestamptz
      and attempts + 1 >= $2::int
    returning job_id)"};

// Whatever held it up, nobody is to blame and nobody tries again: what one host has confirmed stands without it.
constexpr Query reap_untaken{"leases_reap_untaken", R"(
    update jobs set state = 'failed', finished_at = $1::timestamptz,
        outcome = jsonb_build_object('outcome', 'failed', 'infrastructure', true,
            'phase', 'queue',
            'reason', (case when epoch = 0 then 'no other host took it within '
                            else 'it was lost, and no other host took it again within ' end)
                      || round(extract(epoch from take_by - created_at) / 60)::int || ' minutes')
    where state = 'queued' and take_by <= $1::timestamptz
    returning job_id)"};

constexpr Query reap_lost{"leases_reap_lost", R"(
    update jobs set state = 'queued', attempts = attempts + 1
    where state in ('leased', 'running') and lease_expires_at <= $1::timestamptz and deadline > $1::timestamptz
    returning job_id)"};

constexpr std::array<std::pair<Outcome, std::string_view>, 3> outcomes{
    {{Outcome::succeeded, "succeeded"}, {Outcome::failed, "failed"}, {Outcome::cancelled, "cancelled"}}};

Fence fence_of(const std::optional<JobRow>& job, const LeaseRef& lease) {
    if (!job) return Fence::gone;
    if (lease.epoch < job->epoch) return Fence::stale_epoch;
    if (lease.epoch > job->epoch || job->runner_id != lease.runner_id || is_over(job->state)) return Fence::gone;
    return Fence::current;
}

std::optional<JobRow> lock_job(Tx& tx, const LeaseRef& lease) {
    if (!is_uuid(lease.job_id) || !is_uuid(lease.runner_id)) return std::nullopt;
    return first(exec(tx, lock, lease.job_id), read_job);
}

std::string outcome_json(const Finish& finish) {
    return json::dump(json::Json{{"outcome", to_string(finish.outcome)},
                                 {"infrastructure", finish.infrastructure},
                                 {"phase", finish.phase},
                                 {"reason", finish.reason}});
}

void count_failure_of(Tx& tx, const std::string& runner_id, const Finish& finish, bool infrastructure) {
    exec(tx, count_failure, runner_id, infrastructure, max_failures,
         legible_reason("three jobs in a row failed for the host's reasons; the last one: " + finish.reason));
}

/// What a finish of the newest lease does to its job.
FinishAnswer apply_finish(Tx& tx, const JobRow& job, const LeaseRef& lease, const Finish& finish) {
    const bool infrastructure = finish.outcome == Outcome::failed && finish.infrastructure;
    // A job that fails again says more of itself than of its runner: one pull request must not take a host away.
    if (!infrastructure || job.attempts == 0) count_failure_of(tx, lease.runner_id, finish, infrastructure);
    if (infrastructure && job.attempts + 1 < max_attempts && !job.cancel_reason) {
        exec(tx, requeue, job.job.job_id, 1, finish.now, std::optional<Time>());
        exec(tx, rest, job.job.job_id, lease.runner_id, finish.now, static_cast<int>(retry_elsewhere.count()));
        notify(tx, Channel::jobs);
        return {.used = false, .requeued = true};
    }
    exec(tx, end_job, job.job.job_id, to_string(finish.outcome), jsonb(outcome_json(finish)), finish.now,
         infrastructure ? 1 : 0, finish.phase);
    notify(tx, Channel::finished);
    return {.used = true, .requeued = false};
}

std::vector<std::string> ids(const pqxx::result& rows) {
    std::vector<std::string> found;
    for (const pqxx::row& row : rows) found.emplace_back(row[0].c_str());
    return found;
}

constexpr int grace_s = static_cast<int>(deadline_grace.count());

}

std::string_view to_string(Outcome outcome) {
    for (const auto& [known, name] : outcomes)
        if (known == outcome) return name;
    return "";
}

std::optional<Outcome> outcome_from(std::string_view text) {
    for (const auto& [known, name] : outcomes)
        if (name == text) return known;
    return std::nullopt;
}

std::optional<JobRow> lease_job(Tx& tx, const LeaseRequest& request) {
    return first(exec(tx, lease_next, request.runner_id, text_array(request.labels), request.now,
                      static_cast<int>(request.ttl.count()), grace_s, request.protocol),
                 read_job);
}

void count_runner_time(Tx& tx, const std::vector<std::string>& job_ids, Time now) {
    exec(tx, count_time, text_array(job_ids), now);
}

bool charge_upload(Tx& tx, const std::string& job_id, std::int64_t bytes) {
    return exec(tx, charge, job_id, bytes, least_charge_bytes, max_upload_bytes).affected_rows() > 0;
}

std::int64_t uploaded_bytes(Tx& tx, const std::string& job_id) {
    if (!is_uuid(job_id)) return 0;
    const pqxx::result rows = exec(tx, uploaded, job_id);
    return rows.empty() ? 0 : column<std::int64_t>(rows.front(), "uploaded_bytes");
}

BeatAnswer heartbeat(Tx& tx, const LeaseRef& lease, const Beat& beat) {
    const Fence fence = fence_of(lock_job(tx, lease), lease);
    if (fence != Fence::current) return {.fence = fence, .expires_at = {}, .cancel = {}};
    const pqxx::row row = exec(tx, beat_job, lease.job_id, beat.now, static_cast<int>(beat.ttl.count()), grace_s,
                               model::to_string(beat.phase), beat.block, beat.progress, beat.eta_s)
                              .front();
    return {.fence = fence,
            .expires_at = column<Time>(row, "lease_expires_at"),
            .cancel = maybe<std::string>(row, "cancel_reason")};
}

Fence check_lease(Tx& tx, const LeaseRef& lease) {
    return fence_of(lock_job(tx, lease), lease);
}

FinishAnswer finish_job(Tx& tx, const LeaseRef& lease, const Finish& finish) {
    const std::optional<JobRow> job = lock_job(tx, lease);
    if (!job || lease.epoch < 1 || lease.epoch > job->epoch) return {};
    const pqxx::result earlier = exec(tx, earlier_finish, job->job.repository_id, lease.job_id, lease.epoch);
    if (!earlier.empty()) {
        if (column<std::string>(earlier.front(), "runner_id") != lease.runner_id) return {};
        return {.used = column<bool>(earlier.front(), "used"), .requeued = column<bool>(earlier.front(), "requeued")};
    }
    if (lease.epoch == job->epoch && job->runner_id != lease.runner_id) return {};
    FinishAnswer answer;
    const bool is_current = fence_of(job, lease) == Fence::current;
    if (is_current) answer = apply_finish(tx, *job, lease, finish);
    exec(tx, keep_bundle, job->job.repository_id, lease.job_id, lease.epoch, lease.runner_id,
         jsonb(outcome_json(finish)), finish.manifest_json, finish.signature, answer.used, answer.requeued, finish.now);
    if (is_current) count_runner_time(tx, {lease.job_id}, finish.now);
    return answer;
}

Fence release_job(Tx& tx, const LeaseRef& lease, Time now, std::optional<Time> not_before) {
    const std::optional<JobRow> job = lock_job(tx, lease);
    const Fence fence = fence_of(job, lease);
    if (fence != Fence::current) return fence;
    if (column<bool>(exec(tx, has_trials, job->job.repository_id, lease.job_id, lease.epoch).front(), "has"))
        return Fence::gone;
    const int attempts = job->state == model::JobState::queued ? -1 : 0;
    const bool queued =
        column<std::string>(exec(tx, requeue, lease.job_id, attempts, now, not_before).front(), "state") == "queued";
    notify(tx, queued ? Channel::jobs : Channel::finished);
    count_runner_time(tx, {lease.job_id}, now);
    return fence;
}

Reaped reap_leases(Tx& tx, Time now) {
    Reaped reaped;
    reaped.past_deadline = ids(exec(tx, reap_deadline, now, grace_s));
    reaped.cancelled = ids(exec(tx, reap_cancelled, now));
    reaped.failed = ids(exec(tx, reap_exhausted, now, max_attempts));
    reaped.requeued = ids(exec(tx, reap_lost, now));
    reaped.untaken = ids(exec(tx, reap_untaken, now));
    if (!reaped.requeued.empty()) notify(tx, Channel::jobs);
    if (!reaped.past_deadline.empty() || !reaped.cancelled.empty() || !reaped.failed.empty() || !reaped.untaken.empty())
        notify(tx, Channel::finished);
    std::vector<std::string> held = reaped.requeued;
    for (const auto* more : {&reaped.past_deadline, &reaped.cancelled, &reaped.failed})
        held.insert(held.end(), more->begin(), more->end());
    if (!held.empty()) count_runner_time(tx, held, now);
    if (!reaped.requeued.empty()) exec(tx, count_on, text_array(reaped.requeued), now);
    return reaped;
}

}
