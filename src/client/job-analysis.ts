import type { RunRecord } from '../domain/run-record.ts';

/** How some runs have gone: those of one job, or those that loaded from one source. */
export interface RunStatistics {
  readonly name: string;
  readonly runs: number;
  /** 0 to 1: runs without any failed symbol or held row. */
  readonly successRate: number;
  /** 0 to 1: runs that loaded nothing, or were cancelled. */
  readonly failureRate: number;
  readonly medianSeconds: number;
  readonly p95Seconds: number;
  /** Rows that went through, a second of run time; undefined where none did. */
  readonly rowsPerSecond: number | undefined;
  readonly rowsLoaded: number;
  /** 0 to 1, weighted by rows; undefined where nothing was judged. */
  readonly qualityScore: number | undefined;
}

/** The newest runs of a job are worse than those before. */
export interface Regression {
  readonly jobName: string;
  readonly measure: 'duration' | 'rows_per_second' | 'success_rate' | 'quality_score';
  /** Median (rates: mean) of the earlier runs, and of the newest. */
  readonly before: number;
  readonly now: number;
  /** In one sentence. */
  readonly text: string;
}

export interface JobAnalysis {
  readonly runs: number;
  readonly byJob: readonly RunStatistics[];
  readonly bySource: readonly RunStatistics[];
  readonly regressions: readonly Regression[];
}

/** Runs that are compared with all earlier ones of their job. */
const NEWEST = 3;
const MIN_EARLIER = 5;
/** So much worse than the median counts, if it also lies beyond what the earlier runs vary by themselves. */
const WORSE_BY = 1.5;
const DEVIATIONS = 4;
const RATE_DROP = 0.2;
const SCORE_DROP = 0.02;

/** Statistics by job and by source, and what has become worse. `records` in any order. */
export function analyseRuns(records: readonly RunRecord[]): JobAnalysis {
  const sources = new Set(records.flatMap((record) => Object.keys(record.sources)));
  const byName = groupByName(records);
  return {
    runs: records.length,
    byJob: [...byName].map(([name, runs]) => statisticsOf(name, runs, (run) => run.rows)),
    bySource: [...sources].toSorted().map((source) => {
      const runs = records.filter((record) => record.sources[source] !== undefined);
      return statisticsOf(source, runs, (run) => run.sources[source] ?? 0, source);
    }),
    regressions: [...byName].flatMap(([name, runs]) => [...regressionsOf(name, runs)]),
  };
}

function groupByName(records: readonly RunRecord[]): Map<string, RunRecord[]> {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))) {
    groups.set(record.jobName, [...(groups.get(record.jobName) ?? []), record]);
  }
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function statisticsOf(
  name: string,
  runs: readonly RunRecord[],
  rowsOf: (run: RunRecord) => number,
  source?: string,
): RunStatistics {
  const seconds = runs.map((run) => run.durationSeconds);
  const rows = sum(runs.map(rowsOf));
  const time = sum(runs.filter((run) => rowsOf(run) > 0).map((run) => run.durationSeconds));
  const judged = runs.filter((run) => run.qualityScore !== undefined && run.rows > 0);
  const judgedRows = sum(judged.map((run) => run.rows));
  return {
    name,
    runs: runs.length,
    successRate: share(runs, ({ status }) => status === 'success'),
    failureRate: share(runs, ({ status }) => status === 'failed'),
    medianSeconds: quantile(seconds, 0.5),
    p95Seconds: quantile(seconds, 0.95),
    rowsPerSecond: time > 0 ? rows / time : undefined,
    rowsLoaded:
      source === undefined
        ? sum(runs.map((run) => run.rowsLoaded))
        : sum(runs.map((run) => run.sources[source] ?? 0)),
    qualityScore:
      judgedRows === 0
        ? undefined
        : sum(judged.map((run) => (run.qualityScore ?? 0) * run.rows)) / judgedRows,
  };
}

/** `runs` ascending by start. */
function* regressionsOf(jobName: string, runs: readonly RunRecord[]): Iterable<Regression> {
  const earlier = runs.slice(0, -NEWEST);
  const newest = runs.slice(-NEWEST);
  if (earlier.length < MIN_EARLIER) {
    return;
  }
  const rates = [earlier, newest].map((some) => share(some, ({ status }) => status === 'success'));
  const [successBefore = 0, successNow = 0] = rates;
  if (successBefore - successNow > RATE_DROP) {
    yield regression(jobName, 'success_rate', successBefore, successNow);
  }
  const [slowBefore, slowNow] = compare(earlier, newest, durationOf);
  if (slowNow > slowBefore * WORSE_BY && isBeyondNoise(earlier, durationOf, slowNow)) {
    yield regression(jobName, 'duration', slowBefore, slowNow);
  }
  const [speedBefore, speedNow] = compare(earlier, newest, speedOf);
  if (speedNow * WORSE_BY < speedBefore && isBeyondNoise(earlier, speedOf, speedNow)) {
    yield regression(jobName, 'rows_per_second', speedBefore, speedNow);
  }
  const [scoreBefore, scoreNow] = compare(earlier, newest, (run) => run.qualityScore);
  if (scoreBefore - scoreNow > SCORE_DROP) {
    yield regression(jobName, 'quality_score', scoreBefore, scoreNow);
  }
}

function regression(
  jobName: string,
  measure: Regression['measure'],
  before: number,
  now: number,
): Regression {
  const digits = measure === 'duration' || measure === 'rows_per_second' ? 1 : 3;
  const text = `${jobName}: ${measure.replaceAll('_', ' ')} was ${before.toFixed(digits)}, now ${now.toFixed(digits)}`;
  return { jobName, measure, before, now, text };
}

type Measure = (run: RunRecord) => number | undefined;

function durationOf({ durationSeconds }: RunRecord): number {
  return durationSeconds;
}

function speedOf({ rows, durationSeconds }: RunRecord): number | undefined {
  return rows > 0 && durationSeconds > 0 ? rows / durationSeconds : undefined;
}

function valuesOf(runs: readonly RunRecord[], measure: Measure): number[] {
  return runs.map(measure).filter((value) => value !== undefined);
}

/** The medians before and now; equal, so that nothing follows, where either is unknown. */
function compare(
  earlier: readonly RunRecord[],
  newest: readonly RunRecord[],
  measure: Measure,
): readonly [number, number] {
  const [before, now] = [valuesOf(earlier, measure), valuesOf(newest, measure)];
  return before.length < MIN_EARLIER || now.length === 0
    ? [0, 0]
    : [quantile(before, 0.5), quantile(now, 0.5)];
}

function isBeyondNoise(earlier: readonly RunRecord[], measure: Measure, now: number): boolean {
  const values = valuesOf(earlier, measure);
  const median = quantile(values, 0.5);
  const deviation = quantile(
    values.map((value) => Math.abs(value - median)),
    0.5,
  );
  return Math.abs(now - median) > DEVIATIONS * deviation;
}

function share(runs: readonly RunRecord[], holds: (run: RunRecord) => boolean): number {
  return runs.length === 0 ? 1 : runs.filter(holds).length / runs.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** By linear interpolation; 0 of nothing. */
function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}
