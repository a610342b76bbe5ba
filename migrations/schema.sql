-- What all migrations add up to: their dump (pg_dump --schema-only), checked by a test. Written by no hand.
CREATE FUNCTION public.runner_shares(moment timestamp with time zone) RETURNS TABLE(repository_id bigint, used_s double precision)
    LANGUAGE plpgsql STABLE
    AS $$
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
CREATE TABLE public.approvals (
    repository_id bigint NOT NULL,
    number bigint NOT NULL,
    head_sha text NOT NULL,
    author text NOT NULL,
    comment_id bigint,
    created_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.approvals IS 'A maintainer let this very commit of a fork run; a push has another SHA and needs its own.';
CREATE TABLE public.artifacts (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    epoch bigint NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.artifacts IS 'Files that a job sent along: flame graphs, profiles, reports.';
CREATE TABLE public.bundles (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    epoch bigint NOT NULL,
    runner_id uuid NOT NULL,
    outcome jsonb NOT NULL,
    manifest json NOT NULL,
    signature text NOT NULL,
    used boolean NOT NULL,
    requeued boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    public_key text DEFAULT ''::text NOT NULL
);
COMMENT ON TABLE public.bundles IS 'What finish brought, for every epoch; used = false is kept for inspection and never judged.';
COMMENT ON COLUMN public.bundles.public_key IS 'Of its runner when it finished the job; empty: not known, and the one that it has now counts.';
CREATE TABLE public.change_events (
    repository_id bigint NOT NULL,
    change_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    who text NOT NULL,
    what text NOT NULL,
    note text DEFAULT ''::text NOT NULL
);
COMMENT ON TABLE public.change_events IS 'Everything that became of a change, with who and when; only added to.';
ALTER TABLE public.change_events ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_events_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.changes (
    repository_id bigint NOT NULL,
    change_id uuid NOT NULL,
    series_id text NOT NULL,
    state text NOT NULL,
    worse boolean NOT NULL,
    sha text NOT NULL,
    from_sha text NOT NULL,
    to_sha text NOT NULL,
    commits integer NOT NULL,
    unit text NOT NULL,
    before double precision NOT NULL,
    after double precision NOT NULL,
    change double precision,
    low double precision,
    high double precision,
    later integer NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    search_id uuid,
    measured_run uuid,
    measured_ratio double precision,
    measured_low double precision,
    measured_high double precision,
    first_bad text DEFAULT ''::text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    handling text DEFAULT 'open'::text NOT NULL,
    handled_by text DEFAULT ''::text NOT NULL,
    handled_at timestamp with time zone,
    note text DEFAULT ''::text NOT NULL,
    found_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT changes_handling_check CHECK ((handling = ANY (ARRAY['open'::text, 'acknowledged'::text, 'fixed'::text, 'reverted'::text, 'expected'::text]))),
    CONSTRAINT changes_state_check CHECK ((state = ANY (ARRAY['provisional'::text, 'found'::text, 'measuring'::text, 'confirmed'::text, 'rejected'::text, 'undecided'::text, 'withdrawn'::text, 'drifted'::text])))
);
COMMENT ON TABLE public.changes IS 'Change points of main: what measuring says (state), and what people say (handling).';
COMMENT ON COLUMN public.changes.sha IS 'The first commit that was measured at the new level: what the change is known by.';
COMMENT ON COLUMN public.changes.from_sha IS 'The last commit that may still be good; to_sha the last that may be the first bad one.';
COMMENT ON COLUMN public.changes.commits IS 'After from_sha up to to_sha.';
COMMENT ON COLUMN public.changes.before IS 'Medians of the series beside it; measured_... are of the gate''s test of to_sha against from_sha.';
COMMENT ON COLUMN public.changes.handled_by IS 'benchgate: the level returned by itself.';
CREATE TABLE public.github_objects (
    repository_id bigint NOT NULL,
    target text NOT NULL,
    kind text NOT NULL,
    remote_id text NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.github_objects IS 'Ids of what was created outside: a check run per commit, a comment per pull request.';
CREATE TABLE public.history_due (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    next_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL
);
COMMENT ON TABLE public.history_due IS 'Judged jobs of pushes that main''s history has not taken up yet.';
CREATE TABLE public.history_jobs (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    run_id uuid NOT NULL,
    suite text NOT NULL,
    host_class text NOT NULL,
    head_sha text NOT NULL,
    base_sha text NOT NULL,
    host text NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT history_jobs_outcome_check CHECK ((outcome = ANY (ARRAY['measured'::text, 'identical'::text, 'unusable'::text])))
);
COMMENT ON TABLE public.history_jobs IS 'Jobs of pushes to main that were taken up, with or without points.';
COMMENT ON COLUMN public.history_jobs.host_class IS 'The labels that its runner had to have, sorted, with commas between.';
COMMENT ON COLUMN public.history_jobs.host IS 'Name of the runner.';
COMMENT ON COLUMN public.history_jobs.outcome IS 'identical: the artifacts are those of the commit before, nothing was measured.';
CREATE TABLE public.history_points (
    repository_id bigint NOT NULL,
    series_id text NOT NULL,
    job_id uuid NOT NULL,
    unit text NOT NULL,
    better text NOT NULL,
    gating boolean NOT NULL,
    value double precision,
    base_value double precision,
    trials integer NOT NULL,
    note text NOT NULL,
    CONSTRAINT history_points_better_check CHECK ((better = ANY (ARRAY['lower'::text, 'higher'::text, 'none'::text])))
);
COMMENT ON TABLE public.history_points IS 'One value a series and job: the median of head''s trials, and of base''s beside it.';
COMMENT ON COLUMN public.history_points.note IS 'Why there is no value, or of how many trials it is not.';
CREATE TABLE public.history_series (
    repository_id bigint NOT NULL,
    series_id text NOT NULL,
    suite text NOT NULL,
    host_class text NOT NULL,
    benchmark text NOT NULL,
    metric text NOT NULL,
    due_at timestamp with time zone,
    looked_at timestamp with time zone,
    points integer DEFAULT 0 NOT NULL,
    minor integer DEFAULT 0 NOT NULL
);
COMMENT ON TABLE public.history_series IS 'What main''s history is kept of.';
COMMENT ON COLUMN public.history_series.series_id IS 'Of suite, host class, benchmark and metric: the same at any time, fit for an address.';
COMMENT ON COLUMN public.history_series.due_at IS 'Points came since the detector looked; null: it has seen all.';
COMMENT ON COLUMN public.history_series.minor IS 'Sure changes that are small beside the series'' own range, and are not followed.';
CREATE TABLE public.inbox (
    delivery_id text NOT NULL,
    seq bigint NOT NULL,
    event text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    state text DEFAULT 'new'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    error text,
    repository_id bigint,
    held_until timestamp with time zone,
    claims bigint DEFAULT 0 NOT NULL,
    origin text DEFAULT 'webhook'::text NOT NULL,
    CONSTRAINT inbox_origin_check CHECK ((origin = ANY (ARRAY['webhook'::text, 'recovered'::text, 'reconciled'::text, 'asked'::text]))),
    CONSTRAINT inbox_state_check CHECK ((state = ANY (ARRAY['new'::text, 'done'::text, 'failed'::text])))
);
ALTER TABLE ONLY public.inbox ALTER COLUMN body SET COMPRESSION lz4;
COMMENT ON TABLE public.inbox IS 'Webhook deliveries as they came, one row per X-GitHub-Delivery; parsed later by a worker.';
COMMENT ON COLUMN public.inbox.repository_id IS 'Null: nobody has looked yet. 0: it concerns none.';
COMMENT ON COLUMN public.inbox.held_until IS 'A worker has it until then, and renews that; when it passes, the worker is taken for dead.';
COMMENT ON COLUMN public.inbox.claims IS 'Grows each time it is taken, and fences: a worker that lost it can write nothing.';
COMMENT ON COLUMN public.inbox.origin IS 'webhook: signed by GitHub. recovered: fetched from GitHub''s log with the App''s own token, so without a signature. reconciled: written here from what GitHub''s API says. asked: written here at the wish of the operator or of the schedule.';
ALTER TABLE public.inbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.inbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.job_logs (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    epoch bigint NOT NULL,
    "offset" bigint NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.job_logs IS 'Build and run output of a lease, in chunks without holes from offset 0.';
CREATE TABLE public.jobs (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    seq bigint NOT NULL,
    run_id uuid NOT NULL,
    suite text NOT NULL,
    labels text[] NOT NULL,
    priority integer NOT NULL,
    spec jsonb NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    epoch bigint DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    timeout_s integer NOT NULL,
    runner_id uuid,
    prefer_runner_id uuid,
    prefer_until timestamp with time zone,
    avoid_runner_id uuid,
    avoid_until timestamp with time zone,
    lease_expires_at timestamp with time zone,
    deadline timestamp with time zone,
    cancel_reason text,
    phase text,
    block integer,
    progress double precision,
    eta_s double precision,
    log_bytes bigint DEFAULT 0 NOT NULL,
    outcome jsonb,
    created_at timestamp with time zone NOT NULL,
    leased_at timestamp with time zone,
    finished_at timestamp with time zone,
    judged_at timestamp with time zone,
    number bigint,
    not_before timestamp with time zone,
    uploaded_bytes bigint DEFAULT 0 NOT NULL,
    protocol integer DEFAULT 1 NOT NULL,
    confirms_job_id uuid,
    take_by timestamp with time zone,
    counted_from timestamp with time zone,
    CONSTRAINT jobs_cancel_reason_check CHECK ((cancel_reason = ANY (ARRAY['user'::text, 'superseded'::text, 'deadline'::text]))),
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'leased'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'lost'::text])))
);
COMMENT ON TABLE public.jobs IS 'One suite of a run for one host class: the unit of a lease. epoch fences, attempts are charged.';
COMMENT ON COLUMN public.jobs.runner_id IS 'The newest holder; kept when the lease is lost, so that it may revive it.';
COMMENT ON COLUMN public.jobs.avoid_until IS 'Null beside an avoid_runner_id: never leased to that runner.';
COMMENT ON COLUMN public.jobs.judged_at IS 'When the outcome was taken up by the judge; a finished job without it is due.';
COMMENT ON COLUMN public.jobs.number IS 'Pull request whose one open request for this suite this is; null: any number may run.';
COMMENT ON COLUMN public.jobs.not_before IS 'Rests until then: its repository could not be reached, and others are not to wait behind it.';
COMMENT ON COLUMN public.jobs.uploaded_bytes IS 'Trials, artifacts and log of the newest lease, as they are charged against the limit of a job.';
COMMENT ON COLUMN public.jobs.protocol IS 'The least version of the runner protocol that whoever leases it must speak.';
COMMENT ON COLUMN public.jobs.confirms_job_id IS 'The job of the same run whose regressions it measures again on another host; null: it is no confirmation.';
COMMENT ON COLUMN public.jobs.take_by IS 'Given up if no runner has it by then; null: it waits as long as its run.';
COMMENT ON COLUMN public.jobs.counted_from IS 'Where the runner time begins that runner_time does not hold yet; of a job that a runner has.';
ALTER TABLE public.jobs ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.jobs_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.join_tokens (
    hash text NOT NULL,
    name text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
COMMENT ON TABLE public.join_tokens IS 'One-use tokens that let a runner register under a name. Only hashes.';
CREATE TABLE public.judgements (
    repository_id bigint NOT NULL,
    run_id uuid NOT NULL,
    job_id uuid NOT NULL,
    suite text NOT NULL,
    gate text NOT NULL,
    gate_reason text NOT NULL,
    judge_version text NOT NULL,
    tests integer NOT NULL,
    blocks_kept integer NOT NULL,
    blocks_void integer NOT NULL,
    judged_at timestamp with time zone NOT NULL,
    answers jsonb,
    CONSTRAINT judgements_gate_check CHECK ((gate = ANY (ARRAY['success'::text, 'failure'::text, 'neutral'::text, 'action_required'::text])))
);
COMMENT ON TABLE public.judgements IS 'What the judge said of a job as a whole.';
COMMENT ON COLUMN public.judgements.answers IS 'Findings on claims and growth (core/protocol/questions_json.h); null: nothing was asked.';
CREATE TABLE public.leaders (
    task text NOT NULL,
    holder text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.leaders IS 'Which service process does a task of which there may be one (cron, reaper): a row with a term.';
CREATE TABLE public.main_commits (
    repository_id bigint NOT NULL,
    sha text NOT NULL,
    place bigint NOT NULL,
    release text
);
COMMENT ON TABLE public.main_commits IS 'Commits of the default branch along first parents; places grow, and are given once.';
COMMENT ON COLUMN public.main_commits.release IS 'A tag on this commit that ends in a version; as of the newest push to main.';
CREATE TABLE public.outbox (
    repository_id bigint NOT NULL,
    item_id bigint NOT NULL,
    target text NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    error text,
    installation_id bigint,
    CONSTRAINT outbox_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'sent'::text, 'replaced'::text, 'dead'::text])))
);
COMMENT ON TABLE public.outbox IS 'What is to be said to the outside, at least once and in order within a target.';
COMMENT ON COLUMN public.outbox.next_at IS 'pending: not before; sending: when the sender is taken for dead.';
COMMENT ON COLUMN public.outbox.installation_id IS 'The lane; null: written, but no sender has looked at it yet.';
ALTER TABLE public.outbox ALTER COLUMN item_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.outbox_lanes (
    installation_id bigint NOT NULL,
    epoch bigint DEFAULT 0 NOT NULL,
    held boolean DEFAULT false NOT NULL,
    ready_at timestamp with time zone NOT NULL,
    free_at timestamp with time zone NOT NULL,
    rest_until timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    rest_reason text DEFAULT ''::text NOT NULL,
    minute_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    hour_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    due_at timestamp with time zone GENERATED ALWAYS AS (GREATEST(ready_at, free_at, rest_until)) STORED NOT NULL
);
COMMENT ON TABLE public.outbox_lanes IS 'Who writes to GitHub for an installation, and from when on somebody may.';
COMMENT ON COLUMN public.outbox_lanes.epoch IS 'Counts the senders that took the lane; an older one may change nothing any more.';
COMMENT ON COLUMN public.outbox_lanes.ready_at IS 'When the first item is due; infinity: none waits.';
COMMENT ON COLUMN public.outbox_lanes.free_at IS 'held: when the sender is taken for dead; else: when the pace allows the next item.';
COMMENT ON COLUMN public.outbox_lanes.rest_until IS 'GitHub asked the installation to wait.';
COMMENT ON COLUMN public.outbox_lanes.minute_at IS 'Theoretical arrival time of the next write at the pace of a minute; hour_at of an hour.';
CREATE TABLE public.pull_requests (
    repository_id bigint NOT NULL,
    number bigint NOT NULL,
    head_sha text NOT NULL,
    base_ref text NOT NULL,
    head_full_name text,
    fork boolean NOT NULL,
    state text NOT NULL,
    comment_id bigint,
    updated_at timestamp with time zone NOT NULL,
    delivery_seq bigint DEFAULT 0 NOT NULL,
    draft boolean,
    merge_sha text,
    merged_at timestamp with time zone,
    CONSTRAINT pull_requests_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);
