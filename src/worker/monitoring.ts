import { request } from 'undici';

import { connectTemporal } from '../client/connection.ts';
import type { Config } from '../config/config.ts';
import type { HealthReport } from '../domain/health.ts';
import { checkHealth } from '../observability/health.ts';
import type { Logger } from '../observability/logger.ts';
import { createMetrics, type Metrics } from '../observability/metrics.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { createHealthProbes, workerId } from './health-probes.ts';
import { startHttpServer } from './http-server.ts';

export interface MonitoringOptions {
  readonly config: Pick<Config, 'httpPort' | 'httpHost' | 'queuePrefix' | 'remoteSources'>;
  readonly warehouse: Warehouse;
  readonly temporalAddress: string | undefined;
  readonly namespace: string;
  readonly logger: Logger;
  /** `host:port` where Temporal's own runtime serves its metrics; undefined: it does not. */
  readonly runtimeMetrics: string | undefined;
}

/** How a worker is looked at: by `/health/*` and `/metrics` where a port is set, and by the workflow `healthCheck`. */
export interface Monitoring {
  readonly metrics: Metrics;
  readonly health: () => Promise<HealthReport>;
  /** Opens the port; before that, and after `isAccepting` turns false, the worker is not ready. */
  serve(isAccepting: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Several scrapes and checks at once are answered by one look. */
const FRESH_MS = 2000;

export function createMonitoring(options: MonitoringOptions): Monitoring {
  const { config, logger } = options;
  const metrics = createMetrics();
  const temporal = lazyClient(options);
  const probes = createHealthProbes({
    warehouse: options.warehouse,
    temporal: temporal.get,
    queuePrefix: config.queuePrefix,
    remoteSources: config.remoteSources,
  });
  const health = shared(() => checkHealth(probes, Date.now()));
  let server: { close(): Promise<void> } | undefined;
  return {
    metrics,
    health,
    async serve(isAccepting) {
      if (config.httpPort === undefined) {
        return;
      }
      const http = await startHttpServer({
        host: config.httpHost,
        port: config.httpPort,
        workerId: workerId(),
        isAccepting,
        health,
        async metrics() {
          metrics.recordHealth(await health());
          const ours = await metrics.registry.metrics();
          const body = `${ours}\n${await runtimeMetrics(options.runtimeMetrics)}`;
          return { contentType: metrics.registry.contentType, body };
        },
      });
      server = http;
      logger.info('Health and metrics are served', { url: http.url });
    },
    async close() {
      await server?.close();
      await temporal.close();
    },
  };
}

function shared(look: () => Promise<HealthReport>): () => Promise<HealthReport> {
  let last: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;
  return function health() {
    if (last === undefined || Date.now() - last.at > FRESH_MS) {
      last = { at: Date.now(), report: look() };
    }
    return last.report;
  };
}

type TemporalClient = Awaited<ReturnType<typeof connectTemporal>>;

/** One connection, made when it is first needed; a failed attempt is made again. */
function lazyClient({ temporalAddress, namespace }: MonitoringOptions): {
  readonly get: () => Promise<TemporalClient>;
  close(): Promise<void>;
} {
  const state: { client?: Promise<TemporalClient> } = {};
  return {
    async get() {
      state.client ??= connectTemporal({
        namespace,
        ...(temporalAddress === undefined ? {} : { address: temporalAddress }),
      });
      try {
        return await state.client;
      } catch (error) {
        delete state.client;
        throw error;
      }
    },
    async close() {
      const client = await state.client?.catch(() => undefined);
      await client?.connection.close();
    },
  };
}

const RUNTIME_TIMEOUT_MS = 3000;

/** What Temporal's runtime counts: its own port is on loopback only, and read from here. */
async function runtimeMetrics(address: string | undefined): Promise<string> {
  if (address === undefined) {
    return '';
  }
  try {
    const { body } = await request(`http://${address}/metrics`, {
      signal: AbortSignal.timeout(RUNTIME_TIMEOUT_MS),
    });
    return (await body.text()).replace(/# EOF\s*$/, '');
  } catch {
    return '# Temporal runtime: no answer\n';
  }
}
