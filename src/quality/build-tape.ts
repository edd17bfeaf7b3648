import { MISSING, VALUE_COLUMNS, type BarColumns } from '../domain/bar.ts';
import { boardOf, type Board } from '../domain/stock-symbol.ts';
import { toDayNumber } from '../domain/trading-day.ts';
import { limitsOfBars } from './exchange-limits.ts';
import { CELL } from './invariants.ts';
import { isStByMarks, isUnlimitedResumption, limitPercent, unlimitedSessions } from './market.ts';
import type { Group } from './keys.ts';
import { includesDay } from './keys.ts';
import type { Thresholds } from './settings.ts';
import { sessionAtOrAfter, type Sheet } from './sheet.ts';
import { valuesOfRows, type Tape } from './tape.ts';
import type { JudgeContext } from './verdict.ts';

/** The bars of one symbol that stand for a session, ready for diagnosis. `rows` are the sheet's, in order. */
export function buildTape(
  sheet: Sheet,
  group: Group,
  rows: Uint32Array,
  context: JudgeContext,
  thresholds: Thresholds,
): Tape {
  const { symbol, symbolId, tick } = group;
  const { day, session, absent, unreadable } = keysAndGaps(sheet, rows);
  const before = context.lastClose.get(symbol);
  // The first bar of a symbol has nothing before it: an empty previous close is none.
  if (before === undefined && Number.isNaN(sheet.columns.preClose[rows[0] ?? 0])) {
    absent[0] = (absent[0] ?? 0) | (1 << CELL.preClose);
  }
  const board = boardOf(symbol);
  const spacing = spacingOf(day, session, before?.day, { symbol, context });
  const values = valuesOfRows(sheet.columns, rows);
  return {
    symbol,
    symbolId,
    board,
    tick,
    length: rows.length,
    row: rows,
    day,
    session,
    values,
    limit: limitsOf(sheet.columns, rows, {
      board,
      day,
      session,
      spacing,
      context,
      symbol,
      thresholds,
    }),
    ...limitsOfBars({ days: day, preClose: values.preClose }, context.priceLimits?.get(symbol)),
    factor: factorsOf(day, before?.day, context.exRights?.get(symbol)),
    gap: spacing.gap,
    standing: new Uint8Array(rows.length),
    absent,
    unreadable,
    broken: new Uint16Array(rows.length),
    before,
  };
}

/** One walk over the rows: `from` with a callback for each array would take ten times as long. */
function keysAndGaps(
  { columns, session: sessionOf }: Sheet,
  rows: Uint32Array,
): Pick<Tape, 'day' | 'session' | 'absent' | 'unreadable'> {
  const day = new Int32Array(rows.length);
  const session = new Int32Array(rows.length);
  const absent = new Uint8Array(rows.length);
  const unreadable = new Uint8Array(rows.length);
  for (let position = 0; position < rows.length; position += 1) {
    const row = rows[position] ?? 0;
    const missing = columns.missing[row] ?? 0;
    day[position] = columns.tradingDay[row] ?? 0;
    session[position] = sessionOf[row] ?? 0;
    absent[position] = absentColumns(missing);
    unreadable[position] = hasUnreadable(missing) ? 1 : 0;
  }
  return { day, session, absent, unreadable };
}

function hasUnreadable(missing: number): boolean {
  for (let rest = missing; rest !== 0; rest >>>= 4) {
    if ((rest & 0xf) >= MISSING.unparseable) {
      return true;
    }
  }
  return false;
}

/** Bit `1 << cell` for each value whose column the layout does not have. */
export function absentColumns(missing: number): number {
  let absent = 0;
  if (missing !== 0) {
    for (let cell = 0; cell < VALUE_COLUMNS.length; cell += 1) {
      absent |= ((missing >>> (4 * cell)) & 0xf) === MISSING.noColumn ? 1 << cell : 0;
    }
  }
  return absent;
}

interface Spacing {
  /** Sessions between a bar and the one before, without bar. */
  readonly idle: Int32Array;
  /** Of those, the ones without a known suspension. */
  readonly gap: Int32Array;
}

