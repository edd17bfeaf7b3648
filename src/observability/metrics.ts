import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { HealthReport } from '../domain/health.ts';
import type { EtlMetrics } from '../domain/job.ts';

/** What judging a batch found. */
export interface JudgedBatch {
  readonly score: number;
  readonly rawScore: number;
  readonly publishable: number;
  readonly quarantined: number;
  readonly repairs: number;
  readonly hits: Readonly<Record<string, number>>;
}

export interface FinishedActivity {
  readonly activity: string;
  readonly queue: string;
  readonly outcome: 'ok' | 'failed' | 'cancelled';
  readonly seconds: number;
  /** From its scheduling to its start. */
  readonly waitedSeconds: number;
}

/** What a worker counts, in Prometheus' terms. Names and labels are read by dashboards and alerts: never change them. */
export interface Metrics {
  readonly registry: Registry;
  recordActivity(activity: FinishedActivity): void;
  recordBatch(batch: JudgedBatch): void;
  recordJob(metrics: EtlMetrics): void;
  recordHealth(report: HealthReport): void;
}

const JOB_SECONDS = [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400, 43_200];
const ACTIVITY_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800];
const BREAKER = { closed: 0, half_open: 0.5, open: 1, disabled: 2 } as const;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    recordActivity: activityMetrics(registry),
    recordBatch: batchMetrics(registry),
    recordJob: jobMetrics(registry),
    recordHealth: healthMetrics(registry),
  };
}

type Registers = readonly [Registry];

function activityMetrics(registry: Registry): Metrics['recordActivity'] {
  const registers: Registers = [registry];
  const labelNames = ['activity', 'queue', 'outcome'] as const;
  const seconds = new Histogram({
    name: 'candlewick_activity_seconds',
    help: 'Time of attempts of activities, by outcome: the stages of jobs, and duties beside them.',
    labelNames,
    buckets: ACTIVITY_SECONDS,
    registers: [...registers],
  });
  const waited = new Histogram({
    name: 'candlewick_activity_wait_seconds',
    help: 'Time from the scheduling of an attempt to its start: the latency of its task queue.',
    labelNames: ['queue'] as const,
    buckets: ACTIVITY_SECONDS,
    registers: [...registers],
  });
  return function recordActivity({ activity, queue, outcome, seconds: taken, waitedSeconds }) {
    seconds.observe({ activity, queue, outcome }, taken);
    waited.observe({ queue }, waitedSeconds);
  };
}

function batchMetrics(registry: Registry): Metrics['recordBatch'] {
  const registers = [registry];
  const rows = new Counter({
    name: 'candlewick_rows_judged_total',
    help: 'Rows that were judged, by fate: publishable or quarantined.',
    labelNames: ['fate'] as const,
    registers,
  });
  const issues = new Counter({
    name: 'candlewick_quality_issues_total',
    help: 'Hits of quality rules, by rule; those of anomaly models too.',
    labelNames: ['rule'] as const,
    registers,
  });
  const repairs = new Counter({
    name: 'candlewick_repairs_total',
    help: 'Cells that cleaning has repaired.',
    registers,
  });
  const gain = new Gauge({
    name: 'candlewick_cleaning_gain',
    help: 'Effect of cleaning on the last batch: its score after repair less its score as sent.',
    registers,
  });
  return function recordBatch(batch) {
    rows.inc({ fate: 'publishable' }, batch.publishable);
    rows.inc({ fate: 'quarantined' }, batch.quarantined);
    repairs.inc(batch.repairs);
    gain.set(batch.score - batch.rawScore);
    for (const [rule, hits] of Object.entries(batch.hits)) {
      issues.inc({ rule }, hits);
    }
  };
}

function jobMetrics(registry: Registry): Metrics['recordJob'] {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'candlewick_job_seconds',
    help: 'Time of jobs from their plan to their account, by status.',
    labelNames: ['job', 'status'] as const,
    buckets: JOB_SECONDS,
    registers,
  });
  const records = new Counter({
    name: 'candlewick_records_total',
    help: 'Records of ended jobs, by what became of them.',
    labelNames: ['job', 'kind'] as const,
    registers,
  });
  const bySource = new Counter({
    name: 'candlewick_source_records_total',
    help: 'Records loaded by ended jobs, by source.',
    labelNames: ['source'] as const,
    registers,
  });
  const failed = new Counter({
    name: 'candlewick_symbols_failed_total',
    help: 'Symbols that failed for good in ended jobs.',
    labelNames: ['job'] as const,
    registers,
  });
  const recordLast = lastJobGauges(registry);
  return function recordJob(metrics) {
    const { jobName: job, status, durationSeconds } = metrics;
    seconds.observe({ job, status }, durationSeconds);
    for (const [kind, count] of Object.entries(recordsOf(metrics))) {
      records.inc({ job, kind }, count);
    }
    for (const [source, count] of Object.entries(metrics.sources)) {
      bySource.inc({ source }, count);
    }
    failed.inc({ job }, metrics.symbolsFailed.length);
    recordLast(metrics);
  };
}

