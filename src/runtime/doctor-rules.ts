/** The rules of `candlewick doctor`: pure, each from what was found to what it means and what to do. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do; only where something is to be done. */
  readonly fix?: string;
}

function ok(name: string, found: string): Check {
  return { name, state: 'ok', found };
}

function numbersOf(version: string): readonly number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}

/** Negative: `left` is older. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let part = 0; part < Math.max(a.length, b.length); part += 1) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

export function checkNode(version: string): Check {
  const name = 'Node.js';
  if (compareVersions(version, '20.19') < 0) {
    return {
      name,
      state: 'fail',
      found: version,
      fix: 'install Node.js 20.19 or later; 22 or 24 is better.',
    };
  }
  return compareVersions(version, '22') < 0
    ? {
        name,
        state: 'warn',
        found: `${version}, past the end of its support`,
        fix: 'move to Node.js 22 or 24 when you can.',
      }
    : ok(name, version);
}

const GIB = 1024 ** 3;

export function checkDisk(freeBytes: number, folder: string): Check {
  const found = `${(freeBytes / GIB).toFixed(1)} GiB free in ${folder}`;
  if (freeBytes < 0.3 * GIB) {
    return {
      name: 'disk',
      state: 'fail',
      found,
      fix: 'free some, or set CANDLEWICK_HOME to a folder on another disk.',
    };
  }
  return freeBytes < 2 * GIB
    ? { name: 'disk', state: 'warn', found, fix: 'a year of the whole market takes about 1 GiB.' }
    : ok('disk', found);
}

export function checkWritable(name: string, place: string, problem: string | undefined): Check {
  return problem === undefined
    ? ok(name, `${place} can be written to`)
    : {
        name,
        state: 'fail',
        found: `${place}: ${problem}`,
        fix: `give this user the right to write to ${place}.`,
      };
}

export function checkPostgresVersion(version: string): Check {
  return compareVersions(version, '14') < 0
    ? {
        name: 'PostgreSQL version',
        state: 'fail',
        found: version,
        fix: 'use PostgreSQL 14 or later.',
      }
    : ok('PostgreSQL version', version);
}

export interface MigrationFacts {
  readonly applied: number;
  readonly pending: number;
  readonly purpose: string | undefined;
}

export function checkMigrations({ applied, pending, purpose }: MigrationFacts): Check {
  const found = `${applied} applied, ${pending} pending${purpose === undefined ? '' : `; made for ${purpose} data`}`;
  return pending === 0
    ? ok('schema', found)
    : { name: 'schema', state: 'fail', found, fix: 'run `candlewick db migrate`.' };
}

/** Seconds by which our clock and the database's may differ. */
const MAX_SKEW_S = 5;

export function checkClock(skewSeconds: number): Check {
  const found = `${Math.abs(skewSeconds).toFixed(1)} s apart from the database's`;
  return Math.abs(skewSeconds) > MAX_SKEW_S
    ? { name: 'clock', state: 'warn', found, fix: 'let NTP set both clocks.' }
    : ok('clock', found);
}

/**
 * Versions with published holes: below 1.29.5 (CVE-2026-5199, CVE-2025-14986) and 1.30.0 to 1.30.2. On loopback only this
 * machine's users can use them.
 */
export function checkTemporalVersion(version: string, isLoopback: boolean): Check {
  const isHoled =
    compareVersions(version, '1.29.5') < 0 ||
    (compareVersions(version, '1.30.0') >= 0 && compareVersions(version, '1.30.3') < 0);
  if (!isHoled) {
    return ok('Temporal version', version);
  }
  return isLoopback
    ? ok(
        'Temporal version',
        `${version}; it has published security holes, and listens on loopback only`,
      )
    : {
        name: 'Temporal version',
        state: 'warn',
        found: `${version} has published security holes (CVE-2026-5199, CVE-2025-14986)`,
        fix: 'upgrade the server to 1.29.5, 1.30.3 or later.',
      };
}

export function checkSearchAttributes(missing: readonly string[]): Check {
  return missing.length === 0
    ? ok('search attributes', 'all registered')
    : {
        name: 'search attributes',
        state: 'warn',
        found: `missing: ${missing.join(', ')}`,
        fix: 'start a worker once: it registers them.',
      };
}

export interface QueueFacts {
  readonly queue: string;
  readonly pollers: number;
  readonly backlog: number;
}

export function checkQueue({ queue, pollers, backlog }: QueueFacts): Check {
  const name = `queue ${queue}`;
  const found = `${pollers} workers, ${backlog} tasks waiting`;
  if (pollers > 0) {
    return ok(name, found);
  }
  const fix = `start one: \`candlewick worker --queues ${queue}\`.`;
  return { name, state: backlog > 0 ? 'fail' : 'warn', found, fix };
}

/** Days before the calendar ends from which on it is a worry. */
const HORIZON_WARNING_DAYS = 60;

export function checkCalendar(daysLeft: number, lastDay: string): Check {
  const found =
    daysLeft < 0
      ? `ended on ${lastDay}, ${-daysLeft} days ago`
      : `known to ${lastDay}, ${daysLeft} days from today`;
  const fix =
    'upgrade Candlewick: the exchanges publish the sessions of a year in the December before.';
  if (daysLeft < 7) {
    return { name: 'trading calendar', state: 'fail', found, fix };
  }
  return daysLeft < HORIZON_WARNING_DAYS
    ? { name: 'trading calendar', state: 'warn', found, fix }
    : ok('trading calendar', found);
}

/** `mode`: the permission bits of `.env`; undefined where there is no such file. */
export function checkEnvFile(mode: number | undefined): Check {
  if (mode === undefined) {
    return ok('.env', 'none');
  }
  return (mode & 0o077) === 0
    ? ok('.env', 'readable by its owner only')
    : {
        name: '.env',
        state: 'warn',
        found: 'readable by other users of this machine',
        fix: 'run `chmod 600 .env`.',
      };
}

export function checkSettings(warnings: readonly string[]): Check {
  return warnings.length === 0
    ? ok('settings', 'all known')
    : {
        name: 'settings',
        state: 'warn',
        found: warnings.join('; '),
        fix: 'see `candlewick config explain`.',
      };
}

export function checkGo(version: string | undefined, isNeeded: boolean): Check {
  const isEnough = version !== undefined && compareVersions(version, '1.24') >= 0;
  if (isEnough || !isNeeded) {
    return ok('Go', version === undefined ? 'none, and not needed' : version);
  }
  return {
    name: 'Go',
    state: 'warn',
    found: version === undefined ? 'none' : `${version} is older than 1.24`,
    fix: 'install Go 1.24 or later, or the Temporal CLI: where the server cannot be downloaded it is built.',
  };
}

export function checkPackages(isInSync: boolean): Check {
  return isInSync
    ? ok('packages', 'as in package-lock.json')
    : {
        name: 'packages',
        state: 'warn',
        found: 'not those of package-lock.json',
        fix: 'run `npm ci --ignore-scripts`.',
      };
}
