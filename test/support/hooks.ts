import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';

import { stopTestServer } from './postgres.ts';
import { stopTestTemporal } from './temporal.ts';

const GRACE_MS = 30_000;

/** What a test has left open is named, and does not hold up the run's verdict for ever. */
function endAfter(graceMs: number): void {
  setTimeout(() => {
    process.stderr.write(
      `still open after all tests: ${process.getActiveResourcesInfo().join(', ')}\n`,
    );
    process.exit();
  }, graceMs).unref();
}

/** Root hooks of every mocha run: a quiet Temporal runtime, and no server left behind. */
export const mochaHooks = {
  beforeAll(): void {
    function quiet(): void {
      // Tests that read the log install a logger of their own.
    }
    Runtime.install({
      shutdownSignals: [],
      telemetryOptions: {
        logging: {
          forward: {},
          filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }),
        },
      },
      logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000);
    await Promise.all([stopTestServer(), stopTestTemporal()]);
    // Forwarding its log keeps the process alive where no worker was ever started.
    await Runtime.instance().shutdown();
    endAfter(GRACE_MS);
  },
};
