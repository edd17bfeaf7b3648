import type { Migration } from './migration.ts';

export const absences: Migration = {
  name: '0010-absences',
  up: `
create table absences (
  symbol text collate "C" not null,
  trade_date date not null,
  reason text not null check (reason in ('no_trade', 'source_gap', 'refused', 'failed')),
  sources text[] collate "C" not null default '{}',
  detail text not null default '',
  tries integer not null default 1,
  run_id text collate "C",
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (symbol, trade_date)
);
comment on table absences is 'Expected sessions of a symbol for which no bar could be had, and why. A bar that is loaded later makes its row here void; excused is only reason no_trade.';
comment on column absences.reason is 'no_trade: two sources say, each by itself, that there is no bar (excused). source_gap: one source has none and nobody confirms it. refused: what came failed acceptance. failed: no source could be asked. All but no_trade stay open and are fetched again.';
comment on column absences.sources is 'Those that were asked and had no bar, or none that could be accepted.';
comment on column absences.tries is 'Runs that wanted this bar and did not get it.';
`,
  down: `
drop table absences;
`,
};
