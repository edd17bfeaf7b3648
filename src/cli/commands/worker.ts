import type { Command } from 'commander';

import { TASK_QUEUES, type TaskQueue } from '../../domain/task-queues.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { list } from '../option-parsers.ts';

interface WorkerOptions {
  readonly queues?: readonly string[];
  readonly demo?: true;
}

const HELP = `
SIGTERM or Ctrl-C ends it in order: no new work is taken, and what runs is
given 20 s to end.`;

export function addWorkerCommand(program: Command, invoke: Invoke): void {
  const command = program.command('worker').description('do the work of jobs, until stopped');
  command
    .option('--queues <list>', `task queues (default: ${TASK_QUEUES.join(',')})`, list)
    .option('--demo', 'on the embedded demo database (the simulated market)')
    .addHelpText('after', HELP)
    .action((options: WorkerOptions) =>
      invoke(command, async (invocation) => {
        const queues = await checkQueues(options.queues ?? TASK_QUEUES);
        return runWorker(queues, options.demo === true ? 'demo' : 'standard', invocation);
      }),
    );
}

async function checkQueues(given: readonly string[]): Promise<readonly TaskQueue[]> {
  const queues = TASK_QUEUES.filter((queue) => given.includes(queue));
  const unknown = given.filter((name) => !TASK_QUEUES.some((queue) => queue === name));
  if (unknown.length > 0) {
    const { usageError } = await import('../cli-error.ts');
    const { nearest } = await import('../../config/nearest.ts');
    const meant = nearest(unknown[0] ?? '', TASK_QUEUES);
    throw usageError(
      `--queues: got ${unknown.map((name) => `"${name}"`).join(', ')}; expected names out of ${TASK_QUEUES.join(', ')}`,
      meant === undefined ? undefined : `did you mean ${meant}?`,
    );
  }
  return queues;
}

async function runWorker(
  queues: readonly TaskQueue[],
  database: 'standard' | 'demo',
  invocation: Invocation,
): Promise<ExitCode> {
  const { output, signal } = invocation;
  const { databaseOf, openServers, readConfig } = await import('../servers.ts');
  const { createProcessLogger } = await import('../process-logger.ts');
  const { prepareDatabase } = await import('../prepare-database.ts');
  const { interrupted } = await import('../signals.ts');
  const config = await readConfig(invocation);
  const stack = await openServers(config, invocation, {
    postgres: true,
    temporal: true,
    database,
  });
  try {
    const databaseUrl = databaseOf(stack);
    await prepareDatabase(databaseUrl, database, config, output);
    const { startWorker } = await import('../../worker.ts');
    const logger = await createProcessLogger(config, output);
    const { temporalAddress, namespace } = stack;
    const worker = await startWorker({
      config,
      databaseUrl,
      temporalAddress,
      namespace,
      queues,
      logger,
    });
    logger.info('Worker started', { queues, namespace, temporalAddress, pid: process.pid });
    try {
      await Promise.race([worker.ended, interrupted(signal)]);
    } finally {
      await worker.stop();
    }
    logger.info('Worker stopped');
    return EXIT.ok;
  } finally {
    await stack.close();
  }
}
