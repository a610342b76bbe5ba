-- What people ask for on a pull request and what the App may do there: approvals of a fork's commits, waivers, one open
-- request a suite, bisections.

create table approvals (
    repository_id bigint not null,
    number        bigint not null,
    head_sha      text not null,
    author        text not null,
    comment_id    bigint,
    created_at    timestamptz not null,
    primary key (repository_id, number, head_sha)
);
comment on table approvals is 'A maintainer let this very commit of a fork run; a push has another SHA and needs its own.';

create table waivers (
    repository_id bigint not null,
    waiver_id     uuid not null,
    number        bigint not null,
    benchmark     text not null,
    metric        text not null default '',
    max_change    double precision not null check (max_change > 0),
    until         date not null,
    reason        text not null,
    author        text not null,
    comment_id    bigint,
    created_at    timestamptz not null,
    revoked_at    timestamptz,
    revoked_by    text,
    primary key (repository_id, waiver_id)
);
comment on table waivers is 'Regressions that somebody lets pass on one pull request, up to max_change (0.08 = 8 %), to the end of the day until (UTC).';
create index waivers_of_pull on waivers (repository_id, number) where revoked_at is null;

alter table jobs add column number bigint;
comment on column jobs.number is 'Pull request whose one open request for this suite this is; null: any number may run.';
create unique index jobs_one_request on jobs (repository_id, number, suite)
    where number is not null and cancel_reason is null and state in ('queued', 'leased', 'running');

alter table runs drop constraint runs_kind_check;
alter table runs add constraint runs_kind_check
    check (kind in ('pull_request', 'push', 'command', 'merge_group', 'calibration', 'bisection'));
