-- Everything that the stages share. Times are UTC with zone; sizes are bytes. Every table that belongs to a repository
-- has repository_id first in its key, so that it can be partitioned by time or distributed by repository as it stands.

create table inbox (
    delivery_id text primary key,
    seq         bigint generated always as identity,
    event       text not null,
    headers     jsonb not null,
    body        bytea not null,
    received_at timestamptz not null,
    state       text not null default 'new' check (state in ('new', 'done', 'failed')),
    attempts    integer not null default 0,
    next_at     timestamptz not null,
    done_at     timestamptz,
    error       text
);
comment on table inbox is 'Webhook deliveries as they came, one row per X-GitHub-Delivery; parsed later by a worker.';
alter table inbox alter column body set compression lz4;
create index inbox_due on inbox (seq) where state = 'new';
create index inbox_received on inbox (received_at);

create table repositories (
    repository_id   bigint primary key,
    owner           text not null,
    name            text not null,
    default_branch  text not null,
    installation_id bigint not null,
    private         boolean not null,
    active          boolean not null default true,
    updated_at      timestamptz not null
);
comment on table repositories is 'Repositories of all installations; the key is GitHub''s id, which survives renames.';
create index repositories_full_name on repositories (lower(owner), lower(name));
create index repositories_installation on repositories (installation_id);

create table pull_requests (
    repository_id  bigint not null,
    number         bigint not null,
    head_sha       text not null,
    base_ref       text not null,
    head_full_name text,
    fork           boolean not null,
    state          text not null check (state in ('open', 'closed')),
    comment_id     bigint,
    updated_at     timestamptz not null,
    primary key (repository_id, number)
);
comment on table pull_requests is 'Pull requests as last heard of. head_full_name is null when the fork was deleted.';

create table runs (
    repository_id bigint not null,
    run_id        uuid not null,
    seq           bigint generated always as identity,
    kind          text not null check (kind in ('pull_request', 'push', 'command')),
    number        bigint,
    head_sha      text not null,
    base_sha      text not null,
    base_ref      text not null,
    merge_base    text not null,
    trigger_id    text not null,
    state         text not null
                  check (state in ('queued', 'running', 'finished', 'superseded', 'cancelled', 'failed')),
    conclusion    text,
    created_at    timestamptz not null,
    finished_at   timestamptz,
    config        text not null,
    config_sha    text not null,
    message       text not null default '',
    primary key (repository_id, run_id)
);
comment on table runs is
    'One request to measure. config is the .benchgate.yml used; trigger_id the delivery or comment.';
create index runs_by_id on runs (run_id);
create index runs_by_pull on runs (repository_id, number, seq desc) where number is not null;
create index runs_recent on runs (repository_id, seq desc);
create index runs_open on runs (repository_id, number) where state in ('queued', 'running');

create table jobs (
    repository_id    bigint not null,
    job_id           uuid not null,
    seq              bigint generated always as identity,
    run_id           uuid not null,
    suite            text not null,
    labels           text[] not null,
    priority         integer not null,
    spec             jsonb not null,
    state            text not null default 'queued'
                     check (state in ('queued', 'leased', 'running', 'succeeded', 'failed', 'cancelled', 'lost')),
    epoch            bigint not null default 0,
    attempts         integer not null default 0,
    timeout_s        integer not null,
    runner_id        uuid,
    prefer_runner_id uuid,
    prefer_until     timestamptz,
    avoid_runner_id  uuid,
    avoid_until      timestamptz,
    lease_expires_at timestamptz,
    deadline         timestamptz,
    cancel_reason    text check (cancel_reason in ('user', 'superseded', 'deadline')),
    phase            text,
    block            integer,
    progress         double precision,
    eta_s            double precision,
    log_bytes        bigint not null default 0,
    outcome          jsonb,
    created_at       timestamptz not null,
    leased_at        timestamptz,
    finished_at      timestamptz,
    judged_at        timestamptz,
    primary key (repository_id, job_id)
);
comment on table jobs is
    'One suite of a run for one host class: the unit of a lease. epoch fences, attempts are charged.';
comment on column jobs.runner_id is 'The newest holder; kept when the lease is lost, so that it may revive it.';
comment on column jobs.judged_at is 'When the outcome was taken up by the judge; a finished job without it is due.';
create index jobs_by_id on jobs (job_id);
create index jobs_of_run on jobs (repository_id, run_id);
create index jobs_queue on jobs (priority desc, seq) where state = 'queued';
create index jobs_leases on jobs (lease_expires_at) where state in ('leased', 'running');
create index jobs_unjudged on jobs (finished_at)
    where judged_at is null and state in ('succeeded', 'failed', 'cancelled', 'lost');

create table job_logs (
    repository_id bigint not null,
    job_id        uuid not null,
    epoch         bigint not null,
    "offset"      bigint not null,
    bytes         bytea not null,
    created_at    timestamptz not null,
    primary key (repository_id, job_id, epoch, "offset")
);
comment on table job_logs is 'Build and run output of a lease, in chunks without holes from offset 0.';

create table trials (
    repository_id bigint not null,
    job_id        uuid not null,
    epoch         bigint not null,
    number        bigint not null,
    digest        text not null,
    body          json not null,
    created_at    timestamptz not null,
    primary key (repository_id, job_id, epoch, number)
);
comment on table trials is
    'Trials as the runner sent them, byte for byte (json keeps the text, jsonb would not). Immutable: the same number comes again with the same digest only.';

