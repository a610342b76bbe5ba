-- Schedules of suites: what the configuration at the head of the default branch asks for, and when it is due next.

alter table runs drop constraint runs_kind_check;
alter table runs add constraint runs_kind_check
    check (kind in ('pull_request', 'push', 'command', 'merge_group', 'calibration', 'bisection', 'profile',
                    'schedule'));
-- The last time of a suite is looked for among these.
create index runs_schedules on runs (repository_id, seq desc) where kind = 'schedule';

create table schedules (
    repository_id bigint not null,
    suite         text not null,
    line          text not null,
    next_at       timestamptz not null,
    said          text not null default '',
    said_at       timestamptz,
    primary key (repository_id, suite)
);
comment on table schedules is 'Suites of the default branch that are measured at times.';
comment on column schedules.line is 'Five fields of cron, UTC.';
comment on column schedules.next_at is 'Whoever moves it on puts the request into the inbox in the same transaction.';
comment on column schedules.said is 'What the last due time led to, for people.';
create index schedules_due on schedules (next_at);

alter table repositories add column schedules_read_at timestamptz;
comment on column repositories.schedules_read_at is 'When its configuration was last read, or asked to be read, for schedules; null: never.';
