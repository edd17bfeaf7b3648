import { closureOf } from '../calendar/closure-reason.ts';
import { isSession, sessionsBetween } from '../calendar/trading-calendar.ts';
import type { ParsedJob } from '../config/settle-job.ts';
import type { JobEstimate } from '../domain/coverage.ts';
import { plural } from '../domain/plural.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { addDays, toDayNumber } from '../domain/trading-day.ts';
import type { PlanJobInput } from './contract.ts';
import type { PlannedBatch } from '../domain/run.ts';
import type { EtlDeps } from './deps.ts';
import { sourceTurns } from './extract/source-turns.ts';
import { findSource } from './find-source.ts';
import { leaveInHand } from './leave-in-hand.ts';
import { planBatches, planSessionBatches, type BySession } from './plan-batches.ts';
import { planGaps } from './plan-gaps.ts';

export interface PlannedWork {
  readonly batches: readonly PlannedBatch[];
  /** Distinct symbols of these. */
  readonly symbols: number;
  readonly nothingToDo: string | undefined;
  readonly notes: readonly string[];
  readonly estimate?: JobEstimate;
}

interface WorkRequest extends ParsedJob {
  readonly symbols: readonly StockSymbol[];
  readonly job: PlanJobInput;
}

type WorkDeps = Pick<EtlDeps, 'planning' | 'coverage' | 'sources' | 'desk'>;

/** What a job has to fetch: its range (etlJob), its range and older gaps (daily), or only what is missing (backfill). */
export async function planWork(deps: WorkDeps, request: WorkRequest): Promise<PlannedWork> {
  const { config, job, heal, dryRun } = request;
  if (!heal && !dryRun) {
    const isAll = config.symbols.length === 0 && config.path === undefined;
    await deps.coverage.widen(isAll ? 'all' : request.symbols, config.startDate);
  }
  if (job.jobType === 'historicalBackfill') {
    return planBackfill(deps, request);
  }
  const skip = job.isScheduled === true ? reasonToSkip(request) : undefined;
  const window = skip === undefined ? planWindow(deps, request) : [];
  const gaps =
    job.jobType === 'dailyDataIngestion' && config.path === undefined
      ? await planOlderGaps(deps, request, window.length, skip !== undefined)
      : [];
  const batches = [...window, ...gaps];
  const isEmpty = sessionsBetween('SSE', config.startDate, config.endDate).length === 0;
  return {
    batches,
    symbols: distinct(batches),
    nothingToDo:
      batches.length > 0
        ? undefined
        : (skip ??
          (isEmpty
            ? `no session of the exchange from ${config.startDate} to ${config.endDate}`
            : undefined)),
    notes: [
      ...(skip !== undefined && batches.length > 0 ? [`${skip}; only gaps are healed`] : []),
      ...(gaps.length > 0
        ? [
            `gaps of ${plural(distinct(gaps), 'symbol')} healed by ${plural(gaps.length, 'batch', 'batches')}, the oldest from ${gaps[0]?.startDate}`,
          ]
        : []),
    ],
  };
}

/** A scheduled run after a day without a session has nothing new to bring. */
function reasonToSkip({ config, isRangeGiven }: WorkRequest): string | undefined {
  const day = config.endDate;
  return isRangeGiven || isSession('SSE', toDayNumber(day))
    ? undefined
    : `skipped: ${day} was no trading day (${closureOf(toDayNumber(day))})`;
}

function planWindow(deps: WorkDeps, { config, symbols }: WorkRequest): readonly PlannedBatch[] {
  const { planning } = deps;
  const sessions = sessionsBetween('SSE', config.startDate, config.endDate).length;
  if (sessions > 0 && bySessionOf(deps, config, symbols)(symbols.length, sessions)) {
    return planSessionBatches(symbols, config, planning.batchRows);
  }
  return sessions === 0
    ? []
    : planBatches(symbols, config, {
        batchSize: config.batchSize,
        batchRows: planning.batchRows,
        rowsPerSymbol: sessions,
      });
}

/** Whether the first source that can be asked at all serves a batch with fewer calls by session than by symbol. */
function bySessionOf(
  { sources, desk }: WorkDeps,
  config: WorkRequest['config'],
  all: readonly StockSymbol[],
): BySession {
  const source = sourceTurns(sources, config, all)
    .map((turn) => findSource(sources, turn.source))
    .find((one) => one !== undefined);
  return (symbols, sessions) =>
    source !== undefined && desk.shapeOf(source, symbols, sessions) === 'session';
}

/** However long the outage was: what is owed and missing before the daily window (or in it, where that is skipped). */
async function planOlderGaps(
  deps: WorkDeps,
  { config, job, symbols }: WorkRequest,
  firstBatch: number,
  isWindowSkipped: boolean,
): Promise<readonly PlannedBatch[]> {
  const { coverage, planning } = deps;
  const from = await coverage.firstDay();
  const to = isWindowSkipped ? config.endDate : addDays(config.startDate, -1);
  if (from === undefined || from > to) {
    return [];
  }
  const missing = await coverage.missing({
    ...(config.symbols.length === 0 ? {} : { symbols: config.symbols }),
    from,
    to,
    asOf: job.dueAt,
    retryAll: false,
  });
  // A backfill that runs brings its years itself: asked for twice, they would cost the source's quota twice.
  const owed = missing.length === 0 ? [] : leaveInHand(missing, await coverage.inHand());
  const { batchSize } = config;
  return planGaps(owed, {
    batchSize,
    batchRows: planning.batchRows,
    firstBatch,
    cut: 'days',
    isBySession: bySessionOf(deps, config, symbols),
  });
}

async function planBackfill(
  deps: WorkDeps,
  { config, symbols, job, heal, dryRun, isRangeGiven }: WorkRequest,
): Promise<PlannedWork> {
  const { coverage, planning } = deps;
  const { startDate: from, endDate: to, batchSize, sources } = config;
  const query = { from, to, asOf: job.dueAt, retryAll: true };
  const scope = heal && config.symbols.length === 0 ? {} : { symbols };
  // A dry run widens nothing, so that what it would owe is not in the coverage yet.
  const owedFrom = dryRun && !heal ? { owedFrom: from } : {};
  const missing = await coverage.missing({ ...query, ...scope, ...owedFrom });
  const batches = planGaps(missing, {
    batchSize,
    batchRows: planning.batchRows,
    firstBatch: 0,
    cut: heal ? 'days' : 'years',
    isBySession: bySessionOf(deps, config, symbols),
  });
  const rows = missing.reduce((sum, { sessions }) => sum + sessions, 0);
  const symbolBatches = batches.reduce((sum, batch) => sum + batch.symbols.length, 0);
  const estimate = await coverage.estimate({
    sources,
    batches: batches.length,
    symbolBatches,
    rows,
  });
  const range = isRangeGiven || !heal ? ` from ${from} to ${to}` : '';
  return {
    batches,
    symbols: distinct(batches),
    nothingToDo: rows === 0 ? `nothing is missing${range}` : undefined,
    notes: [
      `${plural(rows, 'session')} missing${range}: about ${plural(estimate.calls, 'call')}, ${(estimate.bytes / 1e6).toFixed(1)} MB, ${estimate.seconds} s (${estimate.basis})`,
    ],
    estimate,
  };
}

function distinct(batches: readonly PlannedBatch[]): number {
  return new Set(batches.flatMap(({ symbols }) => symbols)).size;
}
