import { MARK } from '../domain/bar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, parseDay, toDayNumber, type DayNumber } from '../domain/trading-day.ts';
import type { Market } from '../sources/simulated/market.ts';
import type { FaultKind } from './fault.ts';

/** One session of one symbol in the market's own numbers: 1/10,000 CNY and shares. */
export interface TruthRow {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly preClose: number;
  readonly volume: number;
  readonly amount: number;
  readonly isSuspended: boolean;
  readonly isSt: boolean;
}

/** Earliest day of the simulated market that anything asks for, and one after the latest. */
const FIRST_DAY = toDayNumber('1990-12-19');
const LAST_DAY = toDayNumber('2026-12-31');

export function truthRows(
  market: Market,
  symbols: readonly StockSymbol[],
  from: DayNumber,
  to: DayNumber,
): TruthRow[] {
  const known = symbols.filter((symbol) => market.has(symbol));
  const bars = market.bars(known, from, to);
  return Array.from({ length: bars.length }, (_, row) => ({
    symbol: bars.symbols[bars.symbolId[row] ?? 0] ?? '',
    day: bars.tradingDay[row] ?? 0,
    open: bars.open[row] ?? 0,
    high: bars.high[row] ?? 0,
    low: bars.low[row] ?? 0,
    close: bars.close[row] ?? 0,
    preClose: bars.preClose[row] ?? 0,
    volume: bars.volume[row] ?? 0,
    amount: bars.amount[row] ?? 0,
    isSuspended: ((bars.marks[row] ?? 0) & MARK.suspended) !== 0,
    isSt: ((bars.marks[row] ?? 0) & MARK.st) !== 0,
  }));
}

/** Rows with a trade, spoilt as a fault of the rows wants it. */
export function tradedRows(
  market: Market,
  symbols: readonly StockSymbol[],
  { from, to, fault }: { from: DayNumber; to: DayNumber; fault: FaultKind | undefined },
): readonly TruthRow[] {
  return distort(
    truthRows(market, symbols, from, to).filter(({ isSuspended }) => !isSuspended),
    fault,
  );
}

type Distortion = (rows: readonly TruthRow[]) => readonly TruthRow[];

/** Faults of rows that do not depend on how a source writes them. */
const DISTORTIONS: Readonly<Partial<Record<FaultKind, Distortion>>> = {
  wrongUnit: (rows) => rows.map((row) => ({ ...row, volume: row.volume * 100 })),
  dropRows: (rows) => rows.filter((_, index) => index % 3 !== 0),
  duplicateRows: (rows) => rows.flatMap((row) => [row, row]),
  adjusted: (rows) =>
    rows.map((row) => ({
      ...row,
      open: adjusted(row.open),
      high: adjusted(row.high),
      low: adjusted(row.low),
      close: adjusted(row.close),
      preClose: adjusted(row.preClose),
    })),
  noData: () => [],
};

export function distort(
  rows: readonly TruthRow[],
  fault: FaultKind | undefined,
): readonly TruthRow[] {
  const distortion = fault === undefined ? undefined : DISTORTIONS[fault];
  return distortion === undefined ? rows : distortion(rows);
}

/** As EastMoney's forward adjustment does: dividends are taken off, which is no multiple. In whole cents. */
function adjusted(price: number): number {
  return Math.max(100, Math.round((price * 0.62) / 100) * 100 - 1300);
}

/** 20240102 or 2024-01-02; undefined for what is no day. */
export function dayOf(text: string | null | undefined): DayNumber | undefined {
  const given = text ?? '';
  const dashed = /^\d{8}$/.test(given)
    ? `${given.slice(0, 4)}-${given.slice(4, 6)}-${given.slice(6)}`
    : given;
  return parseDay(dashed);
}

/** A range as a source is asked for it: open where an end is missing. */
export function rangeOf(
  start: string | null | undefined,
  end: string | null | undefined,
): { from: DayNumber; to: DayNumber } {
  return { from: dayOf(start) ?? FIRST_DAY, to: dayOf(end) ?? LAST_DAY };
}

export function compactDay(day: DayNumber): string {
  return fromDayNumber(day).replaceAll('-', '');
}

/** Per cent of the previous close, with two digits. */
export function percentOf({ preClose }: Pick<TruthRow, 'preClose'>, part: number): string {
  return ((part / preClose) * 100).toFixed(2);
}

/** CNY with as many decimals as are asked for: exact, since the market's numbers are whole. */
export function cny(units: number, decimals: number): string {
  return (units / 10_000).toFixed(decimals);
}

/** sz000001, sz.000001, 000001: the symbol that the market knows; undefined where it has none. */
export function symbolOf(market: Market, code: string): StockSymbol | undefined {
  const digits = /\d{6}/.exec(code)?.[0] ?? '';
  const prefix = /^(sh|sz|bj)/i.exec(code)?.[1]?.toUpperCase();
  const suffixes = prefix === undefined ? ['SH', 'SZ', 'BJ'] : [prefix];
  return suffixes.map((suffix) => `${digits}.${suffix}`).find((symbol) => market.has(symbol));
}
