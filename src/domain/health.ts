import type { TaskQueue } from './task-queues.ts';
import type { TradingDay } from './trading-day.ts';

/** `degraded`: work goes on, yet a person should look. */
export type HealthStatus = 'ok' | 'degraded' | 'down';

export interface QueueHealth {
  readonly queue: TaskQueue;
  /** Tasks that wait. */
  readonly workflowTasks: number;
  readonly activityTasks: number;
  /** How long the oldest of them has waited. */
  readonly oldestSeconds: number;
  /** Workers that asked for work lately. */
  readonly pollers: number;
}

export interface SourceHealth {
  readonly source: string;
  readonly endpoint: string;
  /** Of its circuit breaker; `disabled` by a person or for its configuration. */
  readonly state: 'closed' | 'half_open' | 'open' | 'disabled';
  /** 0 to 1: share of the last calls that were answered. */
  readonly health: number;
  readonly callsLastMinute: number;
  readonly callsLastDay: number;
  /** The tightest limit that the source has named, as the share of it that is used: 0 to 1. */
  readonly quotaUsed: number | undefined;
}

/** Whether the last session that is due is complete. */
export interface SessionHealth {
  /** undefined: nothing was ever asked for of a session that is due. */
  readonly lastSession: TradingDay | undefined;
  readonly expected: number;
  readonly missing: number;
  readonly isComplete: boolean;
  /** Sessions that would be due are unknown: the last day of the trading calendar, where it is past. */
  readonly calendarEnded?: TradingDay;
  /** ISO instant, past: by then the nightly run should have brought it. */
  readonly dueAt: string | undefined;
}

export interface DatabaseHealth {
  readonly latencyMs: number;
  /** Connections of this process' pool. */
  readonly connections: { readonly total: number; readonly idle: number; readonly waiting: number };
}

export interface TemporalHealth {
  readonly latencyMs: number;
  readonly queues: readonly QueueHealth[];
  /** Workflows of jobs that run now. */
  readonly activeJobs: number;
}

/** What was found out, or why it could not be. */
export type Probed<Value> =
  ({ readonly status: 'ok' } & Value) | { readonly status: 'down'; readonly error: string };

export interface HealthReport {
  readonly status: HealthStatus;
  /** ISO instant. */
  readonly timestamp: string;
  /** host:pid of whoever looked. */
  readonly workerId: string;
  readonly queueLengths: Readonly<Record<string, number>>;
  readonly activeJobs: number | undefined;
  readonly database: Probed<DatabaseHealth>;
  readonly temporal: Probed<TemporalHealth>;
  readonly sources: readonly SourceHealth[];
  readonly data: SessionHealth | undefined;
  /** Plain sentences, the worst first. */
  readonly problems: readonly string[];
}
