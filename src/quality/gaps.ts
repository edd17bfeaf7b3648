import { fromDayNumber } from '../domain/trading-day.ts';
import type { BatchReport } from './batch-report.ts';
import { includesDay, rangeOf } from './keys.ts';
import { LINK, linkInto } from './links.ts';
import type { Thresholds } from './settings.ts';
import { sessionAtOrAfter } from './sheet.ts';
import type { Tape } from './tape.ts';
import type { JudgeContext } from './verdict.ts';

/** Without a list of suspensions a broken chain may be an ex-right day during one. */
const UNPROVEN = 0.5;

/** Sessions without a bar inside the range in which the symbol's bars are expected. */
export function findGaps(
  tape: Tape,
  context: JudgeContext,
  thresholds: Thresholds,
  report: BatchReport,
): void {
  const [from, to] = expectedSessions(tape.symbol, context);
  if (tape.length === 0 || from >= to) {
    return;
  }
  let next = from;
  for (let position = 0; position < tape.length; position += 1) {
    const here = tape.session[position] ?? -1;
    if (here > next && (position > 0 || knowsStart(tape.symbol, context))) {
      const isChained = linkInto(tape, position) === LINK.holds;
      reportGap(
        tape,
        { from: next, to: here, isChained, isTail: false },
        { context, thresholds, report },
      );
    }
    next = Math.max(next, here + 1);
  }
  reportGap(
    tape,
    { from: next, to, isChained: false, isTail: true },
    { context, thresholds, report },
  );
}

/** Before its first bar a symbol may not have been listed: sessions there are expected only where that is known. */
export function knowsStart(symbol: string, context: JudgeContext): boolean {
  return (
    context.expected?.has(symbol) === true ||
    context.lastClose.has(symbol) ||
    context.instruments.get(symbol)?.listDate !== undefined
  );
}

/** Indices of the sessions on which a bar can be expected: first, and one past the last. */
export function expectedSessions(symbol: string, context: JudgeContext): readonly [number, number] {
  const { sessions } = context;
  const [firstDay, lastDay] = rangeOf(symbol, context);
  return [sessionAtOrAfter(sessions, firstDay), sessionAtOrAfter(sessions, lastDay + 1)];
}

interface Gap {
  readonly from: number;
  readonly to: number;
  readonly isChained: boolean;
  readonly isTail: boolean;
}

interface GapFacts {
  readonly context: JudgeContext;
  readonly thresholds: Thresholds;
  readonly report: BatchReport;
}

function reportGap(tape: Tape, gap: Gap, { context, thresholds, report }: GapFacts): void {
  const suspended = context.suspensions.get(tape.symbol);
  const days: number[] = [];
  for (let at = gap.from; at < gap.to; at += 1) {
    const day = context.sessions[at] ?? 0;
    if (suspended === undefined || !includesDay(suspended, day)) {
      days.push(day);
    }
  }
  if (!gap.isChained) {
    for (const day of days) {
      report.absentByDay.set(day, (report.absentByDay.get(day) ?? 0) + 1);
    }
  }
  const isLong = days.length > thresholds.absentBlockSessions;
  const isKnown = context.suspensionsComplete === true;
  // Without a list of suspensions an unbroken chain of closes is the sign of one; at the end there is no chain to see.
  const isSuspension = isKnown ? isLong && gap.isChained : gap.isChained || gap.isTail || isLong;
  const [first] = days;
  if (isSuspension && first !== undefined) {
    report.absent(tape.symbolId, first, {
      rule: 'C03_absent_block',
      note: `${days.length} sessions from ${fromDayNumber(first)}`,
    });
    return;
  }
  for (const day of days) {
    report.absent(tape.symbolId, day, { rule: gapRule(gap), confidence: isKnown ? 1 : UNPROVEN });
  }
}

function gapRule({ isTail }: Gap): string {
  return isTail ? 'C05_truncated' : 'C02_missing_session';
}
