import { MARK, VALUE_COLUMNS, type BarColumns } from '../domain/bar.ts';
import { boardOf } from '../domain/stock-symbol.ts';
import { absentColumns, firstLimitedSession, unlimitedRows } from './build-tape.ts';
import { expectedSessions, knowsStart } from './gaps.ts';
import { limitIndex, limitsOfBar } from './exchange-limits.ts';
import {
  brokenByValues,
  isBeyondLimit,
  isBeyondPrices,
  isRangeTooWide,
  type Cells,
} from './invariants.ts';
import { includesDay, rangeOf, type Group } from './keys.ts';
import { isStByMarks, isUnlimitedResumption, limitPercent } from './market.ts';
import { firstRowOf } from './second-source.ts';
import type { Thresholds } from './settings.ts';
import type { Sheet } from './sheet.ts';
import { cellsAt } from './tape.ts';
import type { JudgeContext } from './verdict.ts';

/** Adjacent volumes this far apart are worth a full look. */
const VOLUME_JUMP = 20;
const ODD_MARKS = MARK.suspended | MARK.conflict;
const FACTOR_SLACK = 2e-6;
const scratch: Cells = new Float64Array(7);

/**
 * The fast pass: true where no rule can have anything to say about a symbol's rows, in one walk without memory of its own.
 * It may be wrong only in one direction: a row that it doubts is looked at again by the full diagnosis.
 */
export function isPlainSymbol(
  sheet: Sheet,
  group: Group,
  context: JudgeContext,
  thresholds: Thresholds,
): boolean {
  if (context.secondSource !== undefined) {
    return false;
  }
  if (context.stored !== undefined && !isAsStored(sheet, group, context.stored)) {
    return false;
  }
  return (
    areKeysPlain(sheet, group, context) &&
    areEndsPlain(sheet, group, context) &&
    areValuesPlain(sheet, group) &&
    areLevelsPlain(sheet, group, thresholds) &&
    areLinksPlain(sheet, group, context) &&
    areLimitsPlain(sheet, group, context, thresholds)
  );
}

function areKeysPlain(sheet: Sheet, { from, to, symbol }: Group, context: JudgeContext): boolean {
  const { tradingDay, marks } = sheet.sent;
  const [firstDay, lastDay] = rangeOf(symbol, context);
  const suspended = context.suspensions.get(symbol);
  let previous = Number.NEGATIVE_INFINITY;
  for (let row = from; row < to; row += 1) {
    const day = tradingDay[row] ?? 0;
    const isOdd =
      day <= previous ||
      day < firstDay ||
      day > lastDay ||
      (sheet.session[row] ?? -1) < 0 ||
      ((marks[row] ?? 0) & ODD_MARKS) !== 0;
    if (isOdd || (suspended !== undefined && includesDay(suspended, day))) {
      return false;
    }
    previous = day;
  }
  return true;
}

function areEndsPlain(sheet: Sheet, { from, to, symbol }: Group, context: JudgeContext): boolean {
  const [first, last] = expectedSessions(symbol, context);
  const startsLate = (sheet.session[from] ?? 0) > first && knowsStart(symbol, context);
  return !startsLate && (sheet.session[to - 1] ?? 0) >= last - 1;
}

function areValuesPlain({ sent }: Sheet, { from, to, tick }: Group): boolean {
  const { missing } = sent;
  const rows = { values: sent };
  const given = missing[from] ?? 0;
  const absent = absentColumns(given);
  if (!isOptional(absent) || isOtherwiseMissing(given, absent)) {
    return false;
  }
  for (let row = from; row < to; row += 1) {
    cellsAt(rows, row, scratch);
    if (missing[row] !== given || isIncomplete(absent) || brokenByValues(scratch, tick) !== 0) {
      return false;
    }
  }
  return true;
}

const PRE_CLOSE_BIT = 1 << 4;
const AMOUNT_BIT = 1 << 6;

function isOptional(absent: number): boolean {
  return (absent & ~(PRE_CLOSE_BIT | AMOUNT_BIT)) === 0;
}

/** Is any cell of the first row missing for another reason than that its column is? */
function isOtherwiseMissing(missing: number, absent: number): boolean {
  let expected = 0;
  for (let cell = 0; cell < 7; cell += 1) {
    expected |= (absent & (1 << cell)) === 0 ? 0 : 1 << (4 * cell);
  }
  return missing !== expected;
}

/** NaN is contagious: one sum tells whether a required cell is empty. */
function isIncomplete(absent: number): boolean {
  const sum =
    (scratch[0] ?? 0) +
    (scratch[1] ?? 0) +
    (scratch[2] ?? 0) +
    (scratch[3] ?? 0) +
    (scratch[5] ?? 0) +
    ((absent & PRE_CLOSE_BIT) === 0 ? (scratch[4] ?? 0) : 0) +
    ((absent & AMOUNT_BIT) === 0 ? (scratch[6] ?? 0) : 0);
  return Number.isNaN(sum);
}

