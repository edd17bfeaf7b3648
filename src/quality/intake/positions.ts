import type { DayNumber } from '../../domain/trading-day.ts';
import { sessionAtOrAfter } from '../sheet.ts';

/** The days of one symbol's rows in the order in which the source sent them; undefined where none could be read. */
export interface SentDays {
  readonly days: readonly (DayNumber | undefined)[];
  readonly sessions: Int32Array;
  readonly suspended: ReadonlySet<DayNumber>;
  /** Days after this lie in the future. */
  readonly endDay: DayNumber;
}

/**
 * A source that sends its rows in order tells by their place what an unreadable or impossible day must be: where exactly
 * one session lies open between the neighbours. Returns the rows that are out of place, with that day or undefined.
 */
export function misplacedDays(sent: SentDays): ReadonlyMap<number, DayNumber | undefined> {
  const inOrder = longestOrder(sent);
  const found = new Map<number, DayNumber | undefined>();
  for (let at = 0; at < sent.days.length; at += 1) {
    if (!inOrder.has(at)) {
      found.set(
        at,
        openSession(sent, neighbour(sent, inOrder, at, -1), neighbour(sent, inOrder, at, 1)),
      );
    }
  }
  return found;
}

/** The rows of a longest non-decreasing chain of days: the others are out of place. */
function longestOrder({ days, endDay }: SentDays): ReadonlySet<number> {
  const tails: number[] = [];
  const previous = new Int32Array(days.length).fill(-1);
  for (let at = 0; at < days.length; at += 1) {
    const day = days[at];
    if (day !== undefined && day <= endDay) {
      const length = firstLonger(tails, days, day);
      previous[at] = length === 0 ? -1 : (tails[length - 1] ?? -1);
      tails[length] = at;
    }
  }
  const chain = new Set<number>();
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) {
    chain.add(at);
  }
  return chain;
}

/** The first chain length whose last day lies after `day`. */
function firstLonger(
  tails: readonly number[],
  days: readonly (DayNumber | undefined)[],
  day: DayNumber,
): number {
  let low = 0;
  let high = tails.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[tails[middle] ?? 0] ?? 0) <= day) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function neighbour(
  { days }: SentDays,
  inOrder: ReadonlySet<number>,
  from: number,
  step: number,
): DayNumber | undefined {
  for (let at = from + step; at >= 0 && at < days.length; at += step) {
    if (inOrder.has(at)) {
      return days[at];
    }
  }
  return undefined;
}

function openSession(
  { sessions, suspended }: SentDays,
  before: DayNumber | undefined,
  after: DayNumber | undefined,
): DayNumber | undefined {
  if (before === undefined || after === undefined) {
    return undefined;
  }
  const open: DayNumber[] = [];
  for (let at = sessionAtOrAfter(sessions, before + 1); (sessions[at] ?? after) < after; at += 1) {
    const day = sessions[at] ?? 0;
    if (!suspended.has(day)) {
      open.push(day);
    }
  }
  return open.length === 1 ? open[0] : undefined;
}
