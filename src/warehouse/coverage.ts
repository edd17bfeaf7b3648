import { chunk } from '../domain/chunk.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** Which sessions are looked at, and as of when. */
export interface CoverageQuery {
  /** undefined: every symbol for which bars are owed. */
  readonly symbols?: readonly StockSymbol[];
  readonly from: TradingDay;
  readonly to: TradingDay;
  /** ISO instant: sessions that were not final then are not expected. */
  readonly asOf: string;
  /** As if bars of these symbols were owed from then on, whatever was asked for before. */
  readonly owedFrom?: TradingDay;
}

export type CoverageState = 'loaded' | 'excused' | 'quarantined' | 'missing';

/** One expected session that is not loaded. */
export interface AbsentSession {
  readonly symbol: StockSymbol;
  readonly tradingDay: TradingDay;
  readonly state: Exclude<CoverageState, 'loaded'>;
  /** suspended, never_fetched, empty_answer, source_gap, failed: CODE, held in quarantine: RULE … */
  readonly reason: string;
}

export interface CoverageSummary {
  readonly expected: number;
  readonly loaded: number;
  readonly excused: number;
  readonly quarantined: number;
  readonly missing: number;
  readonly symbols: number;
  /** Sessions that are not loaded, by state and reason, the most frequent first. */
  readonly reasons: readonly {
    readonly state: CoverageState;
    readonly reason: string;
    readonly sessions: number;
  }[];
}

/** Sessions of one symbol without a bar, in an unbroken run. */
export interface GapRange {
  readonly symbol: StockSymbol;
  readonly firstDay: TradingDay;
  readonly lastDay: TradingDay;
  readonly sessions: number;
}

/** Symbols looked at by one statement: bounds its memory, and how long a heartbeat has to wait. */
const SYMBOLS_A_QUERY = 500;
/** Symbol of `coverage_scope` that stands for every known instrument. */
const WHOLE_MARKET = '*';

function values({ symbols, from, to, asOf, owedFrom }: CoverageQuery): unknown[] {
  return [symbols === undefined ? null : [...symbols], from, to, asOf, owedFrom ?? null];
}

/** Notes that bars are owed from a day on: of these symbols, or of every known instrument. Never narrows. */
export async function widenCoverage(
  warehouse: Warehouse,
  symbols: readonly StockSymbol[] | 'all',
  firstDay: TradingDay,
): Promise<void> {
  await queryRows(
    warehouse,
    'Noting the scope of coverage',
    `insert into coverage_scope as s (symbol, first_day)
     select symbol, $2 from unnest($1::text[]) as n (symbol) order by symbol
     on conflict (symbol) do update set first_day = excluded.first_day, noted_at = now()
       where excluded.first_day < s.first_day`,
    [symbols === 'all' ? [WHOLE_MARKET] : [...new Set(symbols)], firstDay],
  );
}

/** How much of what is expected is there, and why the rest is not. */
export async function summariseCoverage(
  warehouse: Warehouse,
  query: CoverageQuery,
): Promise<CoverageSummary> {
  const rows = await queryRows<{
    state: CoverageState;
    reason: string | null;
    sessions: number;
    symbols: number;
  }>(
    warehouse,
    'Summing up coverage',
    `select state, reason, count(*)::int as sessions,
            (select count(*)::int from coverage_symbols s where $1::text[] is null or s.symbol = any ($1)) as symbols
       from coverage_of($1, $2, $3, $4, $5) group by state, reason order by sessions desc, reason`,
    values(query),
  );
  function sessionsOf(state: CoverageState): number {
    return rows.filter((row) => row.state === state).reduce((sum, row) => sum + row.sessions, 0);
  }
  return {
    expected: rows.reduce((sum, { sessions }) => sum + sessions, 0),
    loaded: sessionsOf('loaded'),
    excused: sessionsOf('excused'),
    quarantined: sessionsOf('quarantined'),
    missing: sessionsOf('missing'),
    symbols: rows[0]?.symbols ?? 0,
    reasons: rows.flatMap(({ state, reason, sessions }) =>
      reason === null ? [] : [{ state, reason, sessions }],
    ),
  };
}

/** Each expected session that is not loaded, by symbol and day, ascending. */
export async function listAbsences(
  warehouse: Warehouse,
  query: CoverageQuery,
  { limit, gapsOnly }: { readonly limit: number; readonly gapsOnly: boolean },
): Promise<readonly AbsentSession[]> {
  return queryRows<AbsentSession>(
    warehouse,
    'Listing gaps',
    `select symbol, trade_date as "tradingDay", state, reason
       from coverage_of($1, $2, $3, $4, $5)
      where state <> 'loaded' and ($6 = false or state = 'missing')
      order by symbol, trade_date limit $7`,
    [...values(query), gapsOnly, limit],
  );
}

const GAP_RANGES = `
with session as (
  select exchange, trading_day, row_number() over (partition by exchange order by trading_day) as n
    from exchange_sessions where trading_day between $2 and $3),
gap as (
  select c.symbol, c.trade_date, s.n - row_number() over (partition by c.symbol order by c.trade_date) as island
    from coverage_of($1, $2, $3, $4, $5) c
    join session s on s.exchange = exchange_of(c.symbol) and s.trading_day = c.trade_date
   where c.state = 'missing' and ($6 or c.next_try is null or c.next_try <= $4::timestamptz))
select symbol, min(trade_date) as "firstDay", max(trade_date) as "lastDay", count(*)::int as sessions
  from gap group by symbol, island order by symbol, "firstDay"`;

/**
 * What is missing, as unbroken runs of sessions, by symbol and day. Sessions that were asked for in vain lately wait for
 * their next try, unless `retryAll`.
 */
export async function gapRanges(
  warehouse: Warehouse,
  query: CoverageQuery,
  { retryAll }: { readonly retryAll: boolean },
): Promise<readonly GapRange[]> {
  const found: GapRange[] = [];
  const symbols = query.symbols ?? (await owedSymbols(warehouse));
  for (const part of chunk(symbols, SYMBOLS_A_QUERY)) {
    const rows = await queryRows<GapRange>(warehouse, 'Looking for gaps', GAP_RANGES, [
      ...values({ ...query, symbols: part }),
      retryAll,
    ]);
    found.push(...rows);
  }
  return found;
}

async function owedSymbols(warehouse: Warehouse): Promise<readonly StockSymbol[]> {
  const rows = await queryRows<{ symbol: StockSymbol }>(
    warehouse,
    'Reading the scope of coverage',
    'select symbol from coverage_symbols order by symbol',
  );
  return rows.map(({ symbol }) => symbol);
}
