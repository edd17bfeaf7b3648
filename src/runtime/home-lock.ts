import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigurationError, EtlError } from '../domain/errors.ts';
import { isAlive, readRecord, removeRecord } from './process-files.ts';

const ATTEMPTS = 3;

/** The right to start and stop the embedded servers of one home folder. */
export interface HomeLock {
  release(): void;
}

function lockedBy(path: string): number | undefined {
  const pid = readRecord(path)?.['pid'];
  return typeof pid === 'number' && isAlive(pid) ? pid : undefined;
}

/** The process that runs this home's servers now, if any. */
export function holderOf(home: string): number | undefined {
  return lockedBy(join(home, 'run.lock'));
}

/**
 * Takes the home, or says who has it. A lock whose process is gone is taken over.
 * @throws ConfigurationError ETL-RUN-102, ETL-RUN-103
 */
export function lockHome(home: string): HomeLock {
  const path = join(home, 'run.lock');
  const mine = `${path}.${process.pid}`;
  try {
    mkdirSync(home, { recursive: true });
    writeFileSync(mine, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
    return takeLock(home, path, mine);
  } catch (error) {
    throw error instanceof EtlError ? error : notWritable(path, error);
  } finally {
    removeRecord(mine);
  }
}

/** What a home in which nothing can be written is answered with. */
export function notWritable(path: string, cause: unknown): ConfigurationError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ConfigurationError(`Cannot write ${path}: ${reason}`, {
    code: 'ETL-RUN-103',
    hint: 'see whether the folder can be written to, or set CANDLEWICK_HOME to another one.',
    cause,
  });
}

function takeLock(home: string, path: string, mine: string): HomeLock {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // With its content at once: a lock that is still empty would look like that of a process that is gone.
      linkSync(mine, path);
      return { release: () => removeRecord(path) };
    } catch (error) {
      const pid = lockedBy(path);
      if (pid !== undefined && pid !== process.pid) {
        throw new ConfigurationError(`Another Candlewick runs in ${home}: process ${pid}`, {
          code: 'ETL-RUN-102',
          hint: `use it, end it with \`kill ${pid}\`, or set CANDLEWICK_HOME to another folder.`,
          details: { pid },
        });
      }
      if (attempt === ATTEMPTS) {
        throw error;
      }
      removeRecord(path);
    }
  }
}
