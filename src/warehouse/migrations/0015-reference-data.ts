import type { Migration } from './migration.ts';

const ADJUSTED_COLUMNS = ['open', 'high', 'low', 'close', 'pre_close'] as const;

/** Prices times a factor, to four decimals; volume and amount are never adjusted. */
function adjustedView(name: string, factor: string): string {
  const prices = ADJUSTED_COLUMNS.map(
    (column) => `round(b.${column} * ${factor}, 4) as ${column}`,
  ).join(', ');
  return `create view ${name} as
select b.symbol, b.trade_date, ${prices}, b.volume, b.amount, now_.factor as adj_factor, b.source, b.updated_at
  from daily_bars b
  cross join lateral (select f.factor from adjustment_factors f
     where f.symbol = b.symbol and f.effective_date <= b.trade_date order by f.effective_date desc limit 1) now_
  cross join lateral (select f.factor from adjustment_factors f
     where f.symbol = b.symbol order by f.effective_date desc limit 1) last_;`;
}

export const referenceData: Migration = {
  name: '0015-reference-data',
  up: `
alter table instruments add column status text check (status in ('listed', 'paused', 'delisted'));
comment on column instruments.status is 'As the source says; null: it did not.';
alter table suspensions alter column batch_id drop not null;
comment on column suspensions.batch_id is 'The batch whose rows said so; null: a list of suspensions did.';

create table price_limits (
  symbol text collate "C" not null,
  trade_date date not null,
  up_limit numeric(12, 4) not null check (up_limit > 0),
  down_limit numeric(12, 4) not null check (down_limit > 0),
  source text collate "C" not null,
  primary key (symbol, trade_date)
);
comment on table price_limits is 'Highest and lowest price of a session in CNY, as a source publishes them before it.';

create table st_status (
  symbol text collate "C" not null,
  trade_date date not null,
  is_st boolean not null,
  source text collate "C" not null,
  primary key (symbol, trade_date)
);
comment on table st_status is 'Sessions on which a symbol was under special treatment. No row: not known, or not ST.';

create table daily_basics (
  symbol text collate "C" not null,
  trade_date date not null,
  turnover_rate double precision,
  pe_ttm double precision,
  pb double precision,
  total_shares double precision,
  float_shares double precision,
  market_value double precision,
  source text collate "C" not null,
  primary key (symbol, trade_date)
);
comment on table daily_basics is 'Derived figures of a session: turnover in per cent of the floating shares, shares, market value in CNY.';

create table symbol_changes (
  old_symbol text collate "C" primary key,
  new_symbol text collate "C" not null check (new_symbol <> old_symbol),
  source text collate "C" not null
);
comment on table symbol_changes is 'Codes that were replaced: in October 2025 all old ones of Beijing.';

create table reference_refreshes (
  refresh_id bigint generated always as identity primary key,
  dataset text not null,
  source text collate "C" not null,
  start_date date not null,
  end_date date not null,
  refreshed_at timestamptz not null default clock_timestamp(),
  rows integer not null,
  changed integer not null,
  payloads text[] not null
);
create index reference_refreshes_latest on reference_refreshes (dataset, refreshed_at desc);
comment on table reference_refreshes is 'When reference data was fetched, from whom, and what changed; payloads are addresses in the landing store.';

${adjustedView('daily_bars_hfq', 'now_.factor')}
comment on view daily_bars_hfq is 'Backward-adjusted prices: raw × factor. Rows without a known factor are left out. Volume and amount are raw.';
${adjustedView('daily_bars_qfq', 'now_.factor / last_.factor')}
comment on view daily_bars_qfq is 'Forward-adjusted prices: raw × factor / the latest factor, so that the latest price is the raw one. Changes with every ex-right day.';
`,
  down: `
drop view daily_bars_qfq;
drop view daily_bars_hfq;
drop table reference_refreshes;
drop table symbol_changes;
drop table daily_basics;
drop table st_status;
drop table price_limits;
delete from suspensions where batch_id is null;
alter table suspensions alter column batch_id set not null;
alter table instruments drop column status;
`,
};
