import { isSession } from '../calendar/trading-calendar.ts';
import { exchangeOf, type StockSymbol } from '../domain/stock-symbol.ts';
import { shanghaiDayAt, toDayNumber, type DayNumber } from '../domain/trading-day.ts';
import { downLimitCents, upLimitCents } from '../sources/simulated/price-limits.ts';
import type { EmulationContext } from './emulated-source.ts';
import { compactDay, rangeOf, truthRows } from './market-bars.ts';
import { namedRange, namedSymbols, type Params, type TushareRow } from './tushare-params.ts';

interface ReferenceCall {
  readonly api: string;
  readonly params: Params;
}

const UNITS_PER_CENT = 100;

/** What an interface's columns are called: also where it has no row. */
export const REFERENCE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  adj_factor: ['ts_code', 'trade_date', 'adj_factor'],
  trade_cal: ['exchange', 'cal_date', 'is_open', 'pretrade_date'],
  suspend_d: ['ts_code', 'trade_date', 'suspend_timing', 'suspend_type'],
  stk_limit: ['trade_date', 'ts_code', 'up_limit', 'down_limit'],
  stock_st: ['ts_code', 'name', 'trade_date', 'type', 'type_name'],
  daily_basic: [
    'ts_code',
    'trade_date',
    'close',
    'turnover_rate',
    'pe_ttm',
    'pb',
    'total_share',
    'float_share',
    'total_mv',
  ],
  bse_mapping: ['name', 'o_code', 'n_code', 'list_date'],
};

/** Rows of an interface beside `daily`; undefined for one that is not emulated. */
export function referenceRows(
  { api, params }: ReferenceCall,
  context: EmulationContext,
): readonly TushareRow[] | undefined {
  switch (api) {
    case 'adj_factor':
      return factorRows(params, context);
    case 'trade_cal':
      return calendarRows(params);
    case 'stock_basic':
      return instrumentRows(params, context);
    case 'suspend_d':
      return suspensionRows(params, context);
    case 'stk_limit':
      return limitRows(params, context);
    case 'stock_st':
      return stRows(params, context);
    case 'daily_basic':
      return basicRows(params, context);
    case 'bse_mapping':
      return [
        { name: '模拟北交', o_code: '430001.BJ', n_code: '920001.BJ', list_date: '20211115' },
      ];
    default:
      return undefined;
  }
}

/** A row for each session and symbol that is listed, suspended or not. */
function factorRows(params: Params, context: EmulationContext): readonly TushareRow[] {
  const { market } = context;
  const { from, to } = namedRange(params);
  const rows = namedSymbols(context, params).flatMap((symbol) => {
    const { days, cumulative } = market.adjustmentFactors(symbol);
    return truthRows(market, [symbol], from, to).map(({ day }) => {
      const at = days.findLastIndex((each) => each <= day);
      const factor = at < 0 ? 1 : (cumulative[at] ?? 1);
      return {
        ts_code: symbol,
        trade_date: compactDay(day),
        adj_factor: Number(factor.toFixed(6)),
      };
    });
  });
  return newestFirst(rows);
}

function newestFirst(rows: readonly TushareRow[]): readonly TushareRow[] {
  return rows.toSorted((left, right) => Number(right['trade_date']) - Number(left['trade_date']));
}

function calendarRows(params: Params): readonly TushareRow[] {
  const { from, to } = rangeOf(params['start_date'], params['end_date']);
  const rows: TushareRow[] = [];
  let previous: DayNumber | undefined;
  for (let day = from; day <= to; day += 1) {
    const isOpen = isSession('SSE', day);
    rows.push({
      exchange: params['exchange'] ?? 'SSE',
      cal_date: compactDay(day),
      is_open: isOpen ? 1 : 0,
      pretrade_date: previous === undefined ? null : compactDay(previous),
    });
    previous = isOpen ? day : previous;
  }
  return rows.toReversed();
}

function instrumentRows(params: Params, { market, now }: EmulationContext): readonly TushareRow[] {
  const today = shanghaiDayAt(now);
  const wanted = params['list_status'] ?? 'L';
  return market.instruments.flatMap(({ symbol, name, listDate, delistDate }) => {
    const status = delistDate !== undefined && delistDate <= today ? 'D' : 'L';
    return status === wanted
      ? [
          {
            ts_code: symbol,
            symbol: symbol.slice(0, 6),
            name: name ?? null,
            area: '模拟',
            industry: '模拟',
            market: '主板',
            exchange: exchangeOf(symbol),
            list_status: status,
            list_date: listDate?.replaceAll('-', '') ?? null,
            delist_date: status === 'D' ? (delistDate?.replaceAll('-', '') ?? null) : null,
          },
        ]
      : [];
  });
}

function suspensionRows(params: Params, context: EmulationContext): readonly TushareRow[] {
  const { from, to } = namedRange(params);
  const rows = namedSymbols(context, params).flatMap((symbol) =>
    context.market.suspendedDays(symbol, from, to).map((day) => ({
      ts_code: symbol,
      trade_date: compactDay(day),
      suspend_timing: null,
      suspend_type: 'S',
    })),
  );
  return newestFirst(rows);
}

function limitRows(params: Params, context: EmulationContext): readonly TushareRow[] {
  const { market } = context;
  const { from, to } = namedRange(params);
  return truthRows(market, namedSymbols(context, params), from, to).flatMap(
    ({ symbol, day, preClose }) => {
      const limit = market.priceLimit(symbol, day);
      const cents = preClose / UNITS_PER_CENT;
      return limit === undefined
        ? []
        : [
            {
              trade_date: compactDay(day),
              ts_code: symbol,
              up_limit: upLimitCents(cents, limit) / 100,
              down_limit: downLimitCents(cents, limit) / 100,
            },
          ];
    },
  );
}

function stRows(params: Params, context: EmulationContext): readonly TushareRow[] {
  const { from, to } = namedRange(params);
  const earliest = Math.max(from, toDayNumber('2016-01-01'));
  return truthRows(context.market, namedSymbols(context, params), earliest, to)
    .filter(({ isSt }) => isSt)
    .map(({ symbol, day }) => ({
      ts_code: symbol,
      name: `*ST${symbol.slice(0, 6)}`,
      trade_date: compactDay(day),
      type: 'ST',
      type_name: '风险警示板',
    }));
}

function basicRows(params: Params, context: EmulationContext): readonly TushareRow[] {
  const { from, to } = namedRange(params);
  return truthRows(context.market, namedSymbols(context, params), from, to)
    .filter(({ isSuspended }) => !isSuspended)
    .map(({ symbol, day, close, volume }) => {
      const shares = sharesOf(symbol);
      return {
        ts_code: symbol,
        trade_date: compactDay(day),
        close: close / 10_000,
        turnover_rate: Number(((volume / shares) * 100).toFixed(4)),
        pe_ttm: null,
        pb: 1.5,
        total_share: shares / 10_000,
        float_share: shares / 10_000,
        total_mv: Number(((close / 10_000) * (shares / 10_000)).toFixed(4)),
      };
    });
}

/** Shares outstanding: made up, the same for ever. */
function sharesOf(symbol: StockSymbol): number {
  return (200_000 + (Number(symbol.slice(0, 6)) % 1000) * 1000) * 10_000;
}