/** What the last run of each job came to. */
function lastJobGauges(registry: Registry): Metrics['recordJob'] {
  const registers = [registry];
  const labelNames = ['job'] as const;
  const speed = new Gauge({
    name: 'candlewick_records_per_second',
    help: 'Records a second of the last run of a job.',
    labelNames,
    registers,
  });
  const success = new Gauge({
    name: 'candlewick_job_success_rate',
    help: 'Share of its symbols that the last run of a job could serve, 0 to 1.',
    labelNames,
    registers,
  });
  const score = new Gauge({
    name: 'candlewick_quality_score',
    help: 'Quality score of the last run of a job, 0 to 1.',
    labelNames,
    registers,
  });
  const ended = new Gauge({
    name: 'candlewick_job_last_end_timestamp_seconds',
    help: 'When the last run of a job ended, by status.',
    labelNames: ['job', 'status'] as const,
    registers,
  });
  return function recordLast({ jobName: job, status, durationSeconds, ...metrics }) {
    ended.set({ job, status }, Date.now() / 1000);
    success.set({ job }, metrics.successRate);
    if (durationSeconds > 0) {
      speed.set({ job }, metrics.recordsExtracted / durationSeconds);
    }
    if (metrics.qualityScore !== undefined) {
      score.set({ job }, metrics.qualityScore);
    }
  };
}

function recordsOf(metrics: EtlMetrics): Readonly<Record<string, number>> {
  return {
    extracted: metrics.recordsExtracted,
    loaded: metrics.recordsLoaded,
    updated: metrics.recordsUpdated,
    unchanged: metrics.recordsUnchanged,
    quarantined: metrics.recordsQuarantined,
    duplicate: metrics.recordsDuplicate,
    failed: metrics.recordsFailed,
    suspended: metrics.recordsSuspended,
    dropped: metrics.recordsDropped,
  };
}

type SetGauge = (labels: Readonly<Record<string, string>>, value: number) => void;

function gaugeIn(registry: Registry, name: string, help: string, labelNames: string[]): SetGauge {
  const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
  return (labels, value) => gauge.set(labels, value);
}

function healthMetrics(registry: Registry): Metrics['recordHealth'] {
  function gauge(name: string, help: string, ...labelNames: string[]): SetGauge {
    return gaugeIn(registry, `candlewick_${name}`, help, labelNames);
  }
  const up = gauge('up', 'Whether a part answers: 1, else 0.', 'part');
  const backlog = gauge('queue_backlog', 'Tasks that wait in a task queue.', 'queue', 'kind');
  const oldest = gauge('queue_oldest_seconds', 'How long the oldest has waited.', 'queue');
  const pollers = gauge('queue_pollers', 'Workers that asked it for work lately.', 'queue');
  const active = gauge('active_jobs', 'Jobs that run now.');
  const pool = gauge('pool_connections', "Connections of this worker's database pool.", 'state');
  const breaker = gauge(
    'breaker_state',
    'Circuit breaker of a source: 0 closed, 0.5 half open, 1 open, 2 disabled.',
    'source',
    'endpoint',
  );
  const health = gauge('source_health', 'Share of its last calls answered.', 'source', 'endpoint');
  const calls = gauge('source_calls', 'Calls of the last day.', 'source', 'endpoint');
  const quota = gauge('quota_used_ratio', 'Of its tightest limit, 0 to 1.', 'source', 'endpoint');
  const missing = gauge('last_session_missing', 'Bars that the last session that is due lacks.');
  const expected = gauge('last_session_expected', 'Bars that it should have.');
  const complete = gauge('last_session_complete', 'Whether it is complete: 1, else 0.');
  return function recordHealth({ database, temporal, sources, data }) {
    up({ part: 'database' }, Number(database.status === 'ok'));
    up({ part: 'temporal' }, Number(temporal.status === 'ok'));
    if (database.status === 'ok') {
      const { total, idle, waiting } = database.connections;
      pool({ state: 'used' }, total - idle);
      pool({ state: 'idle' }, idle);
      pool({ state: 'waiting' }, waiting);
    }
    if (temporal.status === 'ok') {
      active({}, temporal.activeJobs);
      for (const queue of temporal.queues) {
        backlog({ queue: queue.queue, kind: 'workflow' }, queue.workflowTasks);
        backlog({ queue: queue.queue, kind: 'activity' }, queue.activityTasks);
        oldest({ queue: queue.queue }, queue.oldestSeconds);
        pollers({ queue: queue.queue }, queue.pollers);
      }
    }
    for (const { source, endpoint, state, ...use } of sources) {
      breaker({ source, endpoint }, BREAKER[state]);
      health({ source, endpoint }, use.health);
      calls({ source, endpoint }, use.callsLastDay);
      quota({ source, endpoint }, use.quotaUsed ?? 0);
    }
    if (data !== undefined) {
      missing({}, data.missing);
      expected({}, data.expected);
      complete({}, Number(data.isComplete));
    }
  };
}
