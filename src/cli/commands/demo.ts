import type { Command } from 'commander';

import type { JobClient, JobHandle } from '../../client/job-client.ts';
import type { Config } from '../../config/config.ts';
import { queueName, TASK_QUEUES } from '../../domain/task-queues.ts';
import type { EtlMetrics } from '../../domain/job.ts';
import type { Stack } from '../../runtime/stack.ts';
import { exitCodeOfJob, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { addJobOptions, type JobOptions } from '../job-options.ts';
import type { DemoPlan } from '../plan-demo.ts';

interface DemoOptions extends JobOptions {
  readonly once?: true;
}

/** A running demo: everything that its job needs. */
interface Demo {
  readonly plan: DemoPlan;
  readonly stack: Stack;
  readonly databaseUrl: string;
  readonly queuePrefix: string;
  readonly isAlone: boolean;
}

const HELP = `
Starts PostgreSQL, Temporal with its Web UI and a worker (or uses those of
DATABASE_URL and TEMPORAL_ADDRESS), registers the schedules, runs the daily
ingestion once, shows its account and stays up until Ctrl-C. Data is kept.
With --source files: loads what lies at --path, over the files' own range.
Without --source: the live sources if any answers, else the simulated market,
in a database of its own.`;
const CANCEL_MS = 10_000;

export function addDemoCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('demo')
    .description('everything on this machine, from one command');
  addJobOptions(command)
    .option('--once', 'end when the job has ended, with an exit code by its outcome')
    .addHelpText('after', HELP)
    .action((options: DemoOptions) =>
      invoke(command, (invocation) => runDemo(options, invocation)),
    );
}

async function runDemo(options: DemoOptions, invocation: Invocation): Promise<ExitCode> {
  const { accountForFailure } = await import('../job-command.ts');
  accountForFailure(invocation, options.jobName ?? 'demo');
  const { databaseOf, openServers, readConfig } = await import('../servers.ts');
  const { needsOwnQueues, ownQueuePrefix, planDemo } = await import('../plan-demo.ts');
  const { requireDemoDatabase } = await import('../prepare-database.ts');
  const config = await readConfig(invocation);
  const plan = await planDemo(options, config, invocation);
  accountForFailure(invocation, plan.job.config.jobName);
  const { database } = plan;
  if (database === 'demo') {
    await requireDemoDatabase(config);
  }
  const stack = await openServers(config, invocation, { postgres: true, temporal: true, database });
  try {
    const isAlone = !needsOwnQueues(plan, stack);
    const queuePrefix = isAlone ? config.queuePrefix : ownQueuePrefix();
    const demo = { plan, stack, databaseUrl: databaseOf(stack), queuePrefix, isAlone };
    return await withDemoWorker(demo, invocation, () => work(demo, options, invocation));
  } finally {
    invocation.output.detail('stopping the servers');
    await stack.close();
  }
}

async function withDemoWorker(
  { plan, stack, databaseUrl, queuePrefix }: Demo,
  { output }: Invocation,
  during: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const { migrate } = await import('../../warehouse/migrate.ts');
  const { startWorker } = await import('../../worker.ts');
  const { createProcessLogger } = await import('../process-logger.ts');
  const { allowPlaintext } = plan.config;
  const onProgress = output.talk;
  await migrate(databaseUrl, { purpose: plan.database, allowPlaintext, onProgress });
  const { temporalAddress, namespace } = stack;
  // The demo's own lines tell the story, and its result names what failed.
  const logger = await createProcessLogger(plan.config, output, logDefaults(plan.config));
  const config = { ...plan.config, queuePrefix };
  const queues = TASK_QUEUES;
  const worker = await startWorker({
    config,
    databaseUrl,
    temporalAddress,
    namespace,
    queues,
    logger,
  });
  try {
    return await Promise.race([during(), worker.ended.then(endedEarly)]);
  } finally {
    await worker.stop();
  }
}

function endedEarly(): never {
  throw new Error('the worker ended by itself');
}

function logDefaults({ logLevel }: Config): { level: Config['logLevel']; format: 'pretty' } {
  return { level: logLevel === 'info' ? 'error' : logLevel, format: 'pretty' };
}

async function work(demo: Demo, options: DemoOptions, invocation: Invocation): Promise<ExitCode> {
  const { output, signal } = invocation;
  const { stack, queuePrefix } = demo;
  const { connect } = await import('../../client.ts');
  const client = await connect({
    namespace: stack.namespace,
    queuePrefix,
    ...(stack.temporalAddress === undefined ? {} : { address: stack.temporalAddress }),
    ...(stack.uiUrl === undefined ? {} : { uiUrl: stack.uiUrl }),
  });
  try {
    await registerSchedules(client, demo, invocation);
    const { announce, startJob } = await import('../job-command.ts');
    const job = await startJob(client, demo.plan.jobType, demo.plan.job);
    announce(job, invocation);
    const metrics = await follow(client, job, demo, options, invocation);
    const { reportDemo } = await import('../demo-report.ts');
    await reportDemo({ ...demo, config: demo.plan.config, metrics, job, output });
    if (options.once !== true && !signal.aborted) {
      output.talk(`\n${output.talkColours.bold('running')}: Ctrl-C to stop; the data is kept`);
      const { interrupted } = await import('../signals.ts');
      await interrupted(signal);
    }
    return exitCodeOfJob(metrics);
  } finally {
    await client.close();
  }
}

async function registerSchedules(
  client: JobClient,
  { isAlone, queuePrefix, plan }: Demo,
  { output }: Invocation,
): Promise<void> {
  if (!isAlone) {
    output.talk(`the Temporal server is shared: task queues ${queuePrefix}…, no schedules`);
    return;
  }
  const { applySchedules } = await import('../../../schedules/apply-schedules.ts');
  const { schedulesAt } = await import('../../../schedules/index.ts');
  const definitions = schedulesAt(plan.config);
  for (const { scheduleId, change } of await applySchedules(
    client.temporal,
    definitions,
    queuePrefix,
  )) {
    output.talk(`schedule ${scheduleId}: ${change}`);
  }
}

/** A demo that is stopped takes its job with it: nobody would be there to go on with it. */
async function follow(
  client: JobClient,
  job: JobHandle,
  { queuePrefix }: Demo,
  { timeout }: DemoOptions,
  invocation: Invocation,
): Promise<EtlMetrics> {
  const { followJob } = await import('../follow-job.ts');
  const { CliError } = await import('../cli-error.ts');
  const queue = queueName('data_ingestion', queuePrefix);
  try {
    return await followJob({ ...invocation, client, job, queue, timeoutMs: timeout });
  } catch (error) {
    if (!(error instanceof CliError) || job.joined) {
      throw error;
    }
    await cancelAndWait(client, job);
    const why = error.errorClass === 'timeout' ? 'It took too long' : 'Interrupted';
    throw new CliError(
      error.errorClass,
      `${why}: the job was cancelled; whole batches that were loaded stay`,
      { code: error.code },
    );
  }
}

async function cancelAndWait(client: JobClient, { jobId }: JobHandle): Promise<void> {
  const { setTimeout: wait } = await import('node:timers/promises');
  await client.cancelJob(jobId);
  const ended = client.result(jobId).catch(() => undefined);
  await Promise.race([ended, wait(CANCEL_MS, undefined, { ref: false })]);
}
