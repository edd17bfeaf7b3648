import type { Migration } from './migration.ts';

export const sourceAttempts: Migration = {
  name: '0013-source-attempts',
  up: `
create table source_attempts (
  run_id text collate "C" not null,
  batch_no integer not null,
  position integer not null,
  source text collate "C" not null,
  endpoint text collate "C" not null,
  outcome text not null check (outcome in ('accepted', 'partial', 'refused', 'failed', 'skipped')),
  code text,
  reason text,
  symbols integer not null,
  accepted integer not null,
  rows bigint not null,
  answers integer not null,
  worker text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  primary key (run_id, batch_no, position),
  foreign key (run_id, batch_no) references job_batches on delete cascade
);
create index source_attempts_source on source_attempts (source, started_at desc);
comment on table source_attempts is 'Which source was asked for each batch, in which order, and what came of it.';
comment on column source_attempts.outcome is 'accepted: every symbol asked. partial: some, or with gaps. refused: failed acceptance. failed: no answer. skipped: not asked (breaker open, disabled, market not served).';
comment on column source_attempts.accepted is 'Symbols of which this source''s rows were taken.';
comment on column source_attempts.answers is 'Payloads landed, refused ones included.';
`,
  down: `
drop table source_attempts;
`,
};