function spacingOf(
  day: Int32Array,
  session: Int32Array,
  dayBefore: number | undefined,
  { symbol, context }: { readonly symbol: string; readonly context: JudgeContext },
): Spacing {
  const idle = new Int32Array(day.length);
  const gap = new Int32Array(day.length);
  const suspended = context.suspensions.get(symbol);
  let previous = dayBefore === undefined ? -1 : sessionAtOrAfter(context.sessions, dayBefore);
  for (let position = 0; position < day.length; position += 1) {
    const here = session[position] ?? -1;
    if (previous >= 0 && here > previous + 1) {
      idle[position] = here - previous - 1;
      gap[position] = unexplainedSessions(context.sessions, previous + 1, here, suspended);
    }
    previous = here >= 0 ? here : previous;
  }
  return { idle, gap };
}

function unexplainedSessions(
  sessions: Int32Array,
  from: number,
  to: number,
  suspended: Int32Array | undefined,
): number {
  let count = 0;
  for (let at = from; at < to; at += 1) {
    count += suspended !== undefined && includesDay(suspended, sessions[at] ?? 0) ? 0 : 1;
  }
  return count;
}

interface LimitFacts {
  readonly board: Board;
  readonly day: Int32Array;
  readonly session: Int32Array;
  readonly spacing: Spacing;
  readonly context: JudgeContext;
  readonly symbol: string;
  readonly thresholds: Thresholds;
}

/** First sessions after a listing or a long absence have no limit; where the listing is not known nor any bar before, neither. */
function limitsOf(columns: BarColumns, rows: Uint32Array, facts: LimitFacts): Float64Array {
  const { board, day, session, spacing, context, symbol, thresholds } = facts;
  const firstLimited = firstLimitedSession(board, symbol, context);
  const unknownStart = unlimitedRows(context, symbol, board, day[0] ?? 0);
  const limits = new Float64Array(rows.length);
  for (let position = 0; position < rows.length; position += 1) {
    const isFree =
      (session[position] ?? 0) < firstLimited ||
      position < unknownStart ||
      isUnlimitedResumption(
        day[position] ?? 0,
        spacing.idle[position] ?? 0,
        thresholds.relistingSessions,
      );
    const isSt = isStByMarks(columns.marks[rows[position] ?? 0] ?? 0);
    const percent = isFree ? undefined : limitPercent(board, day[position] ?? 0, isSt);
    limits[position] = percent ?? Number.NaN;
  }
  return limits;
}

/** Where neither the listing nor an earlier bar is known, the first bars may be those after the listing. */
export function unlimitedRows(
  { instruments, lastClose }: JudgeContext,
  symbol: string,
  board: Board,
  firstDay: number,
): number {
  const isKnown = lastClose.has(symbol) || instruments.get(symbol)?.listDate !== undefined;
  return isKnown ? 0 : unlimitedSessions(board, firstDay);
}

/** Index of the first session with a limit; 0 where the listing is not known. */
export function firstLimitedSession(board: Board, symbol: string, context: JudgeContext): number {
  const listDate = context.instruments.get(symbol)?.listDate;
  if (listDate === undefined) {
    return 0;
  }
  const listDay = toDayNumber(listDate);
  const isBeforeCalendar = listDay < (context.sessions[0] ?? listDay);
  return isBeforeCalendar
    ? 0
    : sessionAtOrAfter(context.sessions, listDay) + unlimitedSessions(board, listDay);
}

function factorsOf(
  day: Int32Array,
  dayBefore: number | undefined,
  exRights: { readonly days: Int32Array; readonly factors: Float64Array } | undefined,
): Float64Array {
  const factor = new Float64Array(day.length).fill(exRights === undefined ? Number.NaN : 1);
  if (exRights === undefined) {
    return factor;
  }
  let event = 0;
  let previous = dayBefore ?? Number.NEGATIVE_INFINITY;
  for (let position = 0; position < day.length; position += 1) {
    const here = day[position] ?? 0;
    while (event < exRights.days.length && (exRights.days[event] ?? 0) <= here) {
      const isBetween = (exRights.days[event] ?? 0) > previous;
      factor[position] = (factor[position] ?? 1) * (isBetween ? (exRights.factors[event] ?? 1) : 1);
      event += 1;
    }
    previous = here;
  }
  return factor;
}
