-- A run against another base, or on other hosts, than the pull request itself is measured with answers a question of its
-- own: it neither rules out nor hides what the pull request's own runs found.

alter table runs add column aside boolean not null default false;
comment on column runs.aside is
    'Asked with base=REF or host=CLASS: what it finds is not the answer that the pull request waits for.';
create index runs_of_head on runs (repository_id, number, head_sha)
    where number is not null and state = 'finished';
