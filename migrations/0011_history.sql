-- Main's history: the order of its commits, and what the pushes to it measured. Points are made from stored bundles and
-- can be made again: put the job into history_due.

create table main_commits (
    repository_id bigint not null,
    sha           text not null,
    place         bigint not null,
    primary key (repository_id, sha)
);
comment on table main_commits is 'Commits of the default branch along first parents; places grow, and are given once.';
create unique index main_commits_by_place on main_commits (repository_id, place);

create table history_due (
    repository_id bigint not null,
    job_id        uuid not null,
    next_at       timestamptz not null,
    attempts      integer not null default 0,
    primary key (repository_id, job_id)
);
comment on table history_due is 'Judged jobs of pushes that main''s history has not taken up yet.';
create index history_due_next on history_due (next_at);

create table history_jobs (
    repository_id bigint not null,
    job_id        uuid not null,
    run_id        uuid not null,
    suite         text not null,
    host_class    text not null,
    head_sha      text not null,
    base_sha      text not null,
    host          text not null,
    measured_at   timestamptz not null,
    outcome       text not null check (outcome in ('measured', 'identical', 'unusable')),
    reason        text not null default '',
    primary key (repository_id, job_id)
);
comment on table history_jobs is 'Jobs of pushes to main that were taken up, with or without points.';
comment on column history_jobs.host_class is 'The labels that its runner had to have, sorted, with commas between.';
comment on column history_jobs.host is 'Name of the runner.';
comment on column history_jobs.outcome is 'identical: the artifacts are those of the commit before, nothing was measured.';

create table history_series (
    repository_id bigint not null,
    series_id     text not null,
    suite         text not null,
    host_class    text not null,
    benchmark     text not null,
    metric        text not null,
    due_at        timestamptz,
    looked_at     timestamptz,
    points        integer not null default 0,
    minor         integer not null default 0,
    primary key (repository_id, series_id)
);
comment on table history_series is 'What main''s history is kept of.';
comment on column history_series.series_id is 'Of suite, host class, benchmark and metric: the same at any time, fit for an address.';
comment on column history_series.due_at is 'Points came since the detector looked; null: it has seen all.';
comment on column history_series.minor is 'Sure changes that are small beside the series'' own range, and are not followed.';
create index history_series_due on history_series (due_at) where due_at is not null;

create table history_points (
    repository_id bigint not null,
    series_id     text not null,
    job_id        uuid not null,
    unit          text not null,
    better        text not null check (better in ('lower', 'higher', 'none')),
    gating        boolean not null,
    value         double precision,
    base_value    double precision,
    trials        integer not null,
    note          text not null,
    primary key (repository_id, series_id, job_id)
);
comment on table history_points is 'One value a series and job: the median of head''s trials, and of base''s beside it.';
comment on column history_points.note is 'Why there is no value, or of how many trials it is not.';

create table changes (
    repository_id  bigint not null,
    change_id      uuid not null,
    series_id      text not null,
    state          text not null check (state in ('provisional', 'found', 'measuring', 'confirmed', 'rejected',
                                                  'undecided', 'withdrawn')),
    worse          boolean not null,
    sha            text not null,
    from_sha       text not null,
    to_sha         text not null,
    commits        integer not null,
    unit           text not null,
    before         double precision not null,
    after          double precision not null,
    change         double precision,
    low            double precision,
    high           double precision,
    later          integer not null,
    reason         text not null default '',
    attempts       integer not null default 0,
    search_id      uuid,
    measured_run   uuid,
    measured_ratio double precision,
    measured_low   double precision,
    measured_high  double precision,
    first_bad      text not null default '',
    subject        text not null default '',
    handling       text not null default 'open'
                   check (handling in ('open', 'acknowledged', 'fixed', 'reverted', 'expected')),
    handled_by     text not null default '',
    handled_at     timestamptz,
    note           text not null default '',
    found_at       timestamptz not null,
    updated_at     timestamptz not null,
    primary key (repository_id, change_id)
);
comment on table changes is 'Change points of main: what measuring says (state), and what people say (handling).';
comment on column changes.sha is 'The first commit that was measured at the new level: what the change is known by.';
comment on column changes.from_sha is 'The last commit that may still be good; to_sha the last that may be the first bad one.';
comment on column changes.commits is 'After from_sha up to to_sha.';
comment on column changes.before is 'Medians of the series beside it; measured_... are of the gate''s test of to_sha against from_sha.';
comment on column changes.handled_by is 'benchgate: the level returned by itself.';
create index changes_of_series on changes (repository_id, series_id);
create index changes_to_measure on changes (found_at) where state in ('found', 'measuring');

create table change_events (
    repository_id bigint not null,
    change_id     uuid not null,
    seq           bigint generated always as identity,
    at            timestamptz not null,
    who           text not null,
    what          text not null,
    note          text not null default '',
    primary key (repository_id, change_id, seq)
);
comment on table change_events is 'Everything that became of a change, with who and when; only added to.';

alter table searches add column metric text not null default '';
comment on column searches.metric is 'Empty: the metric of the benchmark that lost most.';
alter table searches add column improvement boolean not null default false;
comment on column searches.improvement is 'A change for the better is looked for.';
comment on column searches.number is 'Pull request; 0: main''s own history asked, and nobody is told on GitHub.';

insert into history_due (repository_id, job_id, next_at)
    select jobs.repository_id, jobs.job_id, now()
    from jobs join runs using (repository_id, run_id)
        join repositories on repositories.repository_id = jobs.repository_id
    where runs.kind = 'push' and jobs.judged_at is not null and runs.base_ref = repositories.default_branch;
