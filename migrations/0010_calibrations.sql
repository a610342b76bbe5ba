-- Calibrations are counted whenever a verdict is shown: they must be found without reading every run.

create index runs_calibrations on runs (repository_id, seq desc) where kind = 'calibration';

alter table inbox drop constraint inbox_origin_check;
alter table inbox add constraint inbox_origin_check
    check (origin in ('webhook', 'recovered', 'reconciled', 'asked'));
comment on column inbox.origin is
    'webhook: signed by GitHub. recovered: fetched from GitHub''s log with the App''s own token, so without a '
    'signature. reconciled: written here from what GitHub''s API says. asked: written here at the wish of the '
    'operator or of the schedule.';
