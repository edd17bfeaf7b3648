import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

import pg from 'pg';

import { SystemError } from '../domain/errors.ts';
import { choosePort, LOOPBACK, startOnFreePort } from './ports.ts';
import { findPostgres } from './postgres-programs.ts';
import { isAlive } from './process-files.ts';
import { endProcess, spawnServer, untilReady } from './server-process.ts';
import { ownFolder, serverUser, type ServerUser } from './server-user.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Where its data, log and password are kept. */
  readonly folder: string;
  /** This very port, and the setting that asked for it; else a free one from 55432 on. */
  readonly port?: { readonly number: number; readonly setting: string };
  /** More server settings, such as `fsync=off` for tests. */
  readonly settings?: readonly string[];
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface RunningPostgres {
  readonly port: number;
  readonly pid: number;
  /** It ran already: a former run had been killed before it could stop it. */
  readonly adopted: boolean;
  /** With the password. */
  connectionString(database: string): string;
  stop(): Promise<void>;
}

const USER = 'candlewick';
const DEFAULT_PORT = 55432;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const ADOPT_TIMEOUT_MS = 10_000;
const MIN_FREE_BYTES = 300 * 1024 * 1024;

/** One machine, shared with workers: enough for bulk loads, modest at rest. */
const SETTINGS = [
  `listen_addresses=${LOOPBACK}`,
  'unix_socket_directories=',
  'shared_buffers=256MB',
  'max_wal_size=4GB',
  'checkpoint_timeout=15min',
  'max_locks_per_transaction=256',
  'timezone=UTC',
  'log_timezone=UTC',
];

/**
 * Starts the real PostgreSQL of the npm packages, on loopback only, with a password (other users of the machine can
 * reach loopback too). A server that a killed run left behind is adopted: there is never a second one on the same data.
 * @throws SystemError, ConfigurationError with what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const user = serverUser();
  const folder = ownFolder(user, options.folder);
  checkDisk(folder);
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) {
    options.onProgress?.('PostgreSQL: making a new database cluster');
    await initialise(folder, user);
  }
  const password = readFileSync(join(folder, 'password'), 'utf8').trim();
  const running = await adopt(data, password);
  if (running !== undefined) {
    options.onProgress?.(`PostgreSQL: found running on port ${running.port}`);
    return describe(running, password, true);
  }
  return startOnFreePort(() => launch(options, { folder, data, password, user }));
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

function describe(running: Running, password: string, adopted: boolean): RunningPostgres {
  return {
    ...running,
    adopted,
    connectionString: (database) => urlOf(running.port, password, database),
    // SIGINT is PostgreSQL's fast shutdown: sessions end, nothing is lost.
    stop: () => endProcess(running.pid, 'SIGINT', STOP_TIMEOUT_MS),
  };
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://${USER}:${password}@${LOOPBACK}:${port}/${database}`;
}

function checkDisk(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < MIN_FREE_BYTES) {
    throw new SystemError(
      `Too little disk space in ${folder}: ${Math.floor((bavail * bsize) / 1024 / 1024)} MiB free; at least 300 MiB are needed`,
      {
        code: 'ETL-RUN-131',
        hint: 'free some, or set CANDLEWICK_HOME to a folder on another disk.',
      },
    );
  }
}

async function initialise(folder: string, user: ServerUser | undefined): Promise<void> {
  const password = randomBytes(18).toString('base64url');
  const data = join(folder, 'data');
  rmSync(data, { recursive: true, force: true });
  const scratch = mkdtempSync(join(tmpdir(), 'candlewick-initdb-'));
  const passwordFile = join(scratch, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) {
    chownSync(scratch, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  try {
    const args = [
      '-D',
      data,
      '-U',
      USER,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ];
    const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
    await run(findPostgres(user).initdb, args, { cwd: '/', ...identity });
    // Last, so that a data folder with a password is always a whole one.
    writeFileSync(join(folder, 'password'), password, { mode: 0o600 });
  } catch (cause) {
    rmSync(data, { recursive: true, force: true });
    throw new SystemError(`PostgreSQL could not make its data folder ${data}: ${reasonOf(cause)}`, {
      code: 'ETL-RUN-132',
      hint: '`candlewick doctor` checks disk and rights; or set DATABASE_URL.',
      cause,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
  return text.trim().split('\n').slice(-3).join(' | ');
}

/** Whether a server accepts us; it also proves that it is ours, by the password. */
async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: urlOf(port, password, 'postgres'),
    connectionTimeoutMillis: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The server that runs on this data already, if it answers. A pid file without one is no obstacle: PostgreSQL clears it. */
async function adopt(data: string, password: string): Promise<Running | undefined> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) {
    return undefined;
  }
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number);
  if (pid === undefined || port === undefined || !isAlive(pid)) {
    return undefined;
  }
  // Alive, yet silent: it may be in recovery after a crash.
  const deadline = Date.now() + ADOPT_TIMEOUT_MS;
  while (isAlive(pid) && Date.now() < deadline) {
    if (await answers(port, password)) {
      return { pid, port };
    }
    await wait(200);
  }
  return undefined;
}

interface Place {
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly user: ServerUser | undefined;
}

async function launch(
  options: PostgresOptions,
  { folder, data, password, user }: Place,
): Promise<RunningPostgres> {
  const port = await choosePort({
    purpose: 'PostgreSQL',
    preferred: options.port?.number ?? DEFAULT_PORT,
    setting: options.port?.setting,
  });
  const settings = [...SETTINGS, `port=${port}`, ...(options.settings ?? [])];
  const command = {
    name: 'PostgreSQL',
    program: findPostgres(user).postgres,
    args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    logFile: join(folder, 'postgres.log'),
    user,
  };
  options.onProgress?.(`PostgreSQL: starting on port ${port}`);
  const child = spawnServer(command);
  await untilReady({
    command,
    child,
    timeoutMs: START_TIMEOUT_MS,
    answers: () => answers(port, password),
    signal: options.signal,
  });
  return describe({ pid: child.pid ?? 0, port }, password, false);
}
