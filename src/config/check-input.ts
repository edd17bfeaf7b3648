import { z } from 'zod';

import { addDays, type TradingDay } from '../domain/trading-day.ts';
import { parseDutyInput } from './duty-input.ts';
import { FIRST_DAY, lastCompletedDay } from './job-range.ts';
import { problemsError } from './problems.ts';

const MAX_SYMBOLS = 10_000;
const MAX_DAYS_BACK = 3660;
const DEFAULT_DAYS_BACK = { check: 30, report: 90 } as const;
const SYMBOL = /^[0-9]{6}\.([Ss][HhZz]|[Bb][Jj])$/;

function field<Type extends z.ZodType>(schema: Type, expected: string): Type {
  return schema.meta({ expected });
}

const CheckInput = z.strictObject({
  symbols: field(
    z.array(z.string().regex(SYMBOL)).min(1).max(MAX_SYMBOLS),
    'an array of symbols such as "600000.SH"; leave it out for all that have bars',
  ).optional(),
  daysBack: field(
    z.int().min(1).max(MAX_DAYS_BACK),
    `a whole number from 1 to ${MAX_DAYS_BACK}`,
  ).optional(),
  startDate: field(z.iso.date(), 'a day that exists, as text YYYY-MM-DD').optional(),
  endDate: field(z.iso.date(), 'a day that exists, as text YYYY-MM-DD').optional(),
});

export interface CheckConfig {
  /** Empty: every symbol that has bars. */
  readonly symbols: readonly string[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

interface CheckRules {
  readonly kind: 'check' | 'report';
  /** ISO instant at which the check was due. */
  readonly dueAt: string;
  /** Where the trading calendar ends: of later days nothing can be owed or stored. */
  readonly lastKnownDay: TradingDay;
}

/**
 * What to check: some symbols, or all, over the last days up to the last completed one (30 for a check, 90 for a report), or
 * over given days. @throws ConfigurationError ETL-CHK-101
 */
export function parseCheckInput(
  input: unknown,
  { kind, dueAt, lastKnownDay }: CheckRules,
): CheckConfig {
  const report = { code: 'ETL-CHK-101', subject: `the ${kind}'s input` };
  const given = parseDutyInput(input, CheckInput, report);
  const lastDay = lastCompletedDay(dueAt);
  const completed = lastDay < lastKnownDay ? lastDay : lastKnownDay;
  const last = given.endDate ?? completed;
  const endDate = last > completed ? completed : last;
  if (given.startDate !== undefined && given.daysBack !== undefined) {
    throw problemsError(
      [{ field: 'daysBack', got: String(given.daysBack), expected: 'startDate or this, not both' }],
      report,
    );
  }
  const back = given.daysBack ?? DEFAULT_DAYS_BACK[kind];
  const start = given.startDate ?? addDays(endDate, 1 - back);
  if (start > endDate) {
    throw problemsError(
      [{ field: 'startDate', got: `"${start}"`, expected: `a day not after "${endDate}"` }],
      report,
    );
  }
  const symbols = [...new Set((given.symbols ?? []).map((symbol) => symbol.toUpperCase()))];
  return { symbols: symbols.toSorted(), startDate: start < FIRST_DAY ? FIRST_DAY : start, endDate };
}
