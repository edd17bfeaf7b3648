import type { Migration } from './migration.ts';

export const quarantineDecisions: Migration = {
  name: '0026-quarantine-decisions',
  up: `
alter table quarantine drop constraint quarantine_state_check;
alter table quarantine add constraint quarantine_state_check
  check (state in ('held', 'released', 'rejected', 'replaced'));
create index quarantine_symbol on quarantine (symbol, trade_date);

create table quarantine_selections (
  run_id text collate "C" not null,
  decision_no integer not null,
  chunk_no integer not null,
  quarantine_id bigint not null references quarantine on delete cascade,
  primary key (run_id, decision_no, quarantine_id)
);
create index quarantine_selections_chunk on quarantine_selections (run_id, decision_no, chunk_no);
create index quarantine_selections_row on quarantine_selections (quarantine_id);
comment on table quarantine_selections is 'The rows that a decision concerns, fixed before it acts, so that a retry acts on the same ones.';
comment on column quarantine_selections.decision_no is 'The n-th decision of the run, from 0.';

create table quarantine_decisions (
  decision_id bigint generated always as identity primary key,
  quarantine_id bigint not null,
  symbol text collate "C" not null,
  trade_date date not null,
  decision text not null check (decision in ('release', 'reject', 'replay')),
  outcome text not null check (outcome in ('released', 'rejected', 'replaced', 'still_held', 'refused')),
  decided_by text not null check (decided_by <> ''),
  why text not null check (why <> ''),
  message text,
  job_id text collate "C" not null,
  run_id text collate "C" not null,
  decision_no integer not null,
  batch_key text collate "C",
  decided_at timestamptz not null default clock_timestamp(),
  unique (quarantine_id, run_id, decision_no)
);
create index quarantine_decisions_at on quarantine_decisions (decided_at);
comment on table quarantine_decisions is 'Who decided what about a held bar, when and why. Rows are only ever added; they outlive the quarantine''s own.';
comment on column quarantine_decisions.outcome is 'still_held: a replay gave the same reasons again. refused: it could not be done, message says why.';
comment on column quarantine_decisions.batch_key is 'The load that published the bar, or derived it again: load_batches.';

create function keep_quarantine_decisions() returns trigger language plpgsql as $$
begin
  raise exception 'quarantine_decisions keeps what was decided: rows are only added' using errcode = 'CW002';
end
$$;
create trigger quarantine_decisions_kept before update or delete on quarantine_decisions
  for each row execute function keep_quarantine_decisions();
`,
  down: `
drop table quarantine_decisions;
drop function keep_quarantine_decisions();
drop table quarantine_selections;
drop index quarantine_symbol;
update quarantine set state = 'rejected' where state = 'replaced';
alter table quarantine drop constraint quarantine_state_check;
alter table quarantine add constraint quarantine_state_check check (state in ('held', 'released', 'rejected'));
`,
};
