import type { Migration } from './migration.ts';

export const runs: Migration = {
  name: '0004-runs',
  up: `
create table job_runs (
  run_id text collate "C" primary key,
  job_id text collate "C" not null,
  job_type text not null,
  job_name text not null,
  status text not null check (status in ('pending', 'running', 'success', 'partial_success', 'failed')),
  config jsonb not null,
  notes text[] not null default '{}',
  symbols integer not null,
  due_at timestamptz not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  metrics jsonb
);
create index job_runs_job on job_runs (job_id, started_at desc);
create index job_runs_started on job_runs (started_at desc);
comment on table job_runs is 'Runs of jobs. A run keeps its id over retries, replays and continue-as-new.';
comment on column job_runs.job_id is 'The workflow id: a business key.';
comment on column job_runs.run_id is 'The first execution run id of the workflow.';
comment on column job_runs.symbols is 'Distinct symbols in the plan.';
comment on column job_runs.metrics is 'The final account, once the run has ended.';

create table job_batches (
  run_id text collate "C" not null references job_runs on delete cascade,
  batch_no integer not null,
  symbols text[] collate "C" not null,
  skipped text[] collate "C" not null default '{}',
  start_date date not null,
  end_date date not null,
  facts jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (run_id, batch_no)
);
comment on table job_batches is 'The plan of a run: some symbols over a range of days each.';
comment on column job_batches.skipped is 'Symbols that an operator has left out after the plan was made.';
comment on column job_batches.facts is 'Counts of each stage that has ended: {transform: {...}, validate: {...}}. Those of load: load_batches.';

create table job_symbol_failures (
  run_id text collate "C" not null,
  batch_no integer not null,
  symbol text collate "C" not null,
  code text not null,
  message text not null,
  failed_at timestamptz not null default now(),
  primary key (run_id, batch_no, symbol),
  foreign key (run_id, batch_no) references job_batches on delete cascade
);
comment on table job_symbol_failures is 'Symbols that a batch could not serve. A symbol of several batches (a retry) has failed when its last batch failed it.';
`,
  down: `
drop table job_symbol_failures;
drop table job_batches;
drop table job_runs;
`,
};
