import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { TestWorkflowEnvironment } from '@temporalio/testing';

import { SystemError } from '../domain/errors.ts';
import { isAlive, readRecord, removeRecord, writeRecord } from './process-files.ts';

/** The last release whose module can be built by `go install`: later ones carry a `replace`, which it refuses. */
const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const RELEASE = 'v1.5.1';
const DOWNLOAD_TIMEOUT_MS = 20_000;
const PROGRAM = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export interface TemporalProgram {
  readonly path: string;
  /** How it was come by, for people. */
  readonly how: string;
}

export interface FindOptions {
  /** Where a program is kept between runs. */
  readonly cache: string;
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * A `temporal` program: on PATH, else the cached one, else downloaded by the SDK, else built by Go.
 * @throws SystemError ETL-RUN-140 that names every way, where none works.
 */
export async function findTemporal(wanted: FindOptions): Promise<TemporalProgram> {
  // The server is started in a folder of its own, from which a relative path leads elsewhere.
  const options = { ...wanted, cache: resolve(wanted.cache) };
  const cached = join(options.cache, PROGRAM);
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => resolve(folder, PROGRAM))
    .find((path) => existsSync(path));
  if (onPath !== undefined) {
    return { path: onPath, how: `on PATH (${onPath})` };
  }
  if (existsSync(cached)) {
    return { path: cached, how: `cached (${cached})` };
  }
  mkdirSync(options.cache, { recursive: true });
  const failures: string[] = [];
  for (const [how, get] of [
    ['downloaded', download],
    ['built with Go', build],
  ] as const) {
    const failure = await get(options, cached);
    if (failure === undefined) {
      return { path: cached, how };
    }
    failures.push(failure);
  }
  throw new SystemError(`No Temporal server: none on PATH, none cached; ${failures.join('; ')}`, {
    code: 'ETL-RUN-140',
    hint: 'install the Temporal CLI (https://docs.temporal.io/cli), or Go 1.24 or later, or set TEMPORAL_ADDRESS to a server of yours.',
  });
}

/** The SDK's own download, given up after a while: without a network it should not hold anybody up. */
async function download(options: FindOptions, cached: string): Promise<string | undefined> {
  options.onProgress?.('Temporal: downloading the server');
  const folder = join(options.cache, 'download');
  mkdirSync(folder, { recursive: true });
  const executable = { type: 'cached-download', version: RELEASE, downloadDir: folder } as const;
  const started = TestWorkflowEnvironment.createLocal({ server: { executable } }).then((env) =>
    env.teardown(),
  );
  started.catch(() => undefined);
  try {
    await Promise.race([
      started,
      wait(DOWNLOAD_TIMEOUT_MS, undefined, { ref: false }).then(() => {
        throw new Error('timed out');
      }),
    ]);
    const file = readdirSync(folder).find((name) => name.startsWith('temporal'));
    if (file === undefined) {
      return 'the download left no file';
    }
    renameSync(join(folder, file), cached);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `download failed (${reason.split('\n')[0]?.slice(0, 120)})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const BUILD_LOCK = 'build.lock';
const BUILD_POLL_MS = 1000;
const BUILD_SAY_MS = 15_000;

/** Builds it from the Go module proxy, once, while any other process that wants it waits. */
async function build(options: FindOptions, cached: string): Promise<string | undefined> {
  const version = /go1\.(\d+)/.exec(
    spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '',
  )?.[1];
  if (version === undefined || Number(version) < 24) {
    return `Go 1.24 or later is not installed${version === undefined ? '' : ` (found 1.${version})`}`;
  }
  const lock = join(options.cache, BUILD_LOCK);
  const other = readRecord(lock)?.['pid'];
  if (typeof other === 'number' && isAlive(other)) {
    options.onProgress?.(`Temporal: process ${other} is building the server; waiting`);
    while (isAlive(other) && !existsSync(cached)) {
      options.signal?.throwIfAborted();
      await wait(BUILD_POLL_MS);
    }
    return existsSync(cached) ? undefined : 'the build of another process failed';
  }
  writeRecord(lock, { pid: process.pid });
  try {
    return await goInstall(options, cached);
  } finally {
    removeRecord(lock);
  }
}

async function goInstall(options: FindOptions, cached: string): Promise<string | undefined> {
  const started = Date.now();
  options.onProgress?.(
    'Temporal: building the server with Go, once (about 4 minutes on two cores)',
  );
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    options.onProgress?.(`Temporal: still building (${seconds} s)`);
  }, BUILD_SAY_MS);
  const folder = join(options.cache, `build-${process.pid}`);
  const child = spawn('go', ['install', MODULE], {
    env: { ...process.env, CGO_ENABLED: '0', GOBIN: folder, GOFLAGS: '-trimpath' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  let lastLine = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastLine = text.trim().split('\n').at(-1) ?? lastLine;
  });
  try {
    const code = await new Promise<number | null>((done, reject) => {
      child.once('error', reject);
      child.once('close', done);
    });
    if (code !== 0) {
      return `go install failed (${lastLine.slice(0, 200)})`;
    }
    renameSync(join(folder, PROGRAM), cached);
    options.onProgress?.(`Temporal: built in ${Math.round((Date.now() - started) / 1000)} s`);
    return undefined;
  } catch (error) {
    options.signal?.throwIfAborted();
    return `go install failed (${String(error)})`;
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}
