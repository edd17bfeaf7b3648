import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigurationError } from '../domain/errors.ts';
import { isAlive, readRecord, removeRecord } from './process-files.ts';

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
 * @throws ConfigurationError ETL-RUN-102
 */
export function lockHome(home: string): HomeLock {
  mkdirSync(home, { recursive: true });
  const path = join(home, 'run.lock');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, JSON.stringify({ pid: process.pid }));
      closeSync(file);
      return { release: () => removeRecord(path) };
    } catch {
      const pid = lockedBy(path);
      if (pid !== undefined && pid !== process.pid) {
        throw new ConfigurationError(`Another Candlewick runs in ${home}: process ${pid}`, {
          code: 'ETL-RUN-102',
          hint: `use it, end it with \`kill ${pid}\`, or set CANDLEWICK_HOME to another folder.`,
          details: { pid },
        });
      }
      removeRecord(path);
    }
  }
  throw new ConfigurationError(`Cannot take the lock ${path}`, {
    code: 'ETL-RUN-103',
    hint: 'see whether the folder can be written to.',
  });
}
