import type { Command } from 'commander';

import type { CheckRequest } from '../client/quality-client.ts';
import { list, wholeNumber } from './option-parsers.ts';

export interface CheckOptions {
  readonly symbols?: readonly string[];
  readonly days?: number;
  readonly from?: string;
  readonly to?: string;
}

const MAX_DAYS = 3660;

/** Which stored bars: the same options for a check and for a report. */
export function addCheckOptions(command: Command, defaultDays: number): Command {
  return command
    .option('--symbols <list>', '600000.SH,000001.SZ (default: all)', list)
    .option('--days <n>', `the last n days (default ${defaultDays})`, wholeNumber(1, MAX_DAYS))
    .option('--from <day>', 'first day, YYYY-MM-DD')
    .option('--to <day>', 'last day, YYYY-MM-DD (default: the last completed one)');
}

/** The options as the workflow names them. @throws ConfigurationError naming each at fault */
export async function checkRequestOf(
  { symbols, days, from, to }: CheckOptions,
  kind: 'check' | 'report',
): Promise<CheckRequest> {
  const { parseCheckInput } = await import('../config/check-input.ts');
  const request = {
    ...(symbols === undefined ? {} : { symbols }),
    ...(days === undefined ? {} : { daysBack: days }),
    ...(from === undefined ? {} : { startDate: from }),
    ...(to === undefined ? {} : { endDate: to }),
  };
  const { CALENDAR_DAYS } = await import('../calendar/trading-calendar.ts');
  const dueAt = new Date().toISOString();
  parseCheckInput(request, { kind, dueAt, lastKnownDay: CALENDAR_DAYS.lastDay });
  return request;
}
