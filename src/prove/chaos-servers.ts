import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { EtlError } from '../domain/errors.ts';
import { isAlive } from '../runtime/process-files.ts';
import { startPostgres, type RunningPostgres } from '../runtime/postgres.ts';
import { startTemporal, type RunningTemporal } from '../runtime/temporal.ts';
import { settled } from './settled.ts';

/** Servers of a proof's own, which it may kill and start again at the same place, on the same data. */
export interface ChaosServers {
  readonly temporalAddress: string;
  readonly namespace: string;
  databaseUrl(database: string): string;
  /** Ends PostgreSQL as a crash does (SIGQUIT: no checkpoint, recovery at the start), and starts it again. */
  restartPostgres(): Promise<void>;
  /** SIGKILL, and a start on the same database file. */
  restartTemporal(): Promise<void>;
  stop(): Promise<void>;
}

const PORT_PATIENCE_MS = 15_000;
const PORT_POLL_MS = 100;

async function endHard(pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  await settled(
    () => Promise.resolve(isAlive(pid)),
    (alive) => !alive,
  );
}

/** A start at the very port of before: for a moment, a client of somebody may have been given that port as its own. */
async function again<Server>(start: () => Promise<Server>): Promise<Server> {
  const deadline = Date.now() + PORT_PATIENCE_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof EtlError && error.code === 'ETL-RUN-101';
      if (!isTaken || Date.now() > deadline) {
        throw error;
      }
      await wait(PORT_POLL_MS);
    }
  }
}

interface Servers {
  postgres: RunningPostgres;
  temporal: RunningTemporal;
}

/** Both, or none: PostgreSQL does not outlive a Temporal server that cannot be started. */
async function startBoth(places: {
  readonly postgres: string;
  readonly temporal: string;
  readonly cache: string;
}): Promise<Servers> {
  const postgres = await startPostgres({ folder: places.postgres });
  try {
    const { temporal: folder, cache } = places;
    return { postgres, temporal: await startTemporal({ folder, cache }) };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** @param cache where Temporal's program is kept */
export async function startChaosServers(cache: string): Promise<ChaosServers> {
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-chaos-'));
  // Where PostgreSQL runs as another user it gets through to its data, which then goes with the folder.
  await chmod(folder, 0o711);
  const places = { postgres: join(folder, 'postgres'), temporal: join(folder, 'temporal'), cache };
  const state = await startBoth(places).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const port = { number: state.postgres.port, setting: 'the port before' };
  const temporalPort = {
    number: Number(state.temporal.address.split(':')[1]),
    setting: 'the port before',
  };
  return {
    temporalAddress: state.temporal.address,
    namespace: state.temporal.namespace,
    databaseUrl: (database) => state.postgres.connectionString(database),
    async restartPostgres() {
      await endHard(state.postgres.pid, 'SIGQUIT');
      state.postgres = await again(() => startPostgres({ folder: places.postgres, port }));
    },
    async restartTemporal() {
      await endHard(state.temporal.pid, 'SIGKILL');
      const place = { folder: places.temporal, cache, port: temporalPort };
      state.temporal = await again(() => startTemporal(place));
    },
    async stop() {
      await Promise.allSettled([state.postgres.stop(), state.temporal.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