COMMENT ON TABLE public.pull_requests IS 'Pull requests as last heard of. head_full_name is null when the fork was deleted.';
COMMENT ON COLUMN public.pull_requests.delivery_seq IS 'inbox.seq of the newest delivery that told of it; an older one changes nothing.';
COMMENT ON COLUMN public.pull_requests.draft IS 'Null: heard of before this was kept.';
COMMENT ON COLUMN public.pull_requests.merge_sha IS 'Its commit on the base branch once it is merged; null: open, given up, or not told.';
CREATE TABLE public.recovery (
    app_id bigint NOT NULL,
    looked_until timestamp with time zone,
    walk_cursor text DEFAULT ''::text NOT NULL,
    walk_from timestamp with time zone,
    looked_at timestamp with time zone,
    reach_at timestamp with time zone,
    reconcile_since timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.recovery IS 'How far GitHub''s log of deliveries was read, and from when on everything is to be compared again.';
COMMENT ON COLUMN public.recovery.looked_until IS 'Whatever GitHub tried to deliver before is here, or not wanted; null: nothing was read yet.';
COMMENT ON COLUMN public.recovery.walk_cursor IS 'GitHub''s own word for where a reading that is under way goes on; empty: at the newest.';
COMMENT ON COLUMN public.recovery.walk_from IS 'When the reading under way began: looked_until, once it is through; null: none is under way.';
COMMENT ON COLUMN public.recovery.reach_at IS 'When installations and their repositories were compared.';
COMMENT ON COLUMN public.recovery.reconcile_since IS 'What was compared before this moment is due again.';
CREATE TABLE public.repositories (
    repository_id bigint NOT NULL,
    owner text NOT NULL,
    name text NOT NULL,
    default_branch text NOT NULL,
    installation_id bigint NOT NULL,
    private boolean NOT NULL,
    installed boolean DEFAULT true NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    suspended boolean DEFAULT false NOT NULL,
    archived boolean DEFAULT false NOT NULL,
    active boolean GENERATED ALWAYS AS ((installed AND (NOT suspended) AND (NOT archived))) STORED NOT NULL,
    known_at timestamp with time zone DEFAULT now() NOT NULL,
    reconciled_at timestamp with time zone,
    schedules_read_at timestamp with time zone
);
COMMENT ON TABLE public.repositories IS 'Repositories of all installations; the key is GitHub''s id, which survives renames.';
COMMENT ON COLUMN public.repositories.installed IS 'The installation holds it; false: taken out, or deleted.';
COMMENT ON COLUMN public.repositories.suspended IS 'Its installation is suspended, or ended.';
COMMENT ON COLUMN public.repositories.active IS 'In reach: only then its jobs are leased.';
COMMENT ON COLUMN public.repositories.known_at IS 'When it was heard of for the first time.';
COMMENT ON COLUMN public.repositories.reconciled_at IS 'When its open pull requests were compared with GitHub''s.';
COMMENT ON COLUMN public.repositories.schedules_read_at IS 'When its configuration was last read, or asked to be read, for schedules; null: never.';
CREATE TABLE public.request_log (
    runner_id uuid NOT NULL,
    request_id text NOT NULL,
    answer jsonb NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.request_log IS 'Answers given to runners, so that a repeated request gets the same one.';
CREATE TABLE public.runner_time (
    repository_id bigint NOT NULL,
    used_s double precision NOT NULL,
    as_of timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.runner_time IS 'Seconds of runners that a repository used in leases that are over; half of it is forgotten every six hours.';
COMMENT ON COLUMN public.runner_time.as_of IS 'When used_s was right; it is less by now.';
CREATE TABLE public.runners (
    runner_id uuid NOT NULL,
    name text NOT NULL,
    token_hash text NOT NULL,
    public_key text NOT NULL,
    labels text[] NOT NULL,
    boot_id text DEFAULT ''::text NOT NULL,
    old_boot_ids text[] DEFAULT '{}'::text[] NOT NULL,
    state text DEFAULT 'ready'::text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    facts jsonb DEFAULT '[]'::jsonb NOT NULL,
    version text NOT NULL,
    protocol integer NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    drained_at timestamp with time zone,
    drain_reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT runners_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'draining'::text, 'quarantined'::text])))
);
COMMENT ON TABLE public.runners IS 'Agents that registered. Only the hash of a token is kept.';
COMMENT ON COLUMN public.runners.failures IS 'Infrastructure failures in a row; three of them quarantine the runner.';
COMMENT ON COLUMN public.runners.reason IS 'Why it is quarantined, for people.';
COMMENT ON COLUMN public.runners.drained_at IS 'An operator wants it to take no more jobs since then; null: it may.';
CREATE TABLE public.runs (
    repository_id bigint NOT NULL,
    run_id uuid NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    number bigint,
    head_sha text NOT NULL,
    base_sha text NOT NULL,
    base_ref text NOT NULL,
    merge_base text NOT NULL,
    trigger_id text NOT NULL,
    state text NOT NULL,
    conclusion text,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    config text NOT NULL,
    config_sha text NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    aside boolean DEFAULT false NOT NULL,
    CONSTRAINT runs_kind_check CHECK ((kind = ANY (ARRAY['pull_request'::text, 'push'::text, 'command'::text, 'merge_group'::text, 'calibration'::text, 'bisection'::text, 'profile'::text, 'schedule'::text]))),
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'finished'::text, 'superseded'::text, 'cancelled'::text, 'failed'::text])))
);
COMMENT ON TABLE public.runs IS 'One request to measure. config is the .benchgate.yml used; trigger_id the delivery or comment.';
COMMENT ON COLUMN public.runs.aside IS 'Asked with base=REF or host=CLASS: what it finds is not the answer that the pull request waits for.';
ALTER TABLE public.runs ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.runs_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.samples (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    epoch bigint NOT NULL,
    trial bigint NOT NULL,
    item integer NOT NULL,
    benchmark text NOT NULL,
    metric text NOT NULL,
    unit text NOT NULL,
    side text NOT NULL,
    phase text NOT NULL,
    block integer NOT NULL,
    kept boolean NOT NULL,
    "values" double precision[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT samples_phase_check CHECK ((phase = ANY (ARRAY['warmup'::text, 'measure'::text, 'confirm'::text]))),
    CONSTRAINT samples_side_check CHECK ((side = ANY (ARRAY['base'::text, 'head'::text])))
)
PARTITION BY RANGE (created_at);
COMMENT ON TABLE public.samples IS 'Every raw sample of every trial, in months: retention drops a partition.';
COMMENT ON COLUMN public.samples.item IS 'Place of the measurement in its trial, from 0.';
CREATE TABLE public.schedules (
    repository_id bigint NOT NULL,
    suite text NOT NULL,
    line text NOT NULL,
    next_at timestamp with time zone NOT NULL,
    said text DEFAULT ''::text NOT NULL,
    said_at timestamp with time zone
);
COMMENT ON TABLE public.schedules IS 'Suites of the default branch that are measured at times.';
COMMENT ON COLUMN public.schedules.line IS 'Five fields of cron, UTC.';
COMMENT ON COLUMN public.schedules.next_at IS 'Whoever moves it on puts the request into the inbox in the same transaction.';
COMMENT ON COLUMN public.schedules.said IS 'What the last due time led to, for people.';
CREATE TABLE public.search_steps (
    repository_id bigint NOT NULL,
    search_id uuid NOT NULL,
    step integer NOT NULL,
    run_id uuid NOT NULL,
    sha text NOT NULL,
    verdict text,
    CONSTRAINT search_steps_step_check CHECK ((step > 0)),
    CONSTRAINT search_steps_verdict_check CHECK ((verdict = ANY (ARRAY['good'::text, 'bad'::text, 'inconclusive'::text, 'failed'::text])))
);
COMMENT ON TABLE public.search_steps IS 'One commit compared with the good end; verdict is null while its run is not over.';
CREATE TABLE public.searches (
    repository_id bigint NOT NULL,
    search_id uuid NOT NULL,
    number bigint NOT NULL,
    suite text NOT NULL,
    benchmark text NOT NULL,
    good_sha text NOT NULL,
    ref text NOT NULL,
    commits text[] NOT NULL,
    comment_id bigint NOT NULL,
    requested_by text NOT NULL,
    request text NOT NULL,
    config text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    outcome text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    metric text DEFAULT ''::text NOT NULL,
    improvement boolean DEFAULT false NOT NULL,
    CONSTRAINT searches_commits_check CHECK ((cardinality(commits) > 0)),
    CONSTRAINT searches_state_check CHECK ((state = ANY (ARRAY['open'::text, 'done'::text, 'cancelled'::text])))
);
COMMENT ON TABLE public.searches IS 'What is looked for, and between which commits; how far it is follows from search_steps.';
COMMENT ON COLUMN public.searches.number IS 'Pull request; 0: main''s own history asked, and nobody is told on GitHub.';
COMMENT ON COLUMN public.searches.ref IS 'What holds the commits: a branch''s name, or the full name of another ref.';
COMMENT ON COLUMN public.searches.commits IS 'After good_sha along first parents, oldest first; the last one is the bad end.';
COMMENT ON COLUMN public.searches.request IS 'What asked, once and for all: a replayed delivery starts no second search.';
COMMENT ON COLUMN public.searches.config IS 'The .benchgate.yml of all its steps.';
COMMENT ON COLUMN public.searches.metric IS 'Empty: the metric of the benchmark that lost most.';
COMMENT ON COLUMN public.searches.improvement IS 'A change for the better is looked for.';
CREATE TABLE public.settings (
    name text NOT NULL,
    value text NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.settings IS 'Small values of the installation: App id, key, secrets made by the set-up page.';
CREATE TABLE public.sticky_comments (
    repository_id bigint NOT NULL,
    number bigint NOT NULL,
    comment_id bigint NOT NULL,
    gate text NOT NULL,
    title text NOT NULL,
    markdown text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    CONSTRAINT sticky_comments_gate_check CHECK ((gate = ANY (ARRAY['success'::text, 'failure'::text, 'neutral'::text, 'action_required'::text])))
);
COMMENT ON TABLE public.sticky_comments IS 'The live comment of a pull request as GitHub took it last, and what it is folded into.';
CREATE TABLE public.trials (
    repository_id bigint NOT NULL,
    job_id uuid NOT NULL,
    epoch bigint NOT NULL,
    number bigint NOT NULL,
    digest text NOT NULL,
    body json NOT NULL,
    created_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.trials IS 'Trials as the runner sent them, byte for byte (json keeps the text, jsonb would not). Immutable: the same number comes again with the same digest only.';
CREATE TABLE public.verdicts (
    repository_id bigint NOT NULL,
    run_id uuid NOT NULL,
    job_id uuid NOT NULL,
    item integer NOT NULL,
    benchmark text NOT NULL,
    metric text NOT NULL,
    unit text NOT NULL,
    better text NOT NULL,
    gating boolean NOT NULL,
    verdict text NOT NULL,
    ratio double precision,
    low double precision,
    high double precision,
    nominal_low double precision,
    nominal_high double precision,
    min_detectable double precision,
    base_value double precision,
    head_value double precision,
    p double precision,
    trials_used integer NOT NULL,
    level text,
    action text NOT NULL,
    exact boolean NOT NULL,
    confirmed boolean NOT NULL,
    reason text NOT NULL,
    judged_at timestamp with time zone NOT NULL,
    CONSTRAINT verdicts_action_check CHECK ((action = ANY (ARRAY['log'::text, 'review'::text, 'block'::text]))),
    CONSTRAINT verdicts_better_check CHECK ((better = ANY (ARRAY['lower'::text, 'higher'::text, 'none'::text])))
);
COMMENT ON TABLE public.verdicts IS 'One verdict per benchmark and metric of a judged job, in the judge''s order.';
CREATE TABLE public.waivers (
    repository_id bigint NOT NULL,
    waiver_id uuid NOT NULL,
    number bigint NOT NULL,
    benchmark text NOT NULL,
    metric text DEFAULT ''::text NOT NULL,
    max_change double precision NOT NULL,
    until date NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    comment_id bigint,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by text,
    CONSTRAINT waivers_max_change_check CHECK ((max_change > (0)::double precision))
);
COMMENT ON TABLE public.waivers IS 'Regressions that somebody lets pass on one pull request, up to max_change (0.08 = 8 %), to the end of the day until (UTC).';
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (repository_id, number, head_sha);
ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (repository_id, job_id, epoch, name);
ALTER TABLE ONLY public.bundles
    ADD CONSTRAINT bundles_pkey PRIMARY KEY (repository_id, job_id, epoch);
ALTER TABLE ONLY public.change_events
    ADD CONSTRAINT change_events_pkey PRIMARY KEY (repository_id, change_id, seq);
ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (repository_id, change_id);
ALTER TABLE ONLY public.github_objects
    ADD CONSTRAINT github_objects_pkey PRIMARY KEY (repository_id, target, kind);
ALTER TABLE ONLY public.history_due
    ADD CONSTRAINT history_due_pkey PRIMARY KEY (repository_id, job_id);
ALTER TABLE ONLY public.history_jobs
    ADD CONSTRAINT history_jobs_pkey PRIMARY KEY (repository_id, job_id);
ALTER TABLE ONLY public.history_points
    ADD CONSTRAINT history_points_pkey PRIMARY KEY (repository_id, series_id, job_id);
ALTER TABLE ONLY public.history_series
    ADD CONSTRAINT history_series_pkey PRIMARY KEY (repository_id, series_id);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (delivery_id);
ALTER TABLE ONLY public.job_logs
    ADD CONSTRAINT job_logs_pkey PRIMARY KEY (repository_id, job_id, epoch, "offset");
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (repository_id, job_id);
ALTER TABLE ONLY public.join_tokens
    ADD CONSTRAINT join_tokens_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.judgements
    ADD CONSTRAINT judgements_pkey PRIMARY KEY (repository_id, run_id, job_id);
ALTER TABLE ONLY public.leaders
    ADD CONSTRAINT leaders_pkey PRIMARY KEY (task);
ALTER TABLE ONLY public.main_commits
    ADD CONSTRAINT main_commits_pkey PRIMARY KEY (repository_id, sha);
ALTER TABLE ONLY public.outbox_lanes
    ADD CONSTRAINT outbox_lanes_pkey PRIMARY KEY (installation_id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (repository_id, item_id);
ALTER TABLE ONLY public.pull_requests
    ADD CONSTRAINT pull_requests_pkey PRIMARY KEY (repository_id, number);
ALTER TABLE ONLY public.recovery
    ADD CONSTRAINT recovery_pkey PRIMARY KEY (app_id);
ALTER TABLE ONLY public.repositories
    ADD CONSTRAINT repositories_pkey PRIMARY KEY (repository_id);
ALTER TABLE ONLY public.request_log
    ADD CONSTRAINT request_log_pkey PRIMARY KEY (runner_id, request_id);
ALTER TABLE ONLY public.runner_time
    ADD CONSTRAINT runner_time_pkey PRIMARY KEY (repository_id);
ALTER TABLE ONLY public.runners
    ADD CONSTRAINT runners_name_key UNIQUE (name);
ALTER TABLE ONLY public.runners
    ADD CONSTRAINT runners_pkey PRIMARY KEY (runner_id);
ALTER TABLE ONLY public.runners
    ADD CONSTRAINT runners_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (repository_id, run_id);
ALTER TABLE ONLY public.samples
    ADD CONSTRAINT samples_pkey PRIMARY KEY (repository_id, job_id, epoch, trial, item, created_at);
ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (repository_id, suite);
ALTER TABLE ONLY public.search_steps
    ADD CONSTRAINT search_steps_pkey PRIMARY KEY (repository_id, search_id, step);
ALTER TABLE ONLY public.searches
    ADD CONSTRAINT searches_pkey PRIMARY KEY (repository_id, search_id);
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.sticky_comments
    ADD CONSTRAINT sticky_comments_pkey PRIMARY KEY (repository_id, number);
ALTER TABLE ONLY public.trials
    ADD CONSTRAINT trials_pkey PRIMARY KEY (repository_id, job_id, epoch, number);
ALTER TABLE ONLY public.verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (repository_id, run_id, job_id, item);
ALTER TABLE ONLY public.waivers
    ADD CONSTRAINT waivers_pkey PRIMARY KEY (repository_id, waiver_id);
CREATE INDEX changes_of_series ON public.changes USING btree (repository_id, series_id);
CREATE INDEX changes_to_measure ON public.changes USING btree (found_at) WHERE (state = ANY (ARRAY['found'::text, 'measuring'::text]));
CREATE INDEX history_due_next ON public.history_due USING btree (next_at);
CREATE INDEX history_series_due ON public.history_series USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX inbox_due ON public.inbox USING btree (seq) WHERE (state = 'new'::text);
CREATE INDEX inbox_failed ON public.inbox USING btree (received_at) WHERE (state = 'failed'::text);
CREATE INDEX inbox_held ON public.inbox USING btree (repository_id) WHERE (held_until IS NOT NULL);
CREATE INDEX inbox_received ON public.inbox USING btree (received_at);
CREATE INDEX job_logs_created ON public.job_logs USING brin (created_at);
CREATE INDEX jobs_by_id ON public.jobs USING btree (job_id);
CREATE INDEX jobs_leases ON public.jobs USING btree (lease_expires_at) WHERE (state = ANY (ARRAY['leased'::text, 'running'::text]));
CREATE INDEX jobs_of_run ON public.jobs USING btree (repository_id, run_id);
CREATE UNIQUE INDEX jobs_one_request ON public.jobs USING btree (repository_id, number, suite) WHERE ((number IS NOT NULL) AND (cancel_reason IS NULL) AND (state = ANY (ARRAY['queued'::text, 'leased'::text, 'running'::text])));
CREATE INDEX jobs_queue_of_repository ON public.jobs USING btree (repository_id, priority DESC, seq) WHERE (state = 'queued'::text);
CREATE INDEX jobs_take_by ON public.jobs USING btree (take_by) WHERE ((take_by IS NOT NULL) AND (state = 'queued'::text));
CREATE INDEX jobs_unjudged ON public.jobs USING btree (finished_at) WHERE ((judged_at IS NULL) AND (state = ANY (ARRAY['succeeded'::text, 'failed'::text, 'cancelled'::text, 'lost'::text])));
CREATE UNIQUE INDEX main_commits_by_place ON public.main_commits USING btree (repository_id, place);
CREATE INDEX main_commits_releases ON public.main_commits USING btree (repository_id, place) WHERE (release IS NOT NULL);
CREATE INDEX outbox_dead ON public.outbox USING btree (repository_id, target, kind) WHERE (state = 'dead'::text);
CREATE INDEX outbox_done ON public.outbox USING btree (created_at) WHERE (state = ANY (ARRAY['sent'::text, 'replaced'::text]));
CREATE INDEX outbox_lane ON public.outbox USING btree (installation_id, item_id) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));
CREATE INDEX outbox_lanes_due ON public.outbox_lanes USING btree (due_at);
CREATE INDEX outbox_new ON public.outbox USING btree (item_id) WHERE ((installation_id IS NULL) AND (state = 'pending'::text));
CREATE INDEX outbox_open ON public.outbox USING btree (repository_id, target, item_id) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));
CREATE UNIQUE INDEX outbox_pending ON public.outbox USING btree (repository_id, target, kind) WHERE (state = 'pending'::text);
CREATE INDEX pull_requests_merged ON public.pull_requests USING btree (repository_id, merge_sha) WHERE (merge_sha IS NOT NULL);
CREATE INDEX repositories_full_name ON public.repositories USING btree (lower(owner), lower(name));
CREATE INDEX repositories_installation ON public.repositories USING btree (installation_id);
CREATE INDEX request_log_expiry ON public.request_log USING btree (expires_at);
CREATE INDEX runs_by_id ON public.runs USING btree (run_id);
CREATE INDEX runs_by_pull ON public.runs USING btree (repository_id, number, seq DESC) WHERE (number IS NOT NULL);
CREATE INDEX runs_calibrations ON public.runs USING btree (repository_id, seq DESC) WHERE (kind = 'calibration'::text);
CREATE INDEX runs_of_any_head ON public.runs USING btree (repository_id, head_sha);
CREATE INDEX runs_of_head ON public.runs USING btree (repository_id, number, head_sha) WHERE ((number IS NOT NULL) AND (state = 'finished'::text));
CREATE INDEX runs_open ON public.runs USING btree (repository_id, number) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX runs_recent ON public.runs USING btree (repository_id, seq DESC);
CREATE INDEX runs_schedules ON public.runs USING btree (repository_id, seq DESC) WHERE (kind = 'schedule'::text);
CREATE INDEX runs_unfinished ON public.runs USING btree (created_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX samples_series ON ONLY public.samples USING btree (repository_id, benchmark, metric, created_at);
CREATE INDEX schedules_due ON public.schedules USING btree (next_at);
CREATE UNIQUE INDEX search_steps_of_run ON public.search_steps USING btree (repository_id, run_id);
CREATE UNIQUE INDEX searches_of_request ON public.searches USING btree (repository_id, request);
CREATE UNIQUE INDEX searches_one_open ON public.searches USING btree (repository_id, number, benchmark) WHERE (state = 'open'::text);
CREATE INDEX searches_open ON public.searches USING btree (created_at) WHERE (state = 'open'::text);
CREATE INDEX verdicts_series ON public.verdicts USING btree (repository_id, benchmark, metric, judged_at);
CREATE INDEX waivers_of_pull ON public.waivers USING btree (repository_id, number) WHERE (revoked_at IS NULL);