create table samples (
    repository_id bigint not null,
    job_id        uuid not null,
    epoch         bigint not null,
    trial         bigint not null,
    item          integer not null,
    benchmark     text not null,
    metric        text not null,
    unit          text not null,
    side          text not null check (side in ('base', 'head')),
    phase         text not null check (phase in ('warmup', 'measure', 'confirm')),
    block         integer not null,
    kept          boolean not null,
    "values"      double precision[] not null,
    created_at    timestamptz not null,
    primary key (repository_id, job_id, epoch, trial, item, created_at)
) partition by range (created_at);
comment on table samples is 'Every raw sample of every trial, in months: retention drops a partition.';
comment on column samples.item is 'Place of the measurement in its trial, from 0.';
create index samples_series on samples (repository_id, benchmark, metric, created_at);

create table bundles (
    repository_id bigint not null,
    job_id        uuid not null,
    epoch         bigint not null,
    runner_id     uuid not null,
    outcome       jsonb not null,
    manifest      json not null,  -- json keeps the bytes that were signed; jsonb would not
    signature     text not null,
    used          boolean not null,
    requeued      boolean not null,
    created_at    timestamptz not null,
    primary key (repository_id, job_id, epoch)
);
comment on table bundles is
    'What finish brought, for every epoch; used = false is kept for inspection and never judged.';

create table artifacts (
    repository_id bigint not null,
    job_id        uuid not null,
    epoch         bigint not null,
    name          text not null,
    sha256        text not null,
    bytes         bytea not null,
    created_at    timestamptz not null,
    primary key (repository_id, job_id, epoch, name)
);
comment on table artifacts is 'Files that a job sent along: flame graphs, profiles, reports.';

create table judgements (
    repository_id bigint not null,
    run_id        uuid not null,
    job_id        uuid not null,
    suite         text not null,
    gate          text not null check (gate in ('success', 'failure', 'neutral', 'action_required')),
    gate_reason   text not null,
    judge_version text not null,
    tests         integer not null,
    blocks_kept   integer not null,
    blocks_void   integer not null,
    judged_at     timestamptz not null,
    primary key (repository_id, run_id, job_id)
);
comment on table judgements is 'What the judge said of a job as a whole.';

create table verdicts (
    repository_id  bigint not null,
    run_id         uuid not null,
    job_id         uuid not null,
    item           integer not null,
    benchmark      text not null,
    metric         text not null,
    unit           text not null,
    better         text not null check (better in ('lower', 'higher', 'none')),
    gating         boolean not null,
    verdict        text not null,
    ratio          double precision,
    low            double precision,
    high           double precision,
    nominal_low    double precision,
    nominal_high   double precision,
    min_detectable double precision,
    base_value     double precision,
    head_value     double precision,
    p              double precision,
    trials_used    integer not null,
    level          text,
    action         text not null check (action in ('log', 'review', 'block')),
    exact          boolean not null,
    confirmed      boolean not null,
    reason         text not null,
    judged_at      timestamptz not null,
    primary key (repository_id, run_id, job_id, item)
);
comment on table verdicts is 'One verdict per benchmark and metric of a judged job, in the judge''s order.';
create index verdicts_series on verdicts (repository_id, benchmark, metric, judged_at);

create table outbox (
    repository_id bigint not null,
    item_id       bigint generated always as identity,
    target        text not null,
    kind          text not null,
    body          jsonb not null,
    state         text not null default 'pending'
                  check (state in ('pending', 'sending', 'sent', 'replaced', 'dead')),
    attempts      integer not null default 0,
    created_at    timestamptz not null,
    next_at       timestamptz not null,
    sent_at       timestamptz,
    error         text,
    primary key (repository_id, item_id)
);
comment on table outbox is 'What is to be said to the outside, at least once and in order within a target.';
comment on column outbox.next_at is 'pending: not before; sending: when the sender is taken for dead.';
create unique index outbox_pending on outbox (repository_id, target, kind) where state = 'pending';
create index outbox_open on outbox (repository_id, target, item_id) where state in ('pending', 'sending');
create index outbox_due on outbox (next_at) where state in ('pending', 'sending');

create table github_objects (
    repository_id bigint not null,
    target        text not null,
    kind          text not null,
    remote_id     text not null,
    updated_at    timestamptz not null,
    primary key (repository_id, target, kind)
);
comment on table github_objects is
    'Ids of what was created outside: a check run per commit, a comment per pull request.';

create table runners (
    runner_id      uuid primary key,
    name           text not null unique,
    token_hash     text not null unique,
    public_key     text not null,
    labels         text[] not null,
    boot_id        text not null default '',
    old_boot_ids   text[] not null default '{}',
    state          text not null default 'ready' check (state in ('ready', 'draining', 'quarantined')),
    failures       integer not null default 0,
    facts          jsonb not null default '[]',
    version        text not null,
    protocol       integer not null,
    registered_at  timestamptz not null,
    last_seen_at   timestamptz not null
);
comment on table runners is 'Agents that registered. Only the hash of a token is kept.';
comment on column runners.failures is 'Infrastructure failures in a row; three of them quarantine the runner.';

create table join_tokens (
    hash       text primary key,
    name       text not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
comment on table join_tokens is 'One-use tokens that let a runner register under a name. Only hashes.';

create table request_log (
    runner_id  uuid not null,
    request_id text not null,
    answer     jsonb not null,
    expires_at timestamptz not null,
    primary key (runner_id, request_id)
);
comment on table request_log is 'Answers given to runners, so that a repeated request gets the same one.';
create index request_log_expiry on request_log (expires_at);

create table settings (
    name       text primary key,
    value      text not null,
    updated_at timestamptz not null
);
comment on table settings is 'Small values of the installation: App id, key, secrets made by the set-up page.';

create table leaders (
    task       text primary key,
    holder     text not null,
    expires_at timestamptz not null
);
comment on table leaders is
    'Which service process does a task of which there may be one (cron, reaper): a row with a term.';
