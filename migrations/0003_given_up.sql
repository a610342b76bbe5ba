-- What failed for good is counted at every look at the metrics, and told on the page of its run.
create index inbox_failed on inbox (received_at) where state = 'failed';
create index outbox_dead on outbox (repository_id, target, kind) where state = 'dead';
