import { chunk } from '../domain/chunk.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber, type TradingDay } from '../domain/trading-day.ts';
import type { PlannedBatch } from '../domain/run.ts';
import { planSessionBatches, type BySession } from './plan-batches.ts';

/** Sessions of one symbol that are missing, in an unbroken run. */
export interface MissingRange {
  readonly symbol: StockSymbol;
  readonly firstDay: TradingDay;
  readonly lastDay: TradingDay;
  readonly sessions: number;
}

export interface GapSizing {
  readonly batchSize: number;
  readonly batchRows: number;
  readonly firstBatch: number;
  /** Years: ranges are cut at the end of each year, and long ones begin and end with whole months. Days: exactly what is missing. */
  readonly cut: 'days' | 'years';
  /** Symbols that miss the same days are cut by session where this says so, else by symbol. */
  readonly isBySession?: BySession;
}

/** Exact ranges make at most this many batches; more (holes strewn over the market) are widened to whole months. */
const MAX_EXACT_BATCHES = 2000;
/** A range of at least so many sessions may be widened to whole months: what is fetched twice is little beside it. */
const LONG_RANGE_SESSIONS = 20;

interface Range {
  readonly from: TradingDay;
  readonly to: TradingDay;
  readonly sessions: number;
}

/** Batches that together cover what is missing: symbols that miss the same days share a batch. Oldest days first. */
export function planGaps(
  missing: readonly MissingRange[],
  { cut, ...sizing }: GapSizing,
): readonly PlannedBatch[] {
  const last = missing.reduce((day, { lastDay }) => (lastDay > day ? lastDay : day), '');
  if (cut === 'years') {
    return batchesOf(missing, sizing, (range) =>
      yearsOf(range).map((part) => wholeMonths(part, last)),
    );
  }
  const exact = batchesOf(missing, sizing, ({ firstDay, lastDay, sessions }) => [
    { from: firstDay, to: lastDay, sessions },
  ]);
  return exact.length <= MAX_EXACT_BATCHES
    ? exact
    : batchesOf(missing, sizing, (range) => yearsOf(range).map((part) => toMonths(part, last)));
}

function batchesOf(
  missing: readonly MissingRange[],
  { batchSize, batchRows, firstBatch, isBySession }: Omit<GapSizing, 'cut'>,
  rangesOf: (range: MissingRange) => readonly Range[],
): readonly PlannedBatch[] {
  const groups = new Map<string, { range: Range; symbols: Set<StockSymbol> }>();
  for (const each of missing) {
    for (const range of rangesOf(each)) {
      const key = `${range.from}/${range.to}`;
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, { range, symbols: new Set([each.symbol]) });
      } else {
        group.symbols.add(each.symbol);
      }
    }
  }
  return [...groups]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, { range, symbols }]): readonly Omit<PlannedBatch, 'batchNo'>[] => {
      const { from: startDate, to: endDate } = range;
      if (isBySession?.(symbols.size, range.sessions) === true) {
        return planSessionBatches([...symbols], { startDate, endDate }, batchRows);
      }
      const byRows = Math.max(1, Math.floor(batchRows / Math.max(1, range.sessions)));
      return chunk([...symbols].toSorted(), Math.min(batchSize, byRows)).map((part) => ({
        symbols: part,
        startDate,
        endDate,
      }));
    })
    .map((batch, index) => ({ ...batch, batchNo: firstBatch + index }));
}

/** The range, cut at the end of each year; the sessions are shared out by days. */
function yearsOf({ firstDay, lastDay, sessions }: MissingRange): readonly Range[] {
  const days = toDayNumber(lastDay) - toDayNumber(firstDay) + 1;
  const parts: Range[] = [];
  for (let year = Number(firstDay.slice(0, 4)); year <= Number(lastDay.slice(0, 4)); year += 1) {
    const from = `${year}-01-01` > firstDay ? `${year}-01-01` : firstDay;
    const to = `${year}-12-31` < lastDay ? `${year}-12-31` : lastDay;
    const share = (toDayNumber(to) - toDayNumber(from) + 1) / days;
    parts.push({ from, to, sessions: Math.ceil(sessions * share) });
  }
  return parts;
}

function wholeMonths(range: Range, last: TradingDay): Range {
  return range.sessions < LONG_RANGE_SESSIONS ? range : toMonths(range, last);
}

/** Never beyond the last day that anybody misses: today's bars are not whole yet. */
function toMonths({ from, to, sessions }: Range, last: TradingDay): Range {
  const [year = 0, month = 0] = to.split('-').map(Number);
  const nextMonth = month === 12 ? `${year + 1}-01-01` : `${year}-${pad(month + 1)}-01`;
  const lastDay = fromDayNumber(toDayNumber(nextMonth) - 1);
  return { from: `${from.slice(0, 8)}01`, to: lastDay < last ? lastDay : last, sessions };
}

function pad(month: number): string {
  return String(month).padStart(2, '0');
}
