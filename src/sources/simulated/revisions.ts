import { takeRows, type BarColumns } from '../../domain/bar.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { amountOf } from './trade.ts';

/* What a market says of the same bar at different instants: nothing yet, a first value, a restated one. */

/** A bar that is given otherwise from an instant on. Its amount and its range follow. */
export interface Restatement {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  /** Epoch milliseconds. */
  readonly from: number;
  /** Shares. */
  readonly volume?: number;
  /** 1/10,000 CNY, whole cents. */
  readonly close?: number;
}

/** A day whose bars come late: of one symbol, or of all. */
export interface LatePublication {
  readonly symbol?: StockSymbol;
  readonly day: DayNumber;
  /** Epoch milliseconds. */
  readonly publishedAt: number;
}

export interface Revisions {
  readonly restatements?: readonly Restatement[];
  readonly latePublications?: readonly LatePublication[];
}

const MS_PER_DAY = 86_400_000;
/** 16:00 in Shanghai, an hour after the close. */
const PUBLISHED_AT_UTC_MS = 8 * 3_600_000;
const UNITS_PER_CENT = 100;
/** The middle of the jitter: a restated amount is at the mean price. */
const NO_JITTER = 0x8000_0000;

/** The instant, in epoch milliseconds, from which a day's bars can be had unless they come late. */
export function publicationOf(day: DayNumber): number {
  return day * MS_PER_DAY + PUBLISHED_AT_UTC_MS;
}

/** The columns as they were known at an instant; as finally known without one. Restates in place. */
export function columnsKnownAt(
  columns: BarColumns,
  { restatements = [], latePublications = [] }: Revisions,
  asOf: number | undefined,
): BarColumns {
  const inOrder = restatements.toSorted((left, right) => left.from - right.from);
  for (const restatement of inOrder) {
    if (asOf === undefined || restatement.from <= asOf) {
      restate(columns, restatement);
    }
  }
  return asOf === undefined ? columns : publishedRows(columns, latePublications, asOf);
}

function restate(columns: BarColumns, { symbol, day, volume, close }: Restatement): void {
  const symbolId = columns.symbols.indexOf(symbol);
  const row = columns.tradingDay.findIndex(
    (each, index) => each === day && columns.symbolId[index] === symbolId,
  );
  if (row === -1) {
    return;
  }
  const restated = close ?? columns.close[row] ?? 0;
  const shares = volume ?? columns.volume[row] ?? 0;
  columns.close[row] = restated;
  columns.volume[row] = shares;
  columns.high[row] = Math.max(columns.high[row] ?? 0, restated);
  columns.low[row] = Math.min(columns.low[row] ?? 0, restated);
  const prices = {
    open: (columns.open[row] ?? 0) / UNITS_PER_CENT,
    high: (columns.high[row] ?? 0) / UNITS_PER_CENT,
    low: (columns.low[row] ?? 0) / UNITS_PER_CENT,
    close: restated / UNITS_PER_CENT,
  };
  columns.amount[row] = amountOf(shares, prices, NO_JITTER);
}

function publishedRows(
  columns: BarColumns,
  latePublications: readonly LatePublication[],
  asOf: number,
): BarColumns {
  const late = latePublications.filter(({ publishedAt }) => publishedAt > asOf);
  const rows = Uint32Array.from(columns.tradingDay.keys()).filter((row) => {
    const day = columns.tradingDay[row] ?? 0;
    const symbol = columns.symbols[columns.symbolId[row] ?? 0];
    return (
      publicationOf(day) <= asOf &&
      !late.some((each) => each.day === day && (each.symbol ?? symbol) === symbol)
    );
  });
  if (rows.length === columns.length) {
    return columns;
  }
  const published = takeRows(columns, rows);
  published.sourceRow.forEach((_, row, rowOf) => (rowOf[row] = row));
  return published;
}
