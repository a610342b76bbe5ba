-- Profiles: `/rebench profile`. What is profiled stands in the job's spec, the folded stacks are artifacts of the job.

alter table runs drop constraint runs_kind_check;
alter table runs add constraint runs_kind_check
    check (kind in ('pull_request', 'push', 'command', 'merge_group', 'calibration', 'bisection', 'profile'));
