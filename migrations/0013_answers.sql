-- What a configuration asks of a job besides its verdicts: claims, and the growth of a cost with its size.

alter table judgements add column answers jsonb;
comment on column judgements.answers is 'Findings on claims and growth (core/protocol/questions_json.h); null: nothing was asked.';
