-- Confirmation on a second host: a job of the same run that measures again what another job alarmed on.

alter table jobs add column confirms_job_id uuid;
comment on column jobs.confirms_job_id is
    'The job of the same run whose regressions it measures again on another host; null: it is no confirmation.';
alter table jobs add column take_by timestamptz;
comment on column jobs.take_by is 'Given up if no runner has it by then; null: it waits as long as its run.';
comment on column jobs.avoid_until is 'Null beside an avoid_runner_id: never leased to that runner.';
create index jobs_take_by on jobs (take_by) where take_by is not null and state = 'queued';
