-- Calibrations are counted whenever a verdict is shown: they must be found without reading every run.

create index runs_calibrations on runs (repository_id, seq desc) where kind = 'calibration';
