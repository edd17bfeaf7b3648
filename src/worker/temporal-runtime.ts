import { makeTelemetryFilterString, Runtime, type Logger } from '@temporalio/worker';

let installed = false;

/** Temporal's runtime, once a process: its own log lines go through our logger, and it leaves signals to us. */
export function installRuntime(logger: Logger): void {
  if (installed) {
    return;
  }
  installed = true;
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) },
    },
  });
}
