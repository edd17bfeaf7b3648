import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ConfigurationError } from '../domain/errors.ts';
import { isAlive } from './process-files.ts';

export const LOOPBACK = '127.0.0.1';

/** Whether nobody listens on a loopback port. */
function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/** A server that has not bound its port by then will not. */
const RESERVED_MS = 60_000;

/** Where a port is reserved: by user, since in the common folder for such files nobody can remove another's. */
export function reservationFile(port: number): string {
  return join(tmpdir(), `candlewick-${process.getuid?.() ?? 'user'}-port-${port}`);
}

/**
 * Takes the port for this process: between the look whether it is free and the moment when the server binds it, another
 * process of ours would find it free too. Where the file cannot be written the port counts as taken by us all the same:
 * a server that finds it bound is started again.
 * @returns false where another living process has it.
 */
function reserve(port: number): boolean {
  const file = reservationFile(port);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return true;
    } catch {
      if (isHeld(file)) {
        return false;
      }
      removeStale(file);
    }
  }
  return true;
}

function removeStale(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Another user's, or in a folder that cannot be written to: the next attempt shows it.
  }
}

function isHeld(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    const isYoung = Date.now() - statSync(file).mtimeMs < RESERVED_MS;
    return pid !== process.pid && isYoung && isAlive(pid);
  } catch {
    return false;
  }
}

export interface PortWish {
  /** What the port is for, as a person says it. */
  readonly purpose: string;
  readonly preferred: number;
  /** The setting that asked for this very port; without one another port will do. */
  readonly setting: string | undefined;
}

const TRIED = 50;

/**
 * A free port: the preferred one, else one of the next, unless that very port was configured.
 * @throws ConfigurationError ETL-RUN-101 where a configured port is taken, or none is free.
 */
export async function choosePort(
  { purpose, preferred, setting }: PortWish,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  const last = setting === undefined ? preferred + TRIED : preferred;
  for (let port = preferred; port <= last; port += 1) {
    const isOurs = !taken.has(port) && (setting !== undefined || reserve(port));
    if (isOurs && (await isPortFree(port))) {
      return port;
    }
  }
  throw new ConfigurationError(`Port ${preferred} for ${purpose} is in use`, {
    code: 'ETL-RUN-101',
    hint:
      setting === undefined
        ? `end what listens on ${preferred} to ${last}.`
        : `set ${setting} to another port, or end what listens there (\`ss -ltnp | grep ${preferred}\`).`,
    details: { port: preferred },
  });
}

const STARTS = 3;
const BIND_FAILURE = /address already in use/i;

/** Starts a server; again, on ports chosen anew, where another program took one of them just before. */
export async function startOnFreePort<Server>(start: () => Promise<Server>): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Error && BIND_FAILURE.test(error.message);
      if (!isTaken || attempt === STARTS) {
        throw error;
      }
    }
  }
}
