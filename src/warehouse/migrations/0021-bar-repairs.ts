import type { Migration } from './migration.ts';

export const barRepairs: Migration = {
  name: '0021-bar-repairs',
  up: `
create table bar_repairs (
  repair_id bigint generated always as identity primary key,
  symbol text collate "C" not null,
  trade_date date not null,
  column_name text not null,
  original text,
  repaired text,
  rule text collate "C" not null,
  confidence real not null check (confidence between 0 and 1),
  state text not null check (state in ('applied', 'reported', 'undone')),
  source text collate "C" not null,
  batch_id bigint not null references load_batches,
  answer_no integer not null,
  source_row integer not null,
  payload_sha256 text,
  repaired_at timestamptz not null,
  undone_by text,
  undone_at timestamptz,
  undone_why text,
  undone_outcome text check (undone_outcome in ('as_sent', 'former_version', 'withdrawn')),
  check ((state = 'undone') = (undone_at is not null and undone_by is not null and undone_why is not null
                               and undone_outcome is not null))
);
create unique index bar_repairs_once on bar_repairs
  (symbol, trade_date, source, column_name, rule, coalesce(original, ''), coalesce(repaired, ''));
create index bar_repairs_batch on bar_repairs (batch_id);
comment on table bar_repairs is 'Every cell that cleaning changed. The same repair of the same bar is one row, whichever batch makes it again; one that was undone stays undone.';
comment on column bar_repairs.original is 'As sent: CNY, shares or a date; null: there was no value.';
comment on column bar_repairs.confidence is 'Of the rule that proved the value wrong, 0 to 1.';
comment on column bar_repairs.state is 'applied: it stands in daily_bars. reported: cleaning was off, or the table kept the row it had. undone: a person took it back.';
comment on column bar_repairs.batch_id is 'The batch that made it first.';
comment on column bar_repairs.undone_outcome is 'as_sent: the row stands as it was sent. former_version: the table cannot hold that, the version before it returned. withdrawn: there was none, the row is in quarantine.';
`,
  down: `
drop table bar_repairs;
`,
};
