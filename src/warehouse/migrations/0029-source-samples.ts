import type { Migration } from './migration.ts';

export const sourceSamples: Migration = {
  name: '0029-source-samples',
  up: `
create table source_samples (
  run_id text collate "C" primary key,
  job_id text collate "C" not null,
  start_date date not null,
  end_date date not null,
  symbols integer not null,
  compared integer not null,
  bars integer not null,
  sources text[] not null,
  abstained text,
  sampled_at timestamptz not null default clock_timestamp()
);
create index source_samples_end on source_samples (end_date);
comment on table source_samples is 'After a daily run, bars of a few symbols were compared with another source than the one that served them.';
comment on column source_samples.symbols is 'Drawn: by a hash of symbol and day, so the same for the same day.';
comment on column source_samples.compared is 'Of those, the ones that another source had.';
comment on column source_samples.abstained is 'Why symbols were not compared; null where all were.';

create table source_differences (
  run_id text collate "C" not null references source_samples on delete cascade,
  symbol text collate "C" not null,
  trade_date date not null,
  field text not null,
  rule text not null default 'X01_cross_source',
  source text not null,
  value numeric not null,
  other_source text not null,
  other_value numeric not null,
  primary key (run_id, symbol, trade_date, field, other_source)
);
create index source_differences_day on source_differences (trade_date);
comment on table source_differences is 'Values of sampled bars on which two sources disagree beyond rounding. Prices and amounts in CNY, volume in shares.';
comment on column source_differences.source is 'Whose value the table holds.';
`,
  down: `
drop table source_differences;
drop table source_samples;
`,
};
