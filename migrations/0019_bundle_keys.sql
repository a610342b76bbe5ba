-- The key that a bundle was signed with: a host that joins again under its name brings another one, and what it measured
-- before stays what it signed.

alter table bundles add column public_key text not null default '';
comment on column bundles.public_key is 'Of its runner when it finished the job; empty: not known, and the one that it has now counts.';
update bundles set public_key = runners.public_key from runners where runners.runner_id = bundles.runner_id;
