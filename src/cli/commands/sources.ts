import type { Command } from 'commander';

import type { Config } from '../../config/config.ts';
import type { Quota } from '../../sources/capabilities.ts';
import type { SourceReport } from '../../warehouse/source-report.ts';
import type { Warehouse } from '../../warehouse/pool.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import type { Output } from '../output.ts';
import type { Column } from '../table.ts';

interface SourcesOptions {
  readonly demo?: true;
}

const HELP = `
Order: as ETL_SOURCES has it; a job may name its own. State: closed (asked as
usual), open (left alone until a time), half_open (one call is trying),
disabled. Health is the share of about the last twenty calls that were answered.
Calls: taken of those that a minute, an hour or a day allows. All workers share
the state; it survives restarts.`;

/** What the three switches of an operator do. @returns one sentence */
const ACTIONS = {
  reset: {
    description: 'ask a source again at once, whatever its circuit breaker says',
    run: async (warehouse: Warehouse, source: string): Promise<string> => {
      const { resetBreakers } = await import('../../warehouse/source-report.ts');
      const count = await resetBreakers(warehouse, source, `operator:${process.pid}`);
      return `${source}: ${count} circuit ${count === 1 ? 'breaker' : 'breakers'} closed`;
    },
  },
  disable: {
    description: 'ask a source no more, until it is enabled',
    run: async (warehouse: Warehouse, source: string): Promise<string> => {
      const { switchOff } = await import('../../warehouse/source-switches.ts');
      const reason = 'by command';
      const off = { source, endpoint: '*', account: '', disabledBy: 'operator' } as const;
      await switchOff(warehouse, { ...off, code: null, reason });
      return `${source} is disabled; jobs go on with the next source in their order`;
    },
  },
  enable: {
    description: 'ask a source again that was disabled, by a person or for its configuration',
    run: async (warehouse: Warehouse, source: string): Promise<string> => {
      const { switchOn } = await import('../../warehouse/source-switches.ts');
      const lifted = await switchOn(warehouse, source);
      return lifted === 0 ? `${source} was not disabled` : `${source} is enabled`;
    },
  },
} as const;

export function addSourcesCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('sources')
    .description('order, state, quota and health of the sources')
    .option('--demo', 'of the demo database (the simulated market)')
    .addHelpText('after', HELP);
  command.action((options: SourcesOptions) =>
    invoke(command, (invocation) =>
      onWarehouse(invocation, options, async (warehouse, config) => {
        const { reportSources } = await import('../../warehouse/source-report.ts');
        const { sourceAccounts } = await import('../../worker/source-accounts.ts');
        const accountOf = sourceAccounts(config.remoteSources);
        return showSources(await reportSources(warehouse, accountOf), config, invocation.output);
      }),
    ),
  );
  for (const [name, { description, run }] of Object.entries(ACTIONS)) {
    const action = command.command(`${name} <source>`).description(description);
    action
      .option('--demo', 'in the demo database')
      .action((source: string, options: SourcesOptions) =>
        invoke(action, async (invocation) => {
          await checkName(source);
          return onWarehouse(invocation, options, async (warehouse) => {
            const { sourcesBehind } = await import('../../sources/aliases.ts');
            const done: string[] = [];
            for (const one of sourcesBehind(source)) {
              done.push(await run(warehouse, one));
            }
            const said = done.join('\n');
            invocation.output.result({ source, action: name, done: said }, () => said);
            return EXIT.ok;
          });
        }),
      );
  }
}

async function onWarehouse(
  invocation: Invocation,
  { demo }: SourcesOptions,
  work: (warehouse: Warehouse, config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { readConfig, withWarehouse } = await import('../servers.ts');
  const config = await readConfig(invocation);
  return withWarehouse(config, invocation, demo === true ? 'demo' : 'standard', (warehouse) =>
    work(warehouse, config),
  );
}

async function checkName(source: string): Promise<void> {
  const { SOURCE_NAMES } = await import('../../config/source-order.ts');
  if (SOURCE_NAMES.some((name) => name === source)) {
    return;
  }
  const { usageError } = await import('../cli-error.ts');
  const { nearest } = await import('../../config/nearest.ts');
  const meant = nearest(source, SOURCE_NAMES);
  throw usageError(
    `There is no source "${source}"; there are ${SOURCE_NAMES.join(', ')}`,
    meant === undefined ? undefined : `did you mean ${meant}?`,
  );
}

async function showSources(
  reports: readonly SourceReport[],
  config: Config,
  output: Output,
): Promise<ExitCode> {
  const { orderLines, ordersInForce } = await import('../source-order-view.ts');
  const { toSnakeCase } = await import('../format.ts');
  const { renderTable } = await import('../table.ts');
  const { quotasInForce } = await import('../source-quotas.ts');
  const orders = ordersInForce(config);
  const quotas = quotasInForce(config);
  const endpoints = reports.map((one) => ({ ...one, quota: quotas.get(one.source) ?? {} }));
  output.result(toSnakeCase({ orders, endpoints }), () => {
    const table =
      reports.length === 0
        ? 'no source was asked yet'
        : renderTable(endpoints, columnsOf(output), output);
    return `${orderLines(orders)}\n\n${table}`;
  });
  return EXIT.ok;
}

interface EndpointRow extends SourceReport {
  readonly quota: Quota;
}

function columnsOf({ colours }: Output): readonly Column<EndpointRow>[] {
  return [
    { title: 'source', cell: ({ source }) => source },
    { title: 'endpoint', cell: ({ endpoint }) => endpoint },
    {
      title: 'state',
      cell: ({ state }) => (state === 'closed' ? colours.green(state) : colours.red(state)),
    },
    { title: 'health', align: 'right', cell: ({ health }) => health.toFixed(2) },
    { title: 'calls of quota', cell: callsOf },
    { title: 'failed', align: 'right', dropFirst: 1, cell: ({ failed }) => String(failed) },
    { title: 'last trouble', isFlexible: true, cell: troubleOf },
  ];
}

/** `3/150 min`: calls taken of those that a window allows, as the source has named it, or ETL_QUOTA, or the adapter. */
function callsOf(one: EndpointRow): string {
  const { quota, learnt } = one;
  const windows = [
    { unit: 'min', used: one.callsLastMinute, limit: learnt['60'] ?? quota.perMinute },
    { unit: 'h', used: one.callsLastHour, limit: learnt['3600'] ?? quota.perHour },
    { unit: 'd', used: one.callsLastDay, limit: learnt['86400'] ?? quota.perDay },
  ];
  const limited = windows.filter(({ limit }) => limit !== undefined);
  return limited.map(({ unit, used, limit }) => `${used}/${limit} ${unit}`).join(', ');
}

function troubleOf({ disabledReason, openUntil, lastCode, lastMessage }: SourceReport): string {
  if (disabledReason !== null) {
    return disabledReason;
  }
  const until = openUntil === null ? '' : `until ${openUntil.slice(11, 19)} UTC: `;
  return lastCode === null ? '' : `${until}${lastCode} ${lastMessage ?? ''}`;
}
