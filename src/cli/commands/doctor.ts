import type { Command } from 'commander';

import type { Config } from '../../config/config.ts';
import type { Check } from '../../runtime/doctor.ts';
import type { Stack } from '../../runtime/stack.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import type { Output } from '../output.ts';
import type { ServerNeeds } from '../servers.ts';

const HELP = `
Servers that are not configured and do not run are started for the checks, and
stopped again; nothing is downloaded. The exit code is 1 if any check fails;
warnings do not count.`;

export function addDoctorCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('doctor')
    .description('check every prerequisite and say what to do')
    .addHelpText('after', HELP);
  command.action(() =>
    invoke(command, async (invocation) => {
      const { readConfig } = await import('../servers.ts');
      const config = await readConfig(invocation);
      const checks = await examine(config, invocation);
      const text = await renderChecks(checks, invocation.output);
      invocation.output.result(checks, () => text);
      return checks.some(({ state }) => state === 'fail') ? EXIT.failed : EXIT.ok;
    }),
  );
}

async function examine(config: Config, invocation: Invocation): Promise<readonly Check[]> {
  const { runDoctor } = await import('../../runtime/doctor.ts');
  const postgres = await tryServers(config, invocation, { postgres: true, temporal: false });
  const temporal = (await canHaveTemporal(config))
    ? await tryServers(config, invocation, { postgres: false, temporal: true })
    : undefined;
  try {
    if (postgres?.databaseUrl !== undefined && config.databaseUrl === undefined) {
      const { prepareDatabase } = await import('../prepare-database.ts');
      await prepareDatabase(postgres.databaseUrl, 'standard', config, invocation.output);
    }
    return await runDoctor({
      ...config,
      databaseUrl: postgres?.databaseUrl,
      temporalAddress: temporal?.temporalAddress,
      namespace: config.temporalNamespace,
    });
  } finally {
    await temporal?.close();
    await postgres?.close();
  }
}

/** What cannot be started is a finding, not a failure of the doctor. */
async function tryServers(
  config: Config,
  invocation: Invocation,
  needs: ServerNeeds,
): Promise<Stack | undefined> {
  const { openServers } = await import('../servers.ts');
  const { failureOf } = await import('../failure.ts');
  try {
    return await openServers(config, invocation, needs);
  } catch (error) {
    invocation.signal.throwIfAborted();
    const { code, message, hint } = failureOf(error);
    invocation.output.warn(`${code} ${message}${hint === undefined ? '' : ` Try: ${hint}`}`);
    return undefined;
  }
}

/** A server that would have to be downloaded or built first is not worth minutes of a check. */
async function canHaveTemporal(config: Config): Promise<boolean> {
  const { existsSync } = await import('node:fs');
  const { spawnSync } = await import('node:child_process');
  const { temporalPlace } = await import('../servers.ts');
  return (
    (await temporalPlace(config)).address !== undefined ||
    existsSync(`${config.home}/bin/temporal`) ||
    spawnSync('temporal', ['--version'], { stdio: 'ignore' }).status === 0
  );
}

async function renderChecks(checks: readonly Check[], output: Output): Promise<string> {
  const { renderTable } = await import('../table.ts');
  const { colours } = output;
  const paint = { ok: colours.green, warn: colours.yellow, fail: colours.red };
  const table = renderTable(
    checks,
    [
      { title: 'check', cell: ({ name }) => name },
      { title: '', cell: ({ state }) => paint[state](state) },
      {
        title: 'found',
        isFlexible: true,
        cell: ({ found, fix }) => (fix === undefined ? found : `${found}; ${fix}`),
      },
    ],
    output,
  );
  const bad = checks.filter(({ state }) => state === 'fail').length;
  const doubtful = checks.filter(({ state }) => state === 'warn').length;
  return `${table}\n\n${checks.length} checks: ${bad} failed, ${doubtful} warnings`;
}
