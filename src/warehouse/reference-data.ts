import type { DatasetBatch, DatasetRows, ReferenceDataset } from '../domain/dataset.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';
import { upsertInstruments } from './queries.ts';

/* Reference data as it stands in the tables. Each write changes only what differs, and says how much that was. */

const UNITS = 10_000;

interface Write {
  readonly warehouse: Warehouse;
  readonly source: string;
}

/** Stores decoded rows. @returns how many rows of the tables are new or different */
export async function storeReference(write: Write, batch: DatasetBatch): Promise<number> {
  switch (batch.dataset) {
    case 'instruments':
      return storeInstruments(write, batch.rows);
    case 'adjustment_factors':
      return storeFactors(write, batch.rows);
    case 'suspensions':
      return storeSuspensions(write, batch.rows);
    case 'price_limits':
      return storePriceLimits(write, batch.rows);
    case 'st_status':
      return storeStStatus(write, batch.rows);
    case 'daily_basics':
      return storeDailyBasics(write, batch.rows);
    case 'symbol_changes':
      return storeSymbolChanges(write, batch.rows);
    case 'trading_calendar':
      return 0; // The program's own calendar rules; the source's is compared with it by the caller.
    default:
      return batch satisfies never;
  }
}

async function countChanged({ warehouse }: Write, sql: string, values: unknown[]): Promise<number> {
  const rows = await queryRows(
    warehouse,
    'Storing reference data',
    `${sql} returning 1 as one`,
    values,
  );
  return rows.length;
}

/** A key may come twice within an answer: the last one counts. */
function latest<Row>(rows: readonly Row[], key: (row: Row) => string): readonly Row[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}

function keyOf(row: { readonly symbol: string; readonly day: number }): string {
  return `${row.symbol} ${row.day}`;
}

type Rows<Name extends ReferenceDataset> = readonly DatasetRows[Name][];

async function storeInstruments(write: Write, rows: Rows<'instruments'>): Promise<number> {
  const changed = await upsertInstruments(write.warehouse, rows, write.source);
  await countChanged(
    write,
    `update instruments i set status = n.status from unnest($1::text[], $2::text[]) as n (symbol, status)
      where i.symbol = n.symbol and n.status is not null and i.status is distinct from n.status`,
    [rows.map(({ symbol }) => symbol), rows.map(({ status }) => status ?? null)],
  );
  return changed;
}

/** Only changes are kept: a factor holds until the next. Rows that repeat what holds already change nothing. */
async function storeFactors(write: Write, given: Rows<'adjustment_factors'>): Promise<number> {
  const rows = latest(given, keyOf);
  return countChanged(
    write,
    `with given as (
       select symbol, day, factor,
              lag(factor) over (partition by symbol order by day) as before
         from unnest($1::text[], $2::date[], $3::numeric[]) as n (symbol, day, factor)),
     fresh as (
       select g.symbol, g.day, g.factor from given g
        where g.factor is distinct from coalesce(g.before, (
          select f.factor from adjustment_factors f
           where f.symbol = g.symbol and f.effective_date <= g.day
           order by f.effective_date desc limit 1)))
     insert into adjustment_factors as a (symbol, effective_date, factor, source)
     select symbol, day, factor, $4 from fresh order by symbol, day
     on conflict (symbol, effective_date) do update set factor = excluded.factor, source = excluded.source
       where a.factor <> excluded.factor`,
    [
      rows.map(({ symbol }) => symbol),
      rows.map(({ day }) => fromDayNumber(day)),
      rows.map(({ factor }) => factor),
      write.source,
    ],
  );
}

/** A list may contradict a bar: then the bar is right, and no suspension is recorded. */
async function storeSuspensions(write: Write, given: Rows<'suspensions'>): Promise<number> {
  const rows = latest(
    given.filter(({ isFullDay }) => isFullDay),
    keyOf,
  );
  return countChanged(
    write,
    `insert into suspensions (symbol, trade_date, source)
     select n.symbol, n.day, $3 from unnest($1::text[], $2::date[]) as n (symbol, day)
      where not exists (select from daily_bars b where b.symbol = n.symbol and b.trade_date = n.day)
      order by n.symbol, n.day
     on conflict do nothing`,
    [rows.map(({ symbol }) => symbol), rows.map(({ day }) => fromDayNumber(day)), write.source],
  );
}

async function storePriceLimits(write: Write, given: Rows<'price_limits'>): Promise<number> {
  // New shares have no limit in their first sessions.
  const rows = latest(
    given.filter(({ up, down }) => up > 0 && down > 0),
    keyOf,
  );
  return countChanged(
    write,
    `insert into price_limits as p (symbol, trade_date, up_limit, down_limit, source)
     select n.symbol, n.day, n.up, n.down, $5
       from unnest($1::text[], $2::date[], $3::numeric[], $4::numeric[]) as n (symbol, day, up, down)
      order by n.symbol, n.day
     on conflict (symbol, trade_date) do update
       set up_limit = excluded.up_limit, down_limit = excluded.down_limit, source = excluded.source
       where (p.up_limit, p.down_limit) <> (excluded.up_limit, excluded.down_limit)`,
    [
      rows.map(({ symbol }) => symbol),
      rows.map(({ day }) => fromDayNumber(day)),
      rows.map(({ up }) => (up / UNITS).toFixed(4)),
      rows.map(({ down }) => (down / UNITS).toFixed(4)),
      write.source,
    ],
  );
}

