import type { BackfillInput, JobInput } from '../config/job-input.ts';
import { lastCompletedDay } from '../config/job-range.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { EtlJobConfig, EtlMetrics } from '../domain/job.ts';
import type { RunRecord } from '../domain/run-record.ts';
import { isStockSymbol, type StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { analyseRuns, type JobAnalysis } from './job-analysis.ts';
import type { JobClient, JobHandle, JobSummary, JobView } from './job-client.ts';

/** A job that has not been started: what to run, and with which input. */
export type JobRequest =
  | { readonly jobType: 'etlJob' | 'dailyDataIngestion'; readonly input: JobInput }
  | { readonly jobType: 'historicalBackfill'; readonly input: BackfillInput };

/** Which runs a history or an analysis is made of. */
export interface HistoryOptions {
  /** Runs started within so many days; default 30. */
  readonly days?: number | undefined;
  /** At most; default 1000. */
  readonly limit?: number | undefined;
  readonly jobName?: string | undefined;
  readonly jobType?: string | undefined;
}

/** A run with a plan: what it was to do, and whether it has ended. */
export interface PlannedRun {
  readonly runId: string;
  readonly hasEnded: boolean;
  readonly config: EtlJobConfig;
}

/** What the manager needs of the database. No type of the driver: programs that compile against it need none. */
export interface ManagerStore {
  /** Runs that have ended, the newest first. */
  history(options: HistoryOptions): Promise<readonly RunRecord[]>;
  /** The run of that id, else the newest of the job of that id. */
  findRun(idOrJobId: string): Promise<PlannedRun | undefined>;
  /** Symbols whose last try failed, ascending. */
  failedSymbols(runId: string): Promise<readonly StockSymbol[]>;
  lastBarDay(symbol: StockSymbol): Promise<TradingDay | undefined>;
  /** Expected sessions without a bar, ascending. */
  missingDays(
    symbol: StockSymbol,
    range: { readonly startDate: TradingDay; readonly endDate: TradingDay },
  ): Promise<readonly TradingDay[]>;
  close(): Promise<void>;
}

const DAYS_BACK = 7;
const YEARS = 5;

/**
 * The original's job manager: makes, runs, follows and judges jobs. Needs both Temporal, where jobs run, and the database,
 * where their accounts and the bars are. Made by `connectManager()`.
 */
export class JobManager {
  readonly client: JobClient;
  private readonly store: ManagerStore;

  constructor(client: JobClient, store: ManagerStore) {
    this.client = client;
    this.store = store;
  }

  /** The last days (default 7) of some symbols (default: all known ones). */
  createDailyUpdateJob(symbols: readonly StockSymbol[] = [], daysBack = DAYS_BACK): JobRequest {
    const isDefault = symbols.length === 0 && daysBack === DAYS_BACK;
    const input = isDefault ? {} : { ...named(symbols), daysBack };
    return { jobType: 'dailyDataIngestion', input };
  }

  /** What is missing of the last years (default 5) of some symbols (default: all known ones). */
  createHistoricalBackfillJob(symbols: readonly StockSymbol[] = [], years = YEARS): JobRequest {
    return { jobType: 'historicalBackfill', input: { ...named(symbols), years } };
  }

  /** Runs a job to its end; joins it where the same work runs already. @throws EtlError where it failed. */
  async runJob(request: JobRequest): Promise<EtlMetrics> {
    return this.client.result((await this.runJobAsync(request)).jobId);
  }

  /** Starts a job and returns at once; joins it where the same work runs already (`joined`). */
  async runJobAsync({ jobType, input }: JobRequest): Promise<JobHandle> {
    return this.client.startUnchecked(jobType, input);
  }

  /** Jobs that are running now, newest first. */
  async getActiveJobs(): Promise<readonly JobSummary[]> {
    return this.client.getActiveJobs();
  }

  /** Everything about one job. @throws ConfigurationError ETL-JOB-404 where there is none. */
  async getJob(jobId: string): Promise<JobView> {
    return this.client.getJob(jobId);
  }

  /** Asks a job to stop: what is in flight is rolled back or ends whole. */
  async cancelJob(jobId: string): Promise<void> {
    return this.client.cancelJob(jobId);
  }

  /** The last day of which there is a bar; undefined where there is none. Says nothing about holes before it. */
  async getLastUpdateDate(symbol: StockSymbol): Promise<TradingDay | undefined> {
    return this.store.lastBarDay(requireSymbol(symbol));
  }

  /**
   * Sessions from a day to a day, both included, on which the symbol was listed and not suspended, that are completed and
   * of which there is no bar.
   * @throws ConfigurationError ETL-JOB-113 where the days are in the wrong order: nothing would seem to be missing
   */
  async getMissingDates(
    symbol: StockSymbol,
    from: TradingDay,
    to: TradingDay,
  ): Promise<readonly TradingDay[]> {
    if (from > to) {
      throw new ConfigurationError(`from: got ${from}; expected a day not after ${to}`, {
        code: 'ETL-JOB-113',
      });
    }
    const completed = lastCompletedDay(new Date().toISOString());
    const range = { startDate: from, endDate: to < completed ? to : completed };
    if (range.startDate > range.endDate) {
      return [];
    }
    return this.store.missingDays(requireSymbol(symbol), range);
  }

  /** Runs that have ended, the newest first. */
  async getHistory(options: HistoryOptions = {}): Promise<readonly RunRecord[]> {
    return this.store.history(options);
  }

  /** Success rate, duration and rows a second by job and by source, and what has become worse. */
  async analyse(options: HistoryOptions = {}): Promise<JobAnalysis> {
    return analyseRuns(await this.getHistory(options));
  }

  /**
   * Runs the failed symbols of an ended job again, and nothing else, as a job of their own over the same days. undefined:
   * none had failed. @throws ConfigurationError ETL-JOB-404 (no such job), ETL-JOB-409 (it is still running)
   */
  async retryFailed(jobId: string): Promise<JobHandle | undefined> {
    const run = await this.store.findRun(jobId);
    if (run === undefined) {
      throw new ConfigurationError(`There is no job ${jobId} with a plan in this database`, {
        code: 'ETL-JOB-404',
        hint: 'list them with `candlewick jobs history`; a job that failed before its plan was made is started anew.',
      });
    }
    if (!run.hasEnded) {
      throw new ConfigurationError(`Job ${jobId} has not ended`, {
        code: 'ETL-JOB-409',
        hint: 'it tries failed symbols once more by itself; wait for its end.',
      });
    }
    const symbols = await this.store.failedSymbols(run.runId);
    if (symbols.length === 0) {
      return undefined;
    }
    const { path, ...config } = run.config;
    return this.client.startJob({
      jobName: config.jobName,
      symbols,
      startDate: config.startDate,
      endDate: config.endDate,
      qualityThreshold: config.qualityThreshold,
      skipExisting: config.skipExisting,
      validateData: config.validateData,
      cleanData: config.cleanData,
      sources: config.sources,
      ...(path === undefined ? {} : { path }),
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.client.close(), this.store.close()]);
  }
}

function named(symbols: readonly StockSymbol[]): { readonly symbols?: readonly StockSymbol[] } {
  return symbols.length === 0 ? {} : { symbols };
}

function requireSymbol(symbol: string): StockSymbol {
  const isSymbol: boolean = isStockSymbol(symbol);
  if (!isSymbol) {
    throw new ConfigurationError(`symbol: got "${symbol}"; expected one such as 600000.SH`, {
      code: 'ETL-JOB-112',
    });
  }
  return symbol;
}
