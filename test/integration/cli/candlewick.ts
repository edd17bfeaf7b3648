import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has said until now. */
  said(): string;
  readonly ended: Promise<Ended>;
}

/** Tests ask no stranger's server: the one live source that needs no setting is not there. */
const NO_LIVE_SOURCE = { ETL_BAOSTOCK_ADDRESS: '127.0.0.1:9' };

type Settings = Readonly<Record<string, string | undefined>>;

/** Of ours only what a test sets, nothing that is meant for the tests; and no coverage, which would slow the start. */
export const CLEARED: Settings = Object.fromEntries(
  [
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'CANDLEWICK_SHARED_DATA',
    'CANDLEWICK_ARTEFACTS',
    'NO_COLOR',
    'FORCE_COLOR',
    'NODE_OPTIONS',
  ].map((name) => [name, undefined]),
);

/** Starts the built `candlewick` as a process of its own. */
export function start(argv: readonly string[], env: Settings = {}, stdin = ''): Running {
  const child = spawn(process.execPath, [MAIN, ...argv], {
    env: { ...process.env, ...CLEARED, ...NO_LIVE_SOURCE, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text.stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text.stderr += part;
  });
  // A command that does not read may have ended before it was written to.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  async function end(): Promise<Ended> {
    await once(child, 'close');
    return { ...text, code: child.exitCode };
  }
  return { child, said: () => text.stderr + text.stdout, ended: end() };
}

export function candlewick(
  argv: readonly string[],
  env: Settings = {},
  stdin = '',
): Promise<Ended> {
  return start(argv, env, stdin).ended;
}

/** The last line of stdout as JSON. */
export function lastJson({ stdout }: Ended): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

export interface Home {
  readonly path: string;
  remove(): void;
}

/** A home folder of its own, made when first asked for, with the Temporal program that this checkout has cached. */
export function temporaryHome(): Home {
  let made: string | undefined;
  return {
    get path() {
      made ??= makeHome();
      return made;
    },
    remove() {
      if (made !== undefined) {
        rmSync(made, { recursive: true, force: true });
      }
    },
  };
}

function makeHome(): string {
  const path = mkdtempSync(join(tmpdir(), 'candlewick-test-home-'));
  // Where PostgreSQL runs as another user it gets through to its data, which then goes with the folder.
  chmodSync(path, 0o711);
  const cache = resolve(process.env['CANDLEWICK_HOME'] ?? '.candlewick', 'bin');
  mkdirSync(join(path, 'bin'));
  symlinkSync(join(cache, 'temporal'), join(path, 'bin', 'temporal'));
  return path;
}

export { MAIN };
