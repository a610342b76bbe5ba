-- One writer an installation: GitHub's limits hold for an installation as a whole, so its items go out one at a time,
-- whichever process of the service sends them.

create table outbox_lanes (
    installation_id bigint primary key,
    epoch           bigint not null default 0,
    held            boolean not null default false,
    ready_at        timestamptz not null,
    free_at         timestamptz not null,
    rest_until      timestamptz not null default '1970-01-01 00:00:00+00',
    rest_reason     text not null default '',
    minute_at       timestamptz not null default '1970-01-01 00:00:00+00',
    hour_at         timestamptz not null default '1970-01-01 00:00:00+00',
    due_at          timestamptz not null generated always as (greatest(ready_at, free_at, rest_until)) stored
);
comment on table outbox_lanes is 'Who writes to GitHub for an installation, and from when on somebody may.';
comment on column outbox_lanes.epoch is 'Counts the senders that took the lane; an older one may change nothing any more.';
comment on column outbox_lanes.ready_at is 'When the first item is due; infinity: none waits.';
comment on column outbox_lanes.free_at is 'held: when the sender is taken for dead; else: when the pace allows the next item.';
comment on column outbox_lanes.rest_until is 'GitHub asked the installation to wait.';
comment on column outbox_lanes.minute_at is 'Theoretical arrival time of the next write at the pace of a minute; hour_at of an hour.';
create index outbox_lanes_due on outbox_lanes (due_at);

alter table outbox add column installation_id bigint;
comment on column outbox.installation_id is 'The lane; null: written, but no sender has looked at it yet.';
create index outbox_new on outbox (item_id) where installation_id is null and state = 'pending';
create index outbox_lane on outbox (installation_id, item_id) where state in ('pending', 'sending');
create index outbox_done on outbox (created_at) where state in ('sent', 'replaced');
drop index outbox_due;

-- A process of the former version may have been ended while it sent.
update outbox set next_at = now(), state = case when exists (
    select 1 from outbox newer where newer.repository_id = outbox.repository_id and newer.target = outbox.target
        and newer.kind = outbox.kind and newer.state = 'pending') then 'replaced' else 'pending' end
where state = 'sending';
