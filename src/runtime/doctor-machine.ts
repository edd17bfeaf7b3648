import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { CALENDAR_HORIZON } from '../calendar/trading-calendar.ts';
import { fromDayNumber, shanghaiDayAt, toDayNumber } from '../domain/trading-day.ts';
import {
  checkCalendar,
  checkDisk,
  checkEnvFile,
  checkGo,
  checkNode,
  checkPackages,
  checkSettings,
  checkWritable,
  type Check,
} from './doctor-rules.ts';

function writeProblem(folder: string): string | undefined {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, '');
    rmSync(probe);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** What can be said without asking any server. */
export function machineChecks({
  home,
  warnings,
}: {
  readonly home: string;
  readonly warnings: readonly string[];
}): readonly Check[] {
  const folder = resolve(home);
  const problem = writeProblem(folder);
  const disk = statfsSync(problem === undefined ? folder : '/');
  const today = toDayNumber(shanghaiDayAt(Date.now()));
  const go = /go(\d[\d.]*)/.exec(
    spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '',
  )?.[1];
  const hasTemporal =
    existsSync(join(folder, 'bin', 'temporal')) ||
    spawnSync('temporal', ['--version'], { stdio: 'ignore' }).status === 0;
  const lastDay = fromDayNumber(CALENDAR_HORIZON.lastDay);
  return [
    checkNode(process.versions.node),
    checkPackages(hasLockedPackages()),
    checkGo(go, !hasTemporal),
    hasTemporal
      ? { name: 'Temporal program', state: 'ok', found: 'on PATH or cached' }
      : {
          name: 'Temporal program',
          state: 'warn',
          found: 'neither on PATH nor cached',
          fix: '`npm start` downloads or builds it; or install the Temporal CLI.',
        },
    checkWritable('home', folder, problem),
    checkDisk(disk.bavail * disk.bsize, folder),
    checkCalendar(CALENDAR_HORIZON.lastDay - today, lastDay),
    checkEnvFile(existsSync('.env') ? statSync('.env').mode : undefined),
    checkSettings(warnings),
    {
      name: 'time zone',
      state: 'ok',
      found: `${Intl.DateTimeFormat().resolvedOptions().timeZone}; days are Shanghai's whatever it is`,
    },
  ];
}

/** npm writes down what it installed; every locked package that is installed must have the locked version. */
function hasLockedPackages(): boolean {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const [locked, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map((file) =>
    versionsIn(join(root, file)),
  );
  // Installed from the registry there is no lockfile of ours to compare with.
  return (
    locked === undefined ||
    installed === undefined ||
    [...installed].every(([name, version]) => locked.get(name) === version)
  );
}

function versionsIn(file: string): ReadonlyMap<string, string> | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const packages: unknown =
    typeof content === 'object' && content !== null && 'packages' in content
      ? content.packages
      : {};
  return new Map(
    Object.entries(packages ?? {}).flatMap(([name, entry]: [string, unknown]) =>
      name !== '' && typeof entry === 'object' && entry !== null && 'version' in entry
        ? [[name, String(entry.version)] as const]
        : [],
    ),
  );
}
