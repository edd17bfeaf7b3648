import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';
import type { LimitPrices } from './invariants.ts';

/** The highest and lowest price of a symbol's sessions as its exchange set them, in 1/10,000 CNY. `days` ascend. */
export interface ExchangeLimits {
  readonly days: Int32Array;
  readonly up: Float64Array;
  readonly down: Float64Array;
}

export type ExchangeLimitsBySymbol = ReadonlyMap<StockSymbol, ExchangeLimits>;

const NONE = new Int32Array(0);

/** The first index from `from` on whose day is not before `day`. */
export function limitIndex(
  known: ExchangeLimits | undefined,
  day: DayNumber,
  from: number,
): number {
  const days = known?.days ?? NONE;
  let at = from;
  while (at < days.length && (days[at] ?? day) < day) {
    at += 1;
  }
  return at;
}

/**
 * The limits at an index, if they are those of a bar of this day with this previous close, which lies between them. Where it does
 * not, one of the two is wrong and nobody knows which: then limits are computed, as where none are known.
 */
export function limitsOfBar(
  known: ExchangeLimits | undefined,
  at: number,
  { day, preClose }: { readonly day: DayNumber; readonly preClose: number },
): LimitPrices | undefined {
  if (known === undefined || known.days[at] !== day) {
    return undefined;
  }
  const up = known.up[at] ?? Number.NaN;
  const down = known.down[at] ?? Number.NaN;
  return up > down && !(preClose > up || preClose < down) ? { up, down } : undefined;
}

/** Of each bar, in the order of `days`, its limits; NaN where they are not known. */
export function limitsOfBars(
  { days, preClose }: { readonly days: Int32Array; readonly preClose: Float64Array },
  known: ExchangeLimits | undefined,
): { readonly upLimit: Float64Array; readonly downLimit: Float64Array } {
  const upLimit = new Float64Array(days.length).fill(Number.NaN);
  const downLimit = new Float64Array(days.length).fill(Number.NaN);
  const bars = known === undefined ? 0 : days.length;
  let at = 0;
  for (let position = 0; position < bars; position += 1) {
    const bar = { day: days[position] ?? 0, preClose: preClose[position] ?? Number.NaN };
    at = limitIndex(known, bar.day, at);
    const limits = limitsOfBar(known, at, bar);
    upLimit[position] = limits?.up ?? Number.NaN;
    downLimit[position] = limits?.down ?? Number.NaN;
  }
  return { upLimit, downLimit };
}