function areLevelsPlain(
  { sent }: Sheet,
  { from, to }: Group,
  { volumeSpike, volumeDip }: Thresholds,
): boolean {
  const { open, high, low, close, volume, amount } = sent;
  for (let row = from + 1; row < to; row += 1) {
    const here = volume[row] ?? 0;
    const before = volume[row - 1] ?? 0;
    const after = row + 1 < to ? (volume[row + 1] ?? 0) : before;
    const isOnePrice = high[row] === low[row];
    const isOdd =
      here > volumeSpike * Math.max(before, after) ||
      (!isOnePrice && here * volumeDip < Math.min(before, after)) ||
      here > VOLUME_JUMP * before ||
      (!isOnePrice && here * VOLUME_JUMP < before) ||
      (here === before && amount[row] === amount[row - 1] && here > 0) ||
      (!isOnePrice &&
        open[row] === open[row - 1] &&
        high[row] === high[row - 1] &&
        low[row] === low[row - 1] &&
        close[row] === close[row - 1]);
    if (isOdd) {
      return false;
    }
  }
  return true;
}

function areLinksPlain(
  sheet: Sheet,
  { from, to, symbol, tick }: Group,
  context: JudgeContext,
): boolean {
  const { preClose, close } = sheet.sent;
  const exRights = context.exRights?.get(symbol);
  const suspended = context.suspensions.get(symbol);
  const before = context.lastClose.get(symbol);
  if (before !== undefined && preClose[from] !== before.close) {
    return false;
  }
  for (let row = from + 1; row < to; row += 1) {
    const last = close[row - 1] ?? Number.NaN;
    const off = (preClose[row] ?? Number.NaN) - last;
    const isEqual = !(Math.abs(off) > tick * 0.51 + last * FACTOR_SLACK);
    if (!isEqual && (exRights === undefined ? off > 0 : !isExRight(exRights, sheet, row, tick))) {
      return false;
    }
    const idle = (sheet.session[row] ?? 0) - (sheet.session[row - 1] ?? 0) - 1;
    if (idle > 0 && !isSuspendedBetween(suspended, context.sessions, sheet, row)) {
      return false;
    }
  }
  return true;
}

function isExRight(
  { days, factors }: { readonly days: Int32Array; readonly factors: Float64Array },
  { sent }: Sheet,
  row: number,
  tick: number,
): boolean {
  const at = days.indexOf(sent.tradingDay[row] ?? 0);
  const expected = (sent.close[row - 1] ?? Number.NaN) / (factors[at] ?? Number.NaN);
  return (
    Math.abs((sent.preClose[row] ?? Number.NaN) - expected) <= tick * 0.51 + expected * FACTOR_SLACK
  );
}

function isSuspendedBetween(
  suspended: Int32Array | undefined,
  sessions: Int32Array,
  { session }: Sheet,
  row: number,
): boolean {
  if (suspended === undefined) {
    return false;
  }
  for (let at = (session[row - 1] ?? 0) + 1; at < (session[row] ?? 0); at += 1) {
    if (!includesDay(suspended, sessions[at] ?? 0)) {
      return false;
    }
  }
  return true;
}

function areLimitsPlain(
  sheet: Sheet,
  { from, to, symbol, tick }: Group,
  context: JudgeContext,
  { relistingSessions }: Thresholds,
): boolean {
  const { high, low, preClose, tradingDay, marks } = sheet.sent;
  const board = boardOf(symbol);
  const firstLimited = firstLimitedSession(board, symbol, context);
  const start = from + unlimitedRows(context, symbol, board, tradingDay[from] ?? 0);
  const known = context.priceLimits?.get(symbol);
  let at = 0;
  for (let row = from; row < to; row += 1) {
    const session = sheet.session[row] ?? 0;
    const day = tradingDay[row] ?? 0;
    scratch[1] = high[row] ?? Number.NaN;
    scratch[2] = low[row] ?? Number.NaN;
    at = limitIndex(known, day, at);
    const limits = limitsOfBar(known, at, { day, preClose: preClose[row] ?? Number.NaN });
    if (limits !== undefined && isBeyondPrices(scratch, limits, tick)) {
      return false;
    }
    const isFree =
      limits !== undefined ||
      row < start ||
      session < firstLimited ||
      (row > from &&
        isUnlimitedResumption(day, session - (sheet.session[row - 1] ?? 0) - 1, relistingSessions));
    const percent = limitPercent(board, day, isStByMarks(marks[row] ?? 0));
    if (!isFree && percent !== undefined) {
      if (
        isBeyondLimit(scratch, baseOf(sheet.sent, from, row), percent, tick) ||
        isRangeTooWide(scratch, percent, tick)
      ) {
        return false;
      }
    }
  }
  return true;
}

/** Where there is no previous close the last close stands in: the full diagnosis asks whether it may. */
function baseOf({ preClose, close }: BarColumns, from: number, row: number): number {
  const given = preClose[row] ?? Number.NaN;
  return Number.isNaN(given) && row > from ? (close[row - 1] ?? Number.NaN) : given;
}

/** Does the table have the very same values for each bar that it has? Most bars of a daily run were there the day before. */
function isAsStored({ sent }: Sheet, { from, to, symbol }: Group, stored: BarColumns): boolean {
  const id = stored.symbols.indexOf(symbol);
  let at = id < 0 ? stored.length : firstRowOf(stored, id);
  for (let row = from; row < to && stored.symbolId[at] === id; row += 1) {
    const day = sent.tradingDay[row] ?? 0;
    while (stored.symbolId[at] === id && (stored.tradingDay[at] ?? day) < day) {
      at += 1;
    }
    const isThere = stored.symbolId[at] === id && stored.tradingDay[at] === day;
    if (isThere && VALUE_COLUMNS.some((name) => isOther(sent[name][row], stored[name][at]))) {
      return false;
    }
  }
  return true;
}

/** A value that one of the two does not have is no other value. */
function isOther(here = Number.NaN, there = Number.NaN): boolean {
  return Math.abs(here - there) > 0;
}
