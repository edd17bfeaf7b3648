import type { Command } from 'commander';

import type { Config } from '../../config/config.ts';
import type { HealthReport } from '../../domain/health.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import type { Output } from '../output.ts';

const EXIT_OF: Readonly<Record<HealthReport['status'], ExitCode>> = {
  ok: EXIT.ok,
  degraded: EXIT.partial,
  down: EXIT.unreachable,
};

const HELP = `
Exit codes: 0 well, 5 something to look at, 6 the database or Temporal is down.
Workers answer the same at /health/ready: CANDLEWICK_HTTP_PORT.`;

export function addHealthCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('health')
    .description('database, Temporal, queues, sources and the last session')
    .addHelpText('after', HELP);
  command.action(() =>
    invoke(command, async (invocation) => {
      const { readConfig } = await import('../servers.ts');
      const { toSnakeCase } = await import('../format.ts');
      const config = await readConfig(invocation);
      const report = await look(config);
      const text = await renderHealth(report, invocation.output);
      invocation.output.result(toSnakeCase(report), () => text);
      return EXIT_OF[report.status];
    }),
  );
}

/** Starts nothing: a server that is not there is what a health check has to say. */
async function look(config: Config): Promise<HealthReport> {
  const { temporalPlace } = await import('../servers.ts');
  const { runningDatabaseUrl } = await import('../../runtime/stack.ts');
  const { connectTemporal } = await import('../../client/connection.ts');
  const { openWarehouse } = await import('../../warehouse/pool.ts');
  const { createHealthProbes } = await import('../../worker/health-probes.ts');
  const { checkHealth } = await import('../../observability/health.ts');
  const databaseUrl = config.databaseUrl?.reveal() ?? runningDatabaseUrl(config.home);
  const { address } = await temporalPlace(config);
  const warehouse = openWarehouse({
    connectionString: databaseUrl ?? `postgres://127.0.0.1:${config.pgPort}/candlewick`,
    applicationName: 'candlewick health',
    allowPlaintext: config.allowPlaintext,
  });
  try {
    const probes = createHealthProbes({
      warehouse,
      queuePrefix: config.queuePrefix,
      remoteSources: config.remoteSources,
      temporal: () =>
        connectTemporal({
          namespace: config.temporalNamespace,
          timeoutMs: 3000,
          ...(address === undefined ? {} : { address }),
        }),
    });
    return await checkHealth(probes, Date.now());
  } finally {
    await warehouse.close();
  }
}

async function renderHealth(report: HealthReport, output: Output): Promise<string> {
  const { renderFacts } = await import('../table.ts');
  const { colours } = output;
  const { status, database, temporal, data, sources, problems } = report;
  const paint = { ok: colours.green, degraded: colours.yellow, down: colours.red }[status];
  const queues = temporal.status === 'ok' ? temporal.queues : [];
  const facts: readonly (readonly [string, string])[] = [
    ['health', paint(status)],
    ['database', database.status === 'ok' ? `${database.latencyMs} ms` : database.error],
    [
      'Temporal',
      temporal.status === 'ok'
        ? `${temporal.latencyMs} ms, ${temporal.activeJobs} jobs run`
        : temporal.error,
    ],
    ...queues.map(
      ({ queue, pollers, ...waiting }) =>
        [
          queue,
          `${waiting.workflowTasks + waiting.activityTasks} tasks wait, ${pollers} workers`,
        ] as const,
    ),
    ...sources.map(
      ({ source, endpoint, state, health }) =>
        [source, `${endpoint}: ${state}, ${Math.round(health * 100)} % answered`] as const,
    ),
    [
      'last session',
      data?.lastSession === undefined
        ? 'none is owed'
        : `${data.lastSession}: ${data.expected - data.missing} of ${data.expected} bars`,
    ],
    ...problems.map((problem) => ['problem', colours.yellow(problem)] as const),
  ];
  return renderFacts(facts, output);
}
