import { fromDayNumber } from '../domain/trading-day.ts';
import type { BatchReport } from './batch-report.ts';
import { expectedSessions } from './gaps.ts';
import { includesDay } from './keys.ts';
import type { Sheet } from './sheet.ts';
import type { JudgeContext } from './verdict.ts';

/**
 * Symbols that were asked for and have no row at all. Whether they were suspended all the time can be told only where
 * suspensions are known completely; else it is a remark, and counts where many symbols lack the same session.
 */
export function judgeAbsentSymbols(sheet: Sheet, context: JudgeContext, report: BatchReport): void {
  for (let id = sheet.sent.symbols.length; id < sheet.names.length; id += 1) {
    const days = missingDays(sheet.names[id] ?? '', context);
    for (const day of days) {
      report.absentByDay.set(day, (report.absentByDay.get(day) ?? 0) + 1);
      if (context.suspensionsComplete === true) {
        report.absent(id, day, { rule: 'C02_missing_session' });
      }
    }
    const [first] = days;
    if (context.suspensionsComplete !== true && first !== undefined) {
      const note = `no bar at all in ${days.length} sessions from ${fromDayNumber(first)}`;
      report.absent(id, first, { rule: 'C03_absent_block', note });
    }
  }
}

function missingDays(symbol: string, context: JudgeContext): readonly number[] {
  const [from, to] = expectedSessions(symbol, context);
  const suspended = context.suspensions.get(symbol);
  const days = [...context.sessions.subarray(from, Math.max(from, to))];
  return suspended === undefined ? days : days.filter((day) => !includesDay(suspended, day));
}
