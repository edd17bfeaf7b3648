import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { notWritable } from './home-lock.ts';
import { isAlive, removeRecord } from './process-files.ts';

/** One use of servers that another process of the home runs: it does not stop them as long as this lasts. */
export interface HomeGuest {
  leave(): void;
}

let count = 0;

function folderOf(home: string): string {
  return join(home, 'guests');
}

/** Says that this process works with the servers of this home, until `leave()` or its own end. @throws ConfigurationError ETL-RUN-103 */
export function enterAsGuest(home: string): HomeGuest {
  count += 1;
  const path = join(folderOf(home), `${process.pid}.${count}`);
  try {
    mkdirSync(folderOf(home), { recursive: true });
    writeFileSync(path, '', { mode: 0o600 });
  } catch (cause) {
    throw notWritable(path, cause);
  }
  return { leave: () => removeRecord(path) };
}

/** The other processes that work with this home's servers now; what the dead have left there is cleared. */
export function guestsOf(home: string): readonly number[] {
  const alive = new Set<number>();
  for (const name of namesIn(folderOf(home))) {
    const pid = Number.parseInt(name, 10);
    if (!isAlive(pid)) {
      removeRecord(join(folderOf(home), name));
    } else if (pid !== process.pid) {
      alive.add(pid);
    }
  }
  return [...alive];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
