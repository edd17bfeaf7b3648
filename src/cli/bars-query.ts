import { normaliseSymbol, symbolProblem } from '../config/job-symbols.ts';
import { describeValue, problemsError, type Problem } from '../config/problems.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { parseDay, type TradingDay } from '../domain/trading-day.ts';

export interface BarsQuery {
  readonly symbols?: readonly StockSymbol[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  readonly limit: number;
}

const EARLIEST: TradingDay = '1990-01-01';
const LATEST: TradingDay = '9999-12-31';

/** What is asked of the table. @throws ConfigurationError naming every problem */
export function checkBarsQuery(given: {
  readonly symbols?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}): BarsQuery {
  const { from: startDate = EARLIEST, to: endDate = LATEST, limit } = given;
  const problems: Problem[] = [];
  const symbols = given.symbols?.flatMap((text, index) => {
    const symbol = normaliseSymbol(text);
    if (symbol === undefined) {
      problems.push(symbolProblem(`symbols[${index}]`, text));
    }
    return symbol ?? [];
  });
  for (const [field, day] of [
    ['from', startDate],
    ['to', endDate],
  ] as const) {
    if (parseDay(day) === undefined) {
      problems.push({ field, got: describeValue(day), expected: 'a day that exists, YYYY-MM-DD' });
    }
  }
  if (problems.length === 0 && startDate > endDate) {
    problems.push({
      field: 'from',
      got: `"${startDate}"`,
      expected: `a day not after "${endDate}"`,
    });
  }
  if (problems.length > 0) {
    throw problemsError(problems, { code: 'ETL-CLI-301', subject: 'the query' });
  }
  return { startDate, endDate, limit, ...(symbols === undefined ? {} : { symbols }) };
}
