import type { Migration } from './migration.ts';

/** Shared by the table and its history, so that a row moves over unchanged. */
const BAR_COLUMNS = `
  symbol text collate "C" not null,
  trade_date date not null,
  open numeric(12, 4) not null,
  high numeric(12, 4) not null,
  low numeric(12, 4) not null,
  close numeric(12, 4) not null,
  pre_close numeric(12, 4),
  volume bigint not null,
  amount numeric(16, 4),
  source text collate "C" not null,
  batch_id bigint not null,
  answer_no integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null`;

export const bars: Migration = {
  name: '0002-bars',
  up: `
create table instruments (
  symbol text collate "C" primary key,
  exchange text collate "C" not null,
  board text not null,
  name text,
  list_date date,
  delist_date date,
  source text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table instruments is 'Listed securities and their listing life. A null date is unknown, not open.';
comment on column instruments.delist_date is 'The first day on which it was no longer listed.';

-- Not partitioned: routing rows to yearly partitions costs the load 12 to 15 % (bench/loader.ts says how it was measured).
create table daily_bars (${BAR_COLUMNS},
  primary key (symbol, trade_date),
  constraint daily_bars_prices check (
    low > 0 and low <= open and low <= close and open <= high and close <= high and high <> 'NaN'),
  constraint daily_bars_pre_close check (pre_close > 0 and pre_close <> 'NaN'),
  constraint daily_bars_volume check (volume >= 0),
  constraint daily_bars_amount check (amount >= 0 and amount <> 'NaN')
);
comment on table daily_bars is 'Daily bars as the exchange traded them: raw (unadjusted) prices. One row for each symbol and session with a trade.';
comment on column daily_bars.symbol is 'Six digits and the exchange: 600000.SH, 000001.SZ, 430047.BJ.';
comment on column daily_bars.trade_date is 'Local to the exchange (Asia/Shanghai).';
comment on column daily_bars.open is 'CNY a share, unadjusted.';
comment on column daily_bars.high is 'CNY a share, unadjusted.';
comment on column daily_bars.low is 'CNY a share, unadjusted.';
comment on column daily_bars.close is 'CNY a share, unadjusted.';
comment on column daily_bars.pre_close is 'CNY a share: the ex-right reference price of the day, not simply the last close. Null: the source did not say.';
comment on column daily_bars.volume is 'Shares (not lots).';
comment on column daily_bars.amount is 'CNY (not thousands). Null: the source did not say.';
comment on column daily_bars.source is 'Who said so; the rest of the lineage: view daily_bars_lineage.';
comment on column daily_bars.batch_id is 'The batch that wrote this version: load_batches. No foreign key: it would cost a look-up for each row.';
comment on column daily_bars.answer_no is 'The answer within the batch: batch_answers.';
comment on column daily_bars.created_at is 'When the first version of this row was loaded.';
comment on column daily_bars.updated_at is 'When this version was loaded.';

create table daily_bars_history (${BAR_COLUMNS},
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (symbol, trade_date, known_from),
  check (known_from <= known_to)
);
comment on table daily_bars_history is 'Former versions of daily_bars: what was believed from known_from until, exclusive, known_to. Columns as in daily_bars.';

create function daily_bars_as_of(instant timestamptz) returns setof daily_bars
language sql stable parallel safe as $$
  select symbol, trade_date, open, high, low, close, pre_close, volume, amount, source, batch_id, answer_no, created_at, updated_at
    from daily_bars where updated_at <= instant
  union all
  select symbol, trade_date, open, high, low, close, pre_close, volume, amount, source, batch_id, answer_no, created_at, updated_at
    from daily_bars_history where known_from <= instant and instant < known_to
$$;
comment on function daily_bars_as_of is 'daily_bars as it was known at an instant.';

create table suspensions (
  symbol text collate "C" not null,
  trade_date date not null,
  source text collate "C" not null,
  batch_id bigint not null,
  primary key (symbol, trade_date)
);
comment on table suspensions is 'Sessions on which a symbol is known not to have traded, by the first source that said so.';

create table adjustment_factors (
  symbol text collate "C" not null,
  effective_date date not null,
  factor numeric not null check (factor > 0 and factor <> 'NaN'),
  source text collate "C" not null,
  created_at timestamptz not null default now(),
  primary key (symbol, effective_date)
);
comment on table adjustment_factors is 'Cumulative adjustment factors: raw price × factor = backward-adjusted price, from effective_date until the next.';
`,
  down: `
drop table adjustment_factors;
drop table suspensions;
drop function daily_bars_as_of(timestamptz);
drop table daily_bars_history;
drop table daily_bars;
drop table instruments;
`,
};
