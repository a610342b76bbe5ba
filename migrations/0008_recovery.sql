-- What GitHub said while nobody listened: deliveries are fetched from its log, and pull requests are compared with what
-- GitHub says of them now.

alter table inbox add column origin text not null default 'webhook'
    constraint inbox_origin_check check (origin in ('webhook', 'recovered', 'reconciled'));
comment on column inbox.origin is 'webhook: signed by GitHub. recovered: fetched from GitHub''s log with the App''s own token, so without a signature. reconciled: written here from what GitHub''s API says.';

create table recovery (
    app_id           bigint primary key,
    looked_until     timestamptz,
    walk_cursor      text not null default '',
    walk_from        timestamptz,
    looked_at        timestamptz,
    reach_at         timestamptz,
    reconcile_since  timestamptz not null
);
comment on table recovery is 'How far GitHub''s log of deliveries was read, and from when on everything is to be compared again.';
comment on column recovery.looked_until is 'Whatever GitHub tried to deliver before is here, or not wanted; null: nothing was read yet.';
comment on column recovery.walk_cursor is 'GitHub''s own word for where a reading that is under way goes on; empty: at the newest.';
comment on column recovery.walk_from is 'When the reading under way began: looked_until, once it is through; null: none is under way.';
comment on column recovery.reach_at is 'When installations and their repositories were compared.';
comment on column recovery.reconcile_since is 'What was compared before this moment is due again.';

alter table repositories add column known_at timestamptz not null default now();
alter table repositories add column reconciled_at timestamptz;
comment on column repositories.known_at is 'When it was heard of for the first time.';
comment on column repositories.reconciled_at is 'When its open pull requests were compared with GitHub''s.';

alter table pull_requests add column draft boolean;
comment on column pull_requests.draft is 'Null: heard of before this was kept.';
