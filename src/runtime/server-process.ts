import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { SystemError } from '../domain/errors.ts';
import { isAlive } from './process-files.ts';
import type { ServerUser } from './server-user.ts';

export interface ServerCommand {
  /** As a person calls it: "PostgreSQL". */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly user: ServerUser | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

const LOG_TAIL = 5;
const POLL_MS = 50;
const ABORT_GRACE_MS = 5000;

/** The last lines of a server's log, in one line. */
function tailOf(logFile: string): string {
  try {
    const lines = readFileSync(logFile, 'utf8').trim().split('\n');
    return lines.slice(-LOG_TAIL).join(' | ').slice(-600);
  } catch {
    return 'no log';
  }
}

/** Starts a server in a process group of its own, so that a Ctrl-C for us is none for it: we stop it in order. */
export function spawnServer(command: ServerCommand): ChildProcess {
  mkdirSync(dirname(command.logFile), { recursive: true });
  const log = openSync(command.logFile, 'a', 0o600);
  try {
    return spawn(command.program, command.args, {
      detached: true,
      cwd: '/',
      stdio: ['ignore', log, log],
      env: { ...process.env, ...command.env },
      ...(command.user === undefined ? {} : { uid: command.user.uid, gid: command.user.gid }),
    });
  } finally {
    closeSync(log);
  }
}

export interface ReadyCheck {
  readonly command: ServerCommand;
  readonly child: ChildProcess;
  readonly timeoutMs: number;
  /** Resolves to true once the server answers. */
  readonly answers: () => Promise<boolean>;
  readonly signal: AbortSignal | undefined;
}

/** Waits until a server answers. @throws SystemError ETL-RUN-130 with the end of its log where it does not. */
export async function untilReady({
  command,
  child,
  timeoutMs,
  answers,
  signal,
}: ReadyCheck): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const state: { error?: Error } = {};
  child.once('error', (error) => {
    state.error = error;
  });
  for (;;) {
    if (signal?.aborted === true) {
      // Nobody would know of it: a second server on the same data must never be started beside it.
      if (child.pid !== undefined) {
        await endProcess(child.pid, 'SIGINT', ABORT_GRACE_MS);
      }
      signal.throwIfAborted();
    }
    const hasAnswered = await answers();
    // After the answer: where another server holds the port, that one answers, and ours has ended.
    const hasEnded =
      child.exitCode !== null || child.signalCode !== null || state.error !== undefined;
    if (hasAnswered && !hasEnded) {
      child.unref();
      return;
    }
    if (hasEnded || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new SystemError(
        `${command.name} did not start: ${state.error?.message ?? tailOf(command.logFile)}`,
        {
          code: 'ETL-RUN-130',
          hint: `read ${command.logFile}; \`candlewick doctor\` checks disk, ports and rights.`,
          cause: state.error,
        },
      );
    }
    await wait(POLL_MS);
  }
}

/** Ends a process with `signal` and waits; after `graceMs` it is killed. */
export async function endProcess(
  pid: number,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  const deadline = Date.now() + graceMs;
  try {
    process.kill(pid, signal);
    while (isAlive(pid)) {
      if (Date.now() > deadline) {
        process.kill(pid, 'SIGKILL');
      }
      await wait(POLL_MS);
    }
  } catch {
    // The process has ended between two looks at it: that is what was wanted.
  }
}