async function storeStStatus(write: Write, given: Rows<'st_status'>): Promise<number> {
  const rows = latest(given, keyOf);
  return countChanged(
    write,
    `insert into st_status as s (symbol, trade_date, is_st, source)
     select n.symbol, n.day, n.is_st, $4
       from unnest($1::text[], $2::date[], $3::boolean[]) as n (symbol, day, is_st)
      order by n.symbol, n.day
     on conflict (symbol, trade_date) do update set is_st = excluded.is_st, source = excluded.source
       where s.is_st <> excluded.is_st`,
    [
      rows.map(({ symbol }) => symbol),
      rows.map(({ day }) => fromDayNumber(day)),
      rows.map(({ isSt }) => isSt),
      write.source,
    ],
  );
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

async function storeDailyBasics(write: Write, given: Rows<'daily_basics'>): Promise<number> {
  const rows = latest(given, keyOf);
  return countChanged(
    write,
    `insert into daily_basics as d (symbol, trade_date, turnover_rate, pe_ttm, pb, total_shares, float_shares, market_value, source)
     select n.symbol, n.day, n.turnover, n.pe, n.pb, n.total, n.float, n.value, $9
       from unnest($1::text[], $2::date[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[])
         as n (symbol, day, turnover, pe, pb, total, float, value)
      order by n.symbol, n.day
     on conflict (symbol, trade_date) do update
       set turnover_rate = excluded.turnover_rate, pe_ttm = excluded.pe_ttm, pb = excluded.pb,
           total_shares = excluded.total_shares, float_shares = excluded.float_shares,
           market_value = excluded.market_value, source = excluded.source
       where (d.turnover_rate, d.pe_ttm, d.pb, d.total_shares, d.float_shares, d.market_value)
         is distinct from (excluded.turnover_rate, excluded.pe_ttm, excluded.pb, excluded.total_shares,
                           excluded.float_shares, excluded.market_value)`,
    [
      rows.map(({ symbol }) => symbol),
      rows.map(({ day }) => fromDayNumber(day)),
      rows.map(({ turnoverRate }) => orNull(turnoverRate)),
      rows.map(({ peTtm }) => orNull(peTtm)),
      rows.map(({ pb }) => orNull(pb)),
      rows.map(({ totalShares }) => orNull(totalShares)),
      rows.map(({ floatShares }) => orNull(floatShares)),
      rows.map(({ marketValue }) => orNull(marketValue)),
      write.source,
    ],
  );
}

async function storeSymbolChanges(write: Write, given: Rows<'symbol_changes'>): Promise<number> {
  const rows = latest(given, ({ oldSymbol }) => oldSymbol);
  return countChanged(
    write,
    `insert into symbol_changes as c (old_symbol, new_symbol, source)
     select n.old, n.new, $3 from unnest($1::text[], $2::text[]) as n (old, new) order by n.old
     on conflict (old_symbol) do update set new_symbol = excluded.new_symbol, source = excluded.source
       where c.new_symbol <> excluded.new_symbol`,
    [rows.map(({ oldSymbol }) => oldSymbol), rows.map(({ newSymbol }) => newSymbol), write.source],
  );
}

export interface Refresh {
  readonly dataset: ReferenceDataset;
  readonly source: string;
  /** undefined: of the whole market. */
  readonly symbols: readonly string[] | undefined;
  readonly startDate: string;
  readonly endDate: string;
  readonly rows: number;
  readonly changed: number;
  readonly payloads: readonly string[];
}

export async function recordRefresh(warehouse: Warehouse, refresh: Refresh): Promise<void> {
  await queryRows(
    warehouse,
    'Recording a refresh',
    `insert into reference_refreshes (dataset, source, start_date, end_date, rows, changed, payloads, symbols)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      refresh.dataset,
      refresh.source,
      refresh.startDate,
      refresh.endDate,
      refresh.rows,
      refresh.changed,
      refresh.payloads,
      refresh.symbols ?? null,
    ],
  );
}

/** Datasets refreshed within the last so many seconds, of all these symbols, over at least these days where they have days. */
export async function freshDatasets(
  warehouse: Warehouse,
  scope: Pick<Refresh, 'symbols' | 'startDate' | 'endDate'>,
  seconds: number,
): Promise<ReadonlySet<string>> {
  const rows = await queryRows<{ dataset: string }>(
    warehouse,
    'Reading refreshes',
    `select distinct dataset from reference_refreshes
      where refreshed_at > clock_timestamp() - make_interval(secs => $3)
        and (dataset in ('instruments', 'symbol_changes') or (start_date <= $1 and end_date >= $2))
        and (symbols is null or symbols @> $4::text[])`,
    [scope.startDate, scope.endDate, seconds, scope.symbols ?? null],
  );
  return new Set(rows.map(({ dataset }) => dataset));
}
