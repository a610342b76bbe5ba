-- Whether anything says something of a commit is asked whatever its pull request.

create index runs_of_any_head on runs (repository_id, head_sha);
