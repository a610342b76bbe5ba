-- Planning asks GitHub and fetches commits, which may take minutes: a delivery is held by a mark in its row, not by a
-- lock of a transaction that stays open meanwhile.
alter table inbox
    add column repository_id bigint,
    add column held_until timestamptz,
    add column claims bigint not null default 0;
comment on column inbox.repository_id is 'Null: nobody has looked yet. 0: it concerns none.';
comment on column inbox.held_until is 'A worker has it until then, and renews that; when it passes, the worker is taken for dead.';
comment on column inbox.claims is 'Grows each time it is taken, and fences: a worker that lost it can write nothing.';
create index inbox_held on inbox (repository_id) where held_until is not null;

alter table pull_requests add column delivery_seq bigint not null default 0;
comment on column pull_requests.delivery_seq is 'inbox.seq of the newest delivery that told of it; an older one changes nothing.';

alter table jobs
    add column not_before timestamptz,
    add column uploaded_bytes bigint not null default 0;
comment on column jobs.not_before is 'Rests until then: its repository could not be reached, and others are not to wait behind it.';
comment on column jobs.uploaded_bytes is 'Trials, artifacts and log of the newest lease, as they are charged against the limit of a job.';

-- Logs are pruned by age.
create index job_logs_created on job_logs using brin (created_at);
