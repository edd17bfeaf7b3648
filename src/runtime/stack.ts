import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import pg from 'pg';

import { SystemError } from '../domain/errors.ts';
import { enterAsGuest, guestsOf } from './home-guests.ts';
import { holderOf, lockHome } from './home-lock.ts';
import { startPostgres, type RunningPostgres } from './postgres.ts';
import { readRecord, removeRecord, writeRecord } from './process-files.ts';
import { startTemporal, type RunningTemporal } from './temporal.ts';

/** What the purpose of the embedded database is: simulated rows may enter only the one made for a demo. */
export type DatabaseKind = 'standard' | 'demo';

export interface StackOptions {
  /** Everything embedded lies below it: `.candlewick`. */
  readonly home: string;
  readonly needs: { readonly postgres: boolean; readonly temporal: boolean };
  /** Which of the embedded server's databases. A DATABASE_URL stands for itself. */
  readonly database: DatabaseKind;
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly namespace: string;
  /** false: what an embedded Temporal holds is gone when it stops, and it has no Web UI; for proofs. */
  readonly isLasting?: boolean;
  readonly ports: {
    readonly postgres: number | undefined;
    readonly temporal: number | undefined;
    readonly temporalUi: number | undefined;
  };
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** The servers that a command works with, whoever started them. */
export interface Stack {
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly namespace: string;
  readonly uiUrl: string | undefined;
  /** What was started here and ends with `close()`. */
  readonly started: readonly ('postgres' | 'temporal')[];
  close(): Promise<void>;
}

const DATABASES: Readonly<Record<DatabaseKind, string>> = {
  standard: 'candlewick',
  demo: 'candlewick_demo',
};

const GUESTS_POLL_MS = 100;
/** How long an interrupted command's servers outlive it for those that work with them. */
const INTERRUPTED_GRACE_MS = 2000;

/** Where a running stack tells other commands of this checkout how to reach it. */
function recordFileOf(home: string): string {
  return join(home, 'runtime.json');
}

interface StackRecord {
  /** The database that it works on, on the server of `postgresUrl`. */
  readonly database: string | undefined;
  readonly postgresUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly uiUrl: string | undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The servers that another process of this home runs now. */
export function readRunningStack(home: string): StackRecord | undefined {
  const record = readRecord(recordFileOf(home));
  // A record of a process that was killed says nothing of the servers that the next one starts.
  if (record === undefined || record['pid'] !== holderOf(home)) {
    return undefined;
  }
  return {
    database: textOf(record['database']),
    postgresUrl: textOf(record['postgresUrl']),
    temporalAddress: textOf(record['temporalAddress']),
    uiUrl: textOf(record['uiUrl']),
  };
}

/** The database of the stack that runs in this home now, if one does. */
export function runningDatabaseUrl(home: string): string | undefined {
  const { database, postgresUrl } = readRunningStack(home) ?? {};
  return database === undefined || postgresUrl === undefined
    ? postgresUrl
    : withDatabase(postgresUrl, database);
}

/** Whether the stack that runs in this home now is a demo's. */
export function isDemoRunning(home: string): boolean {
  return readRunningStack(home)?.database === DATABASES.demo;
}

/** A server's URL with another database. */
function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/**
 * Servers for a command: those that are configured, else those of another command of this home, which keeps them up
 * until `close()`, else embedded ones, started here and stopped by `close()`.
 */
export async function openStack(options: StackOptions): Promise<Stack> {
  const home = resolve(options.home);
  const wantsPostgres = options.needs.postgres && options.databaseUrl === undefined;
  const wantsTemporal = options.needs.temporal && options.temporalAddress === undefined;
  if (!wantsPostgres && !wantsTemporal) {
    return { ...(await joinStack(options, undefined)), close: () => Promise.resolve() };
  }
  // Before the look at what runs: from here on it is not stopped.
  const guest = enterAsGuest(home);
  try {
    const running = readRunningStack(home);
    if (
      running !== undefined &&
      (!wantsPostgres || running.postgresUrl !== undefined) &&
      (!wantsTemporal || running.temporalAddress !== undefined)
    ) {
      const joined = await joinStack(options, running);
      return { ...joined, close: () => Promise.resolve(guest.leave()) };
    }
  } catch (error) {
    guest.leave();
    throw error;
  }
  guest.leave();
  return startStack({ ...options, home }, wantsPostgres, wantsTemporal);
}

async function joinStack(
  options: StackOptions,
  running: StackRecord | undefined,
): Promise<Omit<Stack, 'close'>> {
  const server = running?.postgresUrl;
  return {
    databaseUrl:
      options.databaseUrl ??
      (server === undefined || !options.needs.postgres
        ? undefined
        : await ensureDatabase(server, options.database)),
    temporalAddress: options.temporalAddress ?? running?.temporalAddress,
    namespace: options.namespace,
    uiUrl: options.temporalAddress === undefined ? running?.uiUrl : undefined,
    started: [],
  };
}

async function startStack(
  options: StackOptions,
  wantsPostgres: boolean,
  wantsTemporal: boolean,
): Promise<Stack> {
  const lock = lockHome(options.home);
  let postgres: RunningPostgres | undefined;
  let temporal: RunningTemporal | undefined;
  async function close(): Promise<void> {
    await retireRecord(options);
    await Promise.all([temporal?.stop(), postgres?.stop()]);
    lock.release();
  }
  try {
    const starts = await Promise.allSettled([
      wantsPostgres ? startEmbeddedPostgres(options) : undefined,
      wantsTemporal ? startEmbeddedTemporal(options) : undefined,
    ]);
    const [first, second] = starts;
    postgres = first.status === 'fulfilled' ? first.value : undefined;
    temporal = second.status === 'fulfilled' ? second.value : undefined;
    for (const start of starts) {
      if (start.status === 'rejected') {
        throw start.reason;
      }
    }
    return { ...(await recordStack(options, postgres, temporal)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function portOf(
  number: number | undefined,
  setting: string,
): { readonly port?: { readonly number: number; readonly setting: string } } {
  return number === undefined ? {} : { port: { number, setting } };
}

function talkOf({ onProgress, signal }: StackOptions): Pick<StackOptions, 'onProgress' | 'signal'> {
  return {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function startEmbeddedPostgres(options: StackOptions): Promise<RunningPostgres> {
  return startPostgres({
    folder: join(options.home, 'postgres'),
    ...portOf(options.ports.postgres, 'CANDLEWICK_PG_PORT'),
    ...talkOf(options),
  });
}

function startEmbeddedTemporal(options: StackOptions): Promise<RunningTemporal> {
  const ui = portOf(options.ports.temporalUi, 'CANDLEWICK_TEMPORAL_UI_PORT').port;
  return startTemporal({
    folder: options.home,
    cache: join(options.home, 'bin'),
    ...(options.isLasting === undefined ? {} : { isLasting: options.isLasting }),
    ...portOf(options.ports.temporal, 'CANDLEWICK_TEMPORAL_PORT'),
    ...(ui === undefined ? {} : { uiPort: ui }),
    ...talkOf(options),
  });
}

async function recordStack(
  options: StackOptions,
  postgres: RunningPostgres | undefined,
  temporal: RunningTemporal | undefined,
): Promise<Omit<Stack, 'close'>> {
  const server = postgres?.connectionString('postgres');
  writeRecord(recordFileOf(options.home), {
    pid: process.pid,
    database: DATABASES[options.database],
    postgresUrl: server,
    temporalAddress: temporal?.address,
    uiUrl: temporal?.uiUrl,
  });
  return {
    databaseUrl:
      server === undefined ? options.databaseUrl : await ensureDatabase(server, options.database),
    temporalAddress: temporal?.address ?? options.temporalAddress,
    namespace: temporal?.namespace ?? options.namespace,
    uiUrl: temporal?.uiUrl,
    started: [
      ...(postgres === undefined ? [] : ['postgres' as const]),
      ...(temporal === undefined ? [] : ['temporal' as const]),
    ],
  };
}

/**
 * Nobody finds the servers any more, and nobody works with them. A guest enters before it looks for the record, and the
 * record goes before the last look for guests: whichever comes second sees the other.
 */
async function retireRecord({ home, onProgress, signal }: StackOptions): Promise<void> {
  const file = recordFileOf(home);
  const record = readRecord(file);
  if (record?.['pid'] !== process.pid) {
    return;
  }
  let graceEndsAt: number | undefined;
  for (let isTold = false; ; isTold = true) {
    removeRecord(file);
    const guests = guestsOf(home);
    graceEndsAt ??= signal?.aborted === true ? Date.now() + INTERRUPTED_GRACE_MS : undefined;
    if (guests.length === 0 || (graceEndsAt !== undefined && Date.now() > graceEndsAt)) {
      return;
    }
    writeRecord(file, record);
    if (!isTold) {
      onProgress?.(`the servers stay up for process ${guests.join(', ')}, which works with them`);
    }
    await wait(GUESTS_POLL_MS);
  }
}

/** Makes the embedded server's database where it is missing; returns its URL. */
async function ensureDatabase(serverUrl: string, kind: DatabaseKind): Promise<string> {
  const name = DATABASES[kind];
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) {
      await client.query(`create database ${name}`);
    }
  } catch (cause) {
    throw new SystemError(`The embedded PostgreSQL does not answer`, {
      code: 'ETL-RUN-133',
      hint: 'start again; if it stays so, see postgres.log in the home folder.',
      cause,
    });
  } finally {
    await client.end();
  }
  return withDatabase(serverUrl, name);
}
