import type { Migration } from './migration.ts';

export const provisionalBars: Migration = {
  name: '0022-provisional-bars',
  up: `
create table provisional_bars (
  symbol text collate "C" primary key,
  trade_date date not null,
  batch_id bigint not null,
  since timestamptz not null
);
comment on table provisional_bars is 'Of each symbol its last bar, as long as no later session has confirmed its close. The next run that holds it again settles it: quality_batches.settled.';

create function withdraw_bars(symbols text[], days date[], instant timestamptz) returns bigint
language sql security definer set search_path from current as $$
  with gone as (
    delete from daily_bars b using unnest(symbols, days) as k (symbol, trade_date)
     where b.symbol = k.symbol and b.trade_date = k.trade_date returning b.*),
  kept as (
    insert into daily_bars_history (symbol, trade_date, open, high, low, close, pre_close, volume, amount, source,
      batch_id, answer_no, created_at, updated_at, known_from, known_to)
    select symbol, trade_date, open, high, low, close, pre_close, volume, amount, source,
           batch_id, answer_no, created_at, updated_at, updated_at, greatest(instant, updated_at + interval '1 microsecond')
      from gone returning 1)
  select count(*) from kept
$$;
revoke execute on function withdraw_bars(text[], date[], timestamptz) from public;
comment on function withdraw_bars is 'Takes bars from readers: into the history, never away. The only way in which the role etl_load can take a bar out of daily_bars.';
`,
  down: `
drop function withdraw_bars(text[], date[], timestamptz);
drop table provisional_bars;
`,
};
