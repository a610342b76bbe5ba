-- Where a pull request came onto its base: its waivers go with it, so that main's history expects what people let pass.

alter table pull_requests add column merge_sha text, add column merged_at timestamptz;
comment on column pull_requests.merge_sha is 'Its commit on the base branch once it is merged; null: open, given up, or not told.';
create index pull_requests_merged on pull_requests (repository_id, merge_sha) where merge_sha is not null;
