import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Connection } from '@temporalio/client';

import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { choosePort, LOOPBACK, startOnFreePort } from './ports.ts';
import { isAlive, readRecord, removeRecord, writeRecord } from './process-files.ts';
import { endProcess, spawnServer, untilReady } from './server-process.ts';
import { findTemporal, type TemporalProgram } from './temporal-program.ts';

export interface TemporalOptions {
  /** Where its database, log and program are kept. */
  readonly folder: string;
  readonly cache: string;
  readonly port?: { readonly number: number; readonly setting: string };
  readonly uiPort?: { readonly number: number; readonly setting: string };
  /** false: nothing survives a restart, and there is no Web UI; for tests and proofs. */
  readonly isLasting?: boolean;
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface RunningTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | undefined;
  readonly pid: number;
  readonly adopted: boolean;
  /** How the program was come by. */
  readonly how: string;
  stop(): Promise<void>;
}

const DEFAULT_PORT = 7233;
const DEFAULT_UI_PORT = 8233;
const NAMESPACE = 'default';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const ADOPT_TIMEOUT_MS = 5000;

/** The types of search attributes as the server's command line calls them. The worker registers them too, on servers that are not ours. */
const TYPE_WORDS = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', DOUBLE: 'Double' } as const;
/** A write-ahead log: one flush to disk a transaction in place of three. Still, none is lost with the machine's power. */
const DATABASE_SETTINGS = ['journal_mode=WAL', 'synchronous=FULL'];
/** Eager activities halve the dispatch latency; the new matcher and fairness make priorities count. */
const DYNAMIC_CONFIG = [
  'system.enableActivityEagerExecution=true',
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
  // Its one shard looks for new tasks 20 times a second by default: 50 ms for each step of a workflow.
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
  'history.visibilityProcessorMaxPollRPS=1000',
  'frontend.WorkerHeartbeatsEnabled=true',
  'frontend.ListWorkersEnabled=true',
];

interface ServerRecord {
  readonly pid: number;
  readonly port: number;
  readonly uiPort: number | undefined;
}

/** Starts Temporal's development server on loopback, with a database file: workflows survive a restart. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const recordFile = join(options.folder, 'temporal.json');
  const left = await adopt(recordFile);
  if (left !== undefined) {
    options.onProgress?.(`Temporal: found running on port ${left.port}`);
    return describe(left, recordFile, { adopted: true, how: 'left running by a former run' });
  }
  const program = await findTemporal(options);
  return startOnFreePort(() => launch(options, program, recordFile));
}

async function launch(
  options: TemporalOptions,
  program: TemporalProgram,
  recordFile: string,
): Promise<RunningTemporal> {
  const port = await choosePort({
    purpose: 'Temporal',
    preferred: options.port?.number ?? DEFAULT_PORT,
    setting: options.port?.setting,
  });
  const uiPort =
    options.isLasting === false ? undefined : await chooseUiPort(options, new Set([port]));
  options.onProgress?.(`Temporal: starting on port ${port} (${program.how})`);
  const command = {
    name: 'Temporal',
    program: program.path,
    args: argumentsOf(options, port, uiPort),
    logFile: join(options.folder, 'temporal.log'),
    user: undefined,
    // Short-lived: it may take more memory and collect it less often.
    ...(options.isLasting === false ? { env: { GOGC: '400' } } : {}),
  };
  const child = spawnServer(command);
  // Before it answers: a run that is killed while it waits leaves a server that the next one can find.
  const record = { pid: child.pid ?? 0, port, uiPort };
  if (record.pid > 0) {
    writeRecord(recordFile, record);
  }
  await untilReady({
    command,
    child,
    timeoutMs: START_TIMEOUT_MS,
    answers: () => answers(port),
    signal: options.signal,
  });
  return describe(record, recordFile, { adopted: false, how: program.how });
}

async function chooseUiPort(options: TemporalOptions, taken: ReadonlySet<number>): Promise<number> {
  const preferred = options.uiPort?.number ?? DEFAULT_UI_PORT;
  return choosePort(
    { purpose: "Temporal's Web UI", preferred, setting: options.uiPort?.setting },
    taken,
  );
}

function argumentsOf(options: TemporalOptions, port: number, uiPort: number | undefined): string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    LOOPBACK,
    '--port',
    String(port),
    '--log-level',
    'error',
    ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', LOOPBACK, '--ui-port', String(uiPort)]),
    ...(options.isLasting === false ? [] : databaseArguments(options.folder)),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${TYPE_WORDS[type]}`,
    ]),
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

function databaseArguments(folder: string): string[] {
  const settings = DATABASE_SETTINGS.flatMap((setting) => ['--sqlite-pragma', setting]);
  return ['--db-filename', join(folder, 'temporal.db'), ...settings];
}

function describe(
  { pid, port, uiPort }: ServerRecord,
  recordFile: string,
  { adopted, how }: { adopted: boolean; how: string },
): RunningTemporal {
  return {
    address: `${LOOPBACK}:${port}`,
    namespace: NAMESPACE,
    uiUrl: uiPort === undefined ? undefined : `http://${LOOPBACK}:${uiPort}`,
    pid,
    adopted,
    how,
    async stop() {
      await endProcess(pid, 'SIGTERM', STOP_TIMEOUT_MS);
      removeRecord(recordFile);
    },
  };
}

async function adopt(recordFile: string): Promise<ServerRecord | undefined> {
  const { pid, port, uiPort } = readRecord(recordFile) ?? {};
  if (typeof pid !== 'number' || typeof port !== 'number' || !isAlive(pid)) {
    return undefined;
  }
  // Alive, yet silent: it may have been started a moment ago.
  const deadline = Date.now() + ADOPT_TIMEOUT_MS;
  while (isAlive(pid) && Date.now() < deadline) {
    if (await answers(port)) {
      return { pid, port, uiPort: typeof uiPort === 'number' ? uiPort : undefined };
    }
    await wait(200);
  }
  return undefined;
}

/** Whether the server answers and its namespace is there. */
async function answers(port: number): Promise<boolean> {
  try {
    const connection = await Connection.connect({
      address: `${LOOPBACK}:${port}`,
      connectTimeout: 1000,
    });
    try {
      await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
