import type { Command } from 'commander';

import type { JobClient, JobSummary } from '../../client/job-client.ts';
import type { Config } from '../../config/config.ts';
import { queueName, TASK_QUEUES, type TaskQueue } from '../../domain/task-queues.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import type { Output } from '../output.ts';

interface Status {
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly uiUrl: string | undefined;
  readonly database: string;
  readonly queues: readonly { readonly queue: TaskQueue; readonly workers: readonly string[] }[];
  readonly activeJobs: readonly JobSummary[];
}

export function addStatusCommand(program: Command, invoke: Invoke): void {
  const command = program.command('status').description('servers, workers and running jobs');
  command.action(() =>
    invoke(command, async (invocation) => {
      const { readConfig, withClient } = await import('../servers.ts');
      const config = await readConfig(invocation);
      const status = await withClient(config, (client) => readStatus(client, config));
      const { toSnakeCase } = await import('../format.ts');
      const text = await renderStatus(status, invocation.output);
      invocation.output.result(toSnakeCase(status), () => text);
      return EXIT.ok;
    }),
  );
}

async function readStatus(client: JobClient, config: Config): Promise<Status> {
  const { pollersOf } = await import('../task-queue-pollers.ts');
  const { temporalPlace } = await import('../servers.ts');
  const { connectSettings } = await import('../../client/connection.ts');
  const { readRunningStack } = await import('../../runtime/stack.ts');
  const { address, uiUrl } = await temporalPlace(config);
  const [activeJobs, ...workers] = await Promise.all([
    client.getActiveJobs(),
    ...TASK_QUEUES.map((queue) => pollersOf(client, queueName(queue, config.queuePrefix))),
  ]);
  const isEmbeddedUp = readRunningStack(config.home)?.postgresUrl !== undefined;
  return {
    temporalAddress: address ?? connectSettings({}).address,
    namespace: config.temporalNamespace,
    uiUrl,
    database:
      config.databaseUrl?.shown ??
      `embedded${isEmbeddedUp ? '' : ', not running'} (${config.home})`,
    queues: TASK_QUEUES.map((queue, index) => ({ queue, workers: workers[index] ?? [] })),
    activeJobs,
  };
}

function countOf({ length }: readonly string[]): string {
  return length === 1 ? '1 worker' : `${length} workers`;
}

async function renderStatus(status: Status, output: Output): Promise<string> {
  const { renderFacts } = await import('../table.ts');
  const { renderJobs } = await import('../job-view.ts');
  const { colours } = output;
  const servers = renderFacts(
    [
      ['Temporal', `${status.temporalAddress}, namespace ${status.namespace}`],
      ['Web UI', status.uiUrl ?? '–'],
      ['database', status.database],
      ...status.queues.map(
        ({ queue, workers }) =>
          [
            queue,
            workers.length === 0
              ? colours.yellow('no worker')
              : `${colours.green(countOf(workers))}: ${workers.join(', ')}`,
          ] as const,
      ),
    ],
    output,
  );
  const jobs =
    status.activeJobs.length === 0 ? 'no job is running' : renderJobs(status.activeJobs, output);
  return `${servers}\n\n${jobs}`;
}
