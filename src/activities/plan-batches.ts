import { sessionsBetween } from '../calendar/trading-calendar.ts';
import { chunk } from '../domain/chunk.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, type TradingDay } from '../domain/trading-day.ts';
import type { PlannedBatch } from '../domain/run.ts';

export interface BatchSizing {
  /** Symbols a batch, at most: what the job's owner asked for. */
  readonly batchSize: number;
  /** Rows a batch, at most: what moves fastest (docs/performance.md). */
  readonly batchRows: number;
  /** Rows that one symbol is expected to have. */
  readonly rowsPerSymbol: number;
}

/** Batches of neighbouring symbols over the whole range, each as large as both bounds allow; at least one symbol. */
export function planBatches(
  symbols: readonly StockSymbol[],
  { startDate, endDate }: { readonly startDate: TradingDay; readonly endDate: TradingDay },
  { batchSize, batchRows, rowsPerSymbol }: BatchSizing,
): readonly PlannedBatch[] {
  const byRows = Math.max(1, Math.floor(batchRows / Math.max(1, rowsPerSymbol)));
  const sorted = [...new Set(symbols)].toSorted();
  return chunk(sorted, Math.min(batchSize, byRows)).map((part, batchNo) => ({
    batchNo,
    symbols: part,
    startDate,
    endDate,
  }));
}

/** Whether the first source serves so many symbols over so many sessions with fewer calls by session than by symbol. */
export type BySession = (symbols: number, sessions: number) => boolean;

/**
 * Batches of whole sessions: each holds all symbols, since one call brings the whole market of a session and cutting the
 * symbols would make it anew for each cut. As many sessions a batch as `batchRows` allow; at least one.
 */
export function planSessionBatches(
  symbols: readonly StockSymbol[],
  { startDate, endDate }: { readonly startDate: TradingDay; readonly endDate: TradingDay },
  batchRows: number,
): readonly PlannedBatch[] {
  const sorted = [...new Set(symbols)].toSorted();
  const sessions = Array.from(sessionsBetween('SSE', startDate, endDate), fromDayNumber);
  const perBatch = Math.max(1, Math.floor(batchRows / Math.max(1, sorted.length)));
  return chunk(sessions, perBatch).map((part, batchNo) => ({
    batchNo,
    symbols: sorted,
    startDate: part[0] ?? startDate,
    endDate: part.at(-1) ?? endDate,
  }));
}
