import { MARK } from '../domain/bar.ts';
import { boardOf, type Board, type StockSymbol } from '../domain/stock-symbol.ts';
import { toDayNumber, type DayNumber } from '../domain/trading-day.ts';

/** In 1/10,000 of the currency. B shares of Shenzhen are quoted in HKD, those of Shanghai in USD. */
const TICKS: Readonly<Record<Board, number>> = {
  main: 100,
  chinext: 100,
  star: 100,
  bse: 100,
  other: 100,
  b_share: 100,
  fund: 10,
  index: 1,
};
const SHANGHAI_B_TICK = 10;

/** The smallest price step, in 1/10,000 of the currency. */
export function tickOf(symbol: StockSymbol): number {
  const board = boardOf(symbol);
  return board === 'b_share' && symbol.endsWith('.SH') ? SHANGHAI_B_TICK : TICKS[board];
}

/** One line of the dated limit table: from `from`, `percent` for shares, `stPercent` for those under special treatment. */
interface LimitEra {
  readonly from: DayNumber;
  readonly percent: number;
  readonly stPercent: number;
}

function era(from: string, percent: number, stPercent: number): LimitEra {
  return { from: toDayNumber(from), percent, stPercent };
}

/** Newest first. Sources: the exchanges' rules, SOURCES.md §15.1 and QUALITY.md B.3. Funds and indices are not judged. */
const LIMIT_ERAS: Readonly<Record<Board, readonly LimitEra[]>> = {
  main: [era('2026-07-06', 10, 10), era('1998-04-22', 10, 5), era('1996-12-16', 10, 10)],
  b_share: [era('2026-07-06', 10, 10), era('1998-04-22', 10, 5), era('1996-12-16', 10, 10)],
  chinext: [era('2020-08-24', 20, 20), era('2009-10-30', 10, 5)],
  star: [era('2019-07-22', 20, 20)],
  bse: [era('2021-11-15', 30, 30)],
  fund: [],
  index: [],
  other: [],
};

/**
 * The day's price limit in percent of the ex-right previous close, or undefined where none is known. Where it is not
 * known whether the share is ST the wider limit stands: what breaks that one is wrong either way.
 */
export function limitPercent(
  board: Board,
  day: DayNumber,
  isSt: boolean | undefined,
): number | undefined {
  for (const { from, percent, stPercent } of LIMIT_ERAS[board]) {
    if (day >= from) {
      return isSt === true ? stPercent : percent;
    }
  }
  return undefined;
}

/** What a row's marks say about special treatment; undefined where the source does not say. */
export function isStByMarks(marks: number): boolean | undefined {
  return (marks & MARK.stKnown) === 0 ? undefined : (marks & MARK.st) !== 0;
}

const SHARE_REFORM_BEGINS = toDayNumber('2005-04-29');
const SHARE_REFORM_ENDS = toDayNumber('2008-12-31');

/**
 * May the first bar after `idleSessions` without trade have no limit? After a long absence it may be a relisting; during the
 * share reform it was the rule after any.
 */
export function isUnlimitedResumption(
  day: DayNumber,
  idleSessions: number,
  relistingSessions: number,
): boolean {
  const isReform = day >= SHARE_REFORM_BEGINS && day <= SHARE_REFORM_ENDS;
  return idleSessions >= (isReform ? 1 : relistingSessions);
}

const CHINEXT_REGISTRATION = toDayNumber('2020-08-24');
const MAIN_REGISTRATION = toDayNumber('2023-04-10');
const FREE_SESSIONS = 5;

/** How many sessions after its listing a share has no limit, or the wider one of an issue, which is not judged. */
export function unlimitedSessions(board: Board, listDay: DayNumber): number {
  const isRegistered =
    board === 'star' ||
    (board === 'chinext' && listDay >= CHINEXT_REGISTRATION) ||
    (board === 'main' && listDay >= MAIN_REGISTRATION);
  return isRegistered ? FREE_SESSIONS : 1;
}
