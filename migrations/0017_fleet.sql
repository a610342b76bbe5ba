-- The fleet: what each repository has used of the runners lately, so that the one that used least goes first, and what
-- an operator has said about a runner.

create table runner_time (
    repository_id bigint primary key,
    used_s double precision not null,
    as_of timestamptz not null
);
comment on table runner_time is 'Seconds of runners that a repository used in leases that are over; half of it is forgotten every six hours.';
comment on column runner_time.as_of is 'When used_s was right; it is less by now.';

alter table jobs add column counted_from timestamptz;
comment on column jobs.counted_from is 'Where the runner time begins that runner_time does not hold yet; of a job that a runner has.';
update jobs set counted_from = leased_at where state in ('leased', 'running');

-- What is leased next is looked for repository by repository.
create index jobs_queue_of_repository on jobs (repository_id, priority desc, seq) where state = 'queued';
drop index jobs_queue;

-- A job that runs counts for a minute from its first moment: else one repository would get every free runner at once.
-- Beyond 200 halves nothing is left, and power() would refuse to be that small.
create function runner_shares(moment timestamptz) returns table (repository_id bigint, used_s double precision)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    select both_parts.repository_id, sum(both_parts.used_s)
    from (select ended.repository_id, ended.used_s * power(0.5::double precision,
                 least(greatest(extract(epoch from moment - ended.as_of)::double precision / 21600, 0), 200)) as used_s
          from runner_time ended
          union all
          select jobs.repository_id, greatest(extract(epoch from moment - jobs.counted_from)::double precision, 60)
          from jobs where jobs.state in ('leased', 'running')) as both_parts
    group by both_parts.repository_id;
end
$$;

alter table runners
    add column reason text not null default '',
    add column drained_at timestamptz,
    add column drain_reason text not null default '';
comment on column runners.reason is 'Why it is quarantined, for people.';
comment on column runners.drained_at is 'An operator wants it to take no more jobs since then; null: it may.';
