import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { SystemError } from '../domain/errors.ts';

/** The account under which a server runs; undefined: our own. PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ['candlewick', 'postgres'];
/** Where root keeps what that account must reach when the checkout lies in a folder that it cannot enter. */
const SHARED_ROOT = '/var/lib/candlewick';

function findUser(name: string): ServerUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}

/** Undefined unless we are root. As root: an account that exists, else one that is made. @throws SystemError ETL-RUN-110 */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const present = CANDIDATES.map(findUser).find((user) => user !== undefined);
  if (present !== undefined) {
    return present;
  }
  const made = spawnSync('useradd', [
    '--system',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'candlewick',
  ]);
  const user = made.status === 0 ? findUser('candlewick') : undefined;
  if (user === undefined) {
    throw new SystemError(
      'PostgreSQL does not run as root, and no system user could be made for it',
      {
        code: 'ETL-RUN-110',
        hint: 'run `useradd --system candlewick`, start as an ordinary user, or set DATABASE_URL.',
      },
    );
  }
  return user;
}

/** Whether the account can enter and read a folder. */
function canReach(user: ServerUser, folder: string): boolean {
  const { uid, gid } = user;
  return spawnSync('test', ['-r', folder, '-a', '-x', folder], { uid, gid, cwd: '/' }).status === 0;
}

/** A folder that the server owns: where it was wanted, else one below /var/lib with the same identity. */
export function ownFolder(user: ServerUser | undefined, wanted: string): string {
  if (user === undefined) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  }
  const identity = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  for (const folder of [wanted, join(SHARED_ROOT, identity, basename(wanted))]) {
    mkdirSync(folder, { recursive: true });
    chownSync(folder, user.uid, user.gid);
    if (canReach(user, folder)) {
      return folder;
    }
  }
  throw new SystemError(`No folder for PostgreSQL's data that the user ${user.name} can reach`, {
    code: 'ETL-RUN-111',
    hint: `give it one with CANDLEWICK_HOME, or set DATABASE_URL.`,
  });
}

/** A folder of programs where the account can run them: as installed, else a copy that it can reach. */
export function reachablePrograms(
  user: ServerUser | undefined,
  installed: string,
  version: string,
): string {
  if (user === undefined || canReach(user, installed)) {
    return installed;
  }
  const copy = join(SHARED_ROOT, `programs-${version}`);
  if (!existsSync(join(copy, '.complete'))) {
    cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
    mkdirSync(join(copy, '.complete'), { recursive: true });
  }
  return copy;
}
