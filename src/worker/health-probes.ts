import { hostname } from 'node:os';

import type { Client } from '@temporalio/client';

import type { RemoteSourceConfig } from '../config/remote-sources.ts';
import type { SourceHealth } from '../domain/health.ts';
import type { HealthProbes } from '../observability/health.ts';
import { timedQuery, type Warehouse } from '../warehouse/pool.ts';
import { readSessionHealth } from '../warehouse/session-health.ts';
import { reportSources, type SourceReport } from '../warehouse/source-report.ts';
import { probeTemporal } from './queue-health.ts';
import { sourceAccounts } from './source-accounts.ts';

export interface ProbedServers {
  readonly warehouse: Warehouse;
  /** Connects when it is first asked. */
  readonly temporal: () => Promise<Client>;
  readonly queuePrefix: string;
  readonly remoteSources: RemoteSourceConfig;
}

const DATABASE_TIMEOUT_MS = 5000;

export function workerId(): string {
  return `${hostname()}:${process.pid}`;
}

/** The real look at each part. */
export function createHealthProbes({
  warehouse,
  temporal,
  queuePrefix,
  remoteSources,
}: ProbedServers): HealthProbes {
  return {
    workerId: workerId(),
    async database() {
      const startedAt = performance.now();
      await warehouse.pool.query(timedQuery('select 1', [], DATABASE_TIMEOUT_MS));
      const { totalCount: total, idleCount: idle, waitingCount: waiting } = warehouse.pool;
      return {
        latencyMs: Math.round(performance.now() - startedAt),
        connections: { total, idle, waiting },
      };
    },
    temporal: async () => probeTemporal(await temporal(), queuePrefix),
    sources: async () => {
      const reports = await reportSources(warehouse, sourceAccounts(remoteSources));
      return reports.map(sourceHealth);
    },
    session: (nowMs) => readSessionHealth(warehouse, new Date(nowMs).toISOString()),
  };
}

function sourceHealth(report: SourceReport): SourceHealth {
  const { source, endpoint, state, health, callsLastMinute, callsLastHour, callsLastDay } = report;
  const used = Object.entries(report.learnt).flatMap(([seconds, limit]) => {
    const calls = { 60: callsLastMinute, 3600: callsLastHour, 86_400: callsLastDay }[
      Number(seconds)
    ];
    return calls === undefined || limit <= 0 ? [] : [calls / limit];
  });
  return {
    source,
    endpoint,
    state,
    health,
    callsLastMinute,
    callsLastDay,
    quotaUsed: used.length === 0 ? undefined : Math.max(...used),
  };
}
