import { once } from 'node:events';
import { createServer } from 'node:net';

import { makeTelemetryFilterString, Runtime, type Logger } from '@temporalio/worker';

const state: { isInstalled: boolean; metricsAddress: string | undefined } = {
  isInstalled: false,
  metricsAddress: undefined,
};

/**
 * Temporal's runtime, once a process: its own log lines go through our logger, and it leaves signals to us. With metrics it
 * serves its own on a free port of loopback. @returns that address
 */
export async function installRuntime(
  logger: Logger,
  withMetrics = false,
): Promise<string | undefined> {
  if (state.isInstalled) {
    return state.metricsAddress;
  }
  state.isInstalled = true;
  state.metricsAddress = withMetrics ? `127.0.0.1:${await freePort()}` : undefined;
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      ...(state.metricsAddress === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress: state.metricsAddress } } }),
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) },
    },
  });
  return state.metricsAddress;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
