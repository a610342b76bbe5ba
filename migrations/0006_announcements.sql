-- What a pull request's comment says right now: an edit notifies nobody, so a verdict that turns red gets a comment of
-- its own, and the former one is folded away.
create table sticky_comments (
    repository_id bigint not null,
    number        bigint not null,
    comment_id    bigint not null,
    gate          text not null check (gate in ('success', 'failure', 'neutral', 'action_required')),
    title         text not null,
    markdown      text not null,
    sent_at       timestamptz not null,
    primary key (repository_id, number)
);
comment on table sticky_comments is 'The live comment of a pull request as GitHub took it last, and what it is folded into.';

-- Why a repository is out of reach: each ends by an event of its own, and must not end another one.
alter table repositories rename column active to installed;
alter table repositories
    add column suspended boolean not null default false,
    add column archived boolean not null default false;
alter table repositories
    add column active boolean not null generated always as (installed and not suspended and not archived) stored;
comment on column repositories.installed is 'The installation holds it; false: taken out, or deleted.';
comment on column repositories.suspended is 'Its installation is suspended, or ended.';
comment on column repositories.active is 'In reach: only then its jobs are leased.';

-- What waits for longer than a day is closed.
create index runs_unfinished on runs (created_at) where state in ('queued', 'running');
