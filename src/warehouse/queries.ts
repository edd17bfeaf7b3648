import { ConfigurationError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import { boardOf, exchangeOf, type Exchange, type StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber, TradingDay } from '../domain/trading-day.ts';
import type { DatabasePurpose } from './migrate.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** A stored bar as a person reads it: decimals as exact text, in CNY; volume in shares. */
export interface BarRow {
  readonly symbol: StockSymbol;
  readonly tradingDay: TradingDay;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly preClose: string | null;
  readonly volume: number;
  readonly amount: string | null;
  readonly source: string;
}

export interface DayRange {
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

/** Bars by symbol and day, ascending. Without symbols: of all. */
export async function readBars(
  warehouse: Warehouse,
  query: DayRange & { readonly symbols?: readonly StockSymbol[]; readonly limit: number },
): Promise<readonly BarRow[]> {
  return queryRows<BarRow>(
    warehouse,
    'Reading bars',
    `select symbol, trade_date as "tradingDay", trim_scale(open)::text as open, trim_scale(high)::text as high,
            trim_scale(low)::text as low, trim_scale(close)::text as close, trim_scale(pre_close)::text as "preClose",
            volume, trim_scale(amount)::text as amount, source
       from daily_bars
      where ($1::text[] is null or symbol = any ($1)) and trade_date between $2 and $3
      order by daily_bars.symbol, daily_bars.trade_date limit $4`,
    [query.symbols ?? null, query.startDate, query.endDate, query.limit],
  );
}

export interface LastClose {
  readonly day: DayNumber;
  /** 1/10,000 CNY. */
  readonly close: number;
}

/** Of each symbol, its last bar before a day; symbols without one are left out. */
export async function lastCloses(
  warehouse: Warehouse,
  symbols: readonly StockSymbol[],
  beforeDay: TradingDay,
): Promise<ReadonlyMap<StockSymbol, LastClose>> {
  const rows = await queryRows<{ symbol: string; day: number; close: number }>(
    warehouse,
    'Reading last closes',
    `select s.symbol, l.trade_date - date '1970-01-01' as day, (l.close * 10000)::bigint as close
       from unnest($1::text[]) as s (symbol)
       cross join lateral (select trade_date, close from daily_bars b
                            where b.symbol = s.symbol and b.trade_date < $2
                            order by b.trade_date desc limit 1) l`,
    [[...symbols], beforeDay],
  );
  return new Map(rows.map(({ symbol, day, close }) => [symbol, { day, close }]));
}

/** Of each symbol, the days on which it is known not to have traded, ascending; symbols without any are left out. */
export async function readSuspensions(
  warehouse: Warehouse,
  symbols: readonly StockSymbol[],
  { startDate, endDate }: DayRange,
): Promise<ReadonlyMap<StockSymbol, Int32Array>> {
  const rows = await queryRows<{ symbol: string; days: number[] }>(
    warehouse,
    'Reading suspensions',
    `select symbol, array_agg(trade_date - date '1970-01-01' order by trade_date) as days
       from suspensions where symbol = any ($1::text[]) and trade_date between $2 and $3 group by symbol`,
    [[...symbols], startDate, endDate],
  );
  return new Map(rows.map(({ symbol, days }) => [symbol, Int32Array.from(days)]));
}

/** Known instruments by symbol, ascending; all of them when no symbols are given. */
export async function readInstruments(
  warehouse: Warehouse,
  symbols?: readonly StockSymbol[],
): Promise<readonly Instrument[]> {
  const rows = await queryRows<{
    symbol: string;
    name: string | null;
    list_date: string | null;
    delist_date: string | null;
  }>(
    warehouse,
    'Reading instruments',
    `select symbol, name, list_date, delist_date from instruments
      where $1::text[] is null or symbol = any ($1) order by symbol`,
    [symbols ?? null],
  );
  return rows.map(({ symbol, name, list_date: listDate, delist_date: delistDate }) => ({
    symbol,
    name: name ?? undefined,
    listDate: listDate ?? undefined,
    delistDate: delistDate ?? undefined,
  }));
}

/** Every symbol of which there is an instrument or a bar, ascending. */
export async function knownSymbols(warehouse: Warehouse): Promise<readonly StockSymbol[]> {
  // A walk along the key: a plain `distinct` would read every bar.
  const rows = await queryRows<{ symbol: string }>(
    warehouse,
    'Reading known symbols',
    `with recursive barred as (
       (select symbol from daily_bars order by symbol limit 1)
       union all
       select (select b.symbol from daily_bars b where b.symbol > barred.symbol order by b.symbol limit 1)
         from barred where barred.symbol is not null)
     select symbol from barred where symbol is not null
     union select symbol from instruments order by symbol`,
  );
  return rows.map(({ symbol }) => symbol);
}

/**
 * Learns instruments. What is not known now does not erase what was; equal ones are not touched.
 * @returns how many were new or changed.
 */
export async function upsertInstruments(
  warehouse: Warehouse,
  instruments: readonly Instrument[],
  source: string,
): Promise<number> {
  const distinct = [...new Map(instruments.map((item) => [item.symbol, item])).values()];
  const rows = await queryRows(
    warehouse,
    'Storing instruments',
    `insert into instruments as i (symbol, exchange, board, name, list_date, delist_date, source)
     select symbol, exchange, board, name, list_date, delist_date, $7
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[])
         as n (symbol, exchange, board, name, list_date, delist_date)
      order by symbol
     on conflict (symbol) do update
       set name = coalesce(excluded.name, i.name), list_date = coalesce(excluded.list_date, i.list_date),
           delist_date = coalesce(excluded.delist_date, i.delist_date), source = excluded.source, updated_at = now()
       where (coalesce(excluded.name, i.name), coalesce(excluded.list_date, i.list_date),
              coalesce(excluded.delist_date, i.delist_date)) is distinct from (i.name, i.list_date, i.delist_date)
     returning symbol`,
    [
      distinct.map(({ symbol }) => symbol),
      distinct.map(({ symbol }) => exchangeOf(symbol)),
      distinct.map(({ symbol }) => boardOf(symbol)),
      distinct.map(({ name }) => name ?? null),
      distinct.map(({ listDate }) => listDate ?? null),
      distinct.map(({ delistDate }) => delistDate ?? null),
      source,
    ],
  );
  return rows.length;
}

/** Sessions of an exchange from a day to a day, both included, ascending. @throws ConfigurationError beyond the calendar. */
export async function readSessions(
  warehouse: Warehouse,
  exchange: Exchange,
  from: TradingDay,
  to: TradingDay,
): Promise<Int32Array> {
  const [row] = await queryRows<{ first_day: string; last_day: string; days: number[] | null }>(
    warehouse,
    'Reading sessions',
    `select h.first_day, h.last_day,
            (select array_agg(trading_day - date '1970-01-01' order by trading_day) from exchange_sessions
              where exchange = $1 and trading_day between $2 and $3) as days
       from calendar_horizon h`,
    [exchange, from, to],
  );
  if (row === undefined || from < row.first_day || to > row.last_day) {
    const known = row === undefined ? 'none' : `${row.first_day} to ${row.last_day}`;
    throw new ConfigurationError(
      `The calendar of ${exchange} is unknown from ${from} to ${to}; known: ${known}`,
      {
        code: 'ETL-CAL-001',
        hint: 'ask for days within it; a newer release knows more, then run `candlewick db migrate`.',
      },
    );
  }
  return Int32Array.from(row.days ?? []);
}

/** What the database was created for; undefined before its first migration has ended. */
export async function databasePurpose(warehouse: Warehouse): Promise<DatabasePurpose | undefined> {
  const [row] = await queryRows<{ purpose: DatabasePurpose }>(
    warehouse,
    'Reading the purpose of the database',
    'select purpose from candlewick_database',
  );
  return row?.purpose;
}
