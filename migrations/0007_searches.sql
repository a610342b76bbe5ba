-- Searches for the first bad commit: `/rebench bisect`. Each step is a run of kind bisection.

create table searches (
    repository_id bigint not null,
    search_id     uuid not null,
    number        bigint not null,
    suite         text not null,
    benchmark     text not null,
    good_sha      text not null,
    ref           text not null,
    commits       text[] not null check (cardinality(commits) > 0),
    comment_id    bigint not null,
    requested_by  text not null,
    request       text not null,
    config        text not null,
    state         text not null default 'open' check (state in ('open', 'done', 'cancelled')),
    outcome       text not null default '',
    created_at    timestamptz not null,
    finished_at   timestamptz,
    primary key (repository_id, search_id)
);
comment on table searches is 'What is looked for, and between which commits; how far it is follows from search_steps.';
comment on column searches.ref is 'What holds the commits: a branch''s name, or the full name of another ref.';
comment on column searches.commits is 'After good_sha along first parents, oldest first; the last one is the bad end.';
comment on column searches.request is 'What asked, once and for all: a replayed delivery starts no second search.';
comment on column searches.config is 'The .benchgate.yml of all its steps.';
create unique index searches_of_request on searches (repository_id, request);
create unique index searches_one_open on searches (repository_id, number, benchmark) where state = 'open';
create index searches_open on searches (created_at) where state = 'open';

create table search_steps (
    repository_id bigint not null,
    search_id     uuid not null,
    step          integer not null check (step > 0),
    run_id        uuid not null,
    sha           text not null,
    verdict       text check (verdict in ('good', 'bad', 'inconclusive', 'failed')),
    primary key (repository_id, search_id, step)
);
comment on table search_steps is 'One commit compared with the good end; verdict is null while its run is not over.';
create unique index search_steps_of_run on search_steps (repository_id, run_id);

alter table jobs add column protocol integer not null default 1;
comment on column jobs.protocol is 'The least version of the runner protocol that whoever leases it must speak.';
