-- Many small steps of main against the policy's allowance: a change of a state of its own, counted from the newest
-- release on.

alter table main_commits add column release text;
comment on column main_commits.release is 'A tag on this commit that ends in a version; as of the newest push to main.';
create index main_commits_releases on main_commits (repository_id, place) where release is not null;

alter table changes drop constraint changes_state_check;
alter table changes add constraint changes_state_check
    check (state in ('provisional', 'found', 'measuring', 'confirmed', 'rejected', 'undecided', 'withdrawn',
                     'drifted'));
