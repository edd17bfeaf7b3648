import { expectedSessions } from '../calendar/expected-sessions.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, type TradingDay } from '../domain/trading-day.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { readInstruments, readSuspensions, type DayRange } from '../warehouse/queries.ts';
import { runHistory } from '../warehouse/run-history.ts';
import { readRun } from '../warehouse/run-reports.ts';
import { failedSymbols } from '../warehouse/runs.ts';
import { jobConfigOf } from '../warehouse/stored-config.ts';
import { lastBarDay, settledDays } from '../warehouse/symbol-days.ts';
import type { HistoryOptions, ManagerStore } from './job-manager.ts';

const HISTORY_DAYS = 30;
const HISTORY_LIMIT = 1000;
const MS_PER_DAY = 86_400_000;

/** The manager's view of a warehouse. */
export function createManagerStore(warehouse: Warehouse): ManagerStore {
  return {
    history: (options) => readHistory(warehouse, options),
    async findRun(idOrJobId) {
      const run = await readRun(warehouse, idOrJobId);
      return (
        run && {
          runId: run.runId,
          hasEnded: run.endedAt !== undefined,
          config: jobConfigOf(run.config),
        }
      );
    },
    failedSymbols: (runId) => failedSymbols(warehouse, runId),
    lastBarDay: (symbol) => lastBarDay(warehouse, symbol),
    missingDays: (symbol, range) => missingDays(warehouse, symbol, range),
    close: () => warehouse.close(),
  };
}

/** Runs that have ended, the newest first; needs no Temporal. */
export async function readHistory(
  warehouse: Warehouse,
  options: HistoryOptions,
): Promise<readonly RunRecord[]> {
  const days = options.days ?? HISTORY_DAYS;
  return runHistory(warehouse, {
    since: new Date(Date.now() - days * MS_PER_DAY).toISOString(),
    limit: options.limit ?? HISTORY_LIMIT,
    jobName: options.jobName,
    jobType: options.jobType,
  });
}

async function missingDays(
  warehouse: Warehouse,
  symbol: StockSymbol,
  range: DayRange,
): Promise<readonly TradingDay[]> {
  const [instruments, suspensions, settled] = await Promise.all([
    readInstruments(warehouse, [symbol]),
    readSuspensions(warehouse, [symbol], range),
    settledDays(warehouse, symbol, range),
  ]);
  const listing = instruments[0] ?? { symbol, listDate: undefined, delistDate: undefined };
  const suspended = suspensions.get(symbol) ?? new Int32Array();
  const { startDate: from, endDate: to } = range;
  return [...expectedSessions(listing, { from, to }, suspended)]
    .map(fromDayNumber)
    .filter((day) => !settled.has(day));
}
