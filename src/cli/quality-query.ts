import { normaliseSymbol, symbolProblem } from '../config/job-symbols.ts';
import { describeValue, problemsError, type Problem } from '../config/problems.ts';
import { parseDay } from '../domain/trading-day.ts';
import type { QualityQuery } from '../warehouse/quality-queries.ts';

/** Options that the queries of stored verdicts share. */
export interface QualityOptions {
  readonly job?: string;
  readonly run?: string;
  readonly symbols?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly rule?: string;
  readonly limit: number;
  readonly demo?: true;
}

/** What is asked. @throws ConfigurationError ETL-CLI-301 naming every problem */
export function checkQualityQuery(given: QualityOptions): QualityQuery {
  const problems: Problem[] = [];
  const symbols = given.symbols?.flatMap((text, index) => {
    const symbol = normaliseSymbol(text);
    if (symbol === undefined) {
      problems.push(symbolProblem(`symbols[${index}]`, text));
    }
    return symbol ?? [];
  });
  for (const field of ['from', 'to'] as const) {
    const day = given[field];
    if (day !== undefined && parseDay(day) === undefined) {
      problems.push({ field, got: describeValue(day), expected: 'a day that exists, YYYY-MM-DD' });
    }
  }
  if (problems.length > 0) {
    throw problemsError(problems, { code: 'ETL-CLI-301', subject: 'the query' });
  }
  const { job, run, from, to, rule, limit } = given;
  return {
    limit,
    ...(job === undefined ? {} : { jobId: job }),
    ...(run === undefined ? {} : { runId: run }),
    ...(symbols === undefined ? {} : { symbols }),
    ...(from === undefined ? {} : { startDate: from }),
    ...(to === undefined ? {} : { endDate: to }),
    ...(rule === undefined ? {} : { rule }),
  };
}
