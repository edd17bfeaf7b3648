import type { Command } from 'commander';

import type { HistoryOptions } from '../../client/job-manager.ts';
import type { JobClient, JobHandle } from '../../client/job-client.ts';
import type { Config } from '../../config/config.ts';
import { EXIT, exitCodeOfJob, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { duration, wholeNumber } from '../option-parsers.ts';

interface FollowOptions {
  readonly timeout?: number;
}

interface RetryOptions extends FollowOptions {
  readonly detach?: true;
  readonly demo?: true;
}

interface HistoryCommandOptions {
  readonly jobName?: string;
  readonly days: number;
  readonly limit: number;
  readonly demo?: true;
}

const TIMEOUT = 'stop waiting after 30s, 5m, 2h; the job goes on';
const MAX_DAYS = 3660;
const MAX_LIMIT = 10_000;

export function addWatchCommand(jobs: Command, invoke: Invoke): void {
  const command = jobs
    .command('watch [id]')
    .description('follow a job live to its end; without an id the newest that runs')
    .option('--timeout <time>', TIMEOUT, duration);
  command.action((id: string | undefined, options: FollowOptions) =>
    invoke(command, async (invocation) => {
      const { readConfig, withClient } = await import('../servers.ts');
      const config = await readConfig(invocation);
      return withClient(config, async (client) => {
        const job = await jobToWatch(client, id);
        const { announce } = await import('../job-command.ts');
        announce(job, invocation);
        return followToEnd(client, job, { config, ...options }, invocation);
      });
    }),
  );
}

async function jobToWatch(client: JobClient, id: string | undefined): Promise<JobHandle> {
  const [newest] = id === undefined ? await client.getActiveJobs() : [await client.getSummary(id)];
  if (newest === undefined) {
    const { ConfigurationError } = await import('../../domain/errors.ts');
    throw new ConfigurationError('No job is running', {
      code: 'ETL-JOB-404',
      hint: 'name one of those that ended: `candlewick jobs list --all`.',
    });
  }
  const { jobId, runId } = newest;
  return { jobId, runId, joined: true, url: client.urlOf(jobId, runId) };
}

async function followToEnd(
  client: JobClient,
  job: JobHandle,
  options: FollowOptions & { readonly config: Config },
  invocation: Invocation,
): Promise<ExitCode> {
  const { followJob } = await import('../follow-job.ts');
  const { metricsRecord, renderMetrics } = await import('../metrics-view.ts');
  const { queueName } = await import('../../domain/task-queues.ts');
  const metrics = await followJob({
    ...invocation,
    client,
    job,
    queue: queueName('data_ingestion', options.config.queuePrefix),
    timeoutMs: options.timeout,
  });
  const { output } = invocation;
  output.result(metricsRecord(metrics), () => renderMetrics(metrics, output));
  return exitCodeOfJob(metrics);
}

export function addRetryCommand(jobs: Command, invoke: Invoke): void {
  const command = jobs
    .command('retry <id>')
    .description('run the failed symbols of an ended job again, and nothing else')
    .option('--detach', 'start it, print its id and return')
    .option('--demo', 'on the embedded demo database')
    .option('--timeout <time>', TIMEOUT, duration);
  command.action((id: string, options: RetryOptions) =>
    invoke(command, async (invocation) => {
      const { readConfig } = await import('../servers.ts');
      const { withManager } = await import('../with-manager.ts');
      const { announce } = await import('../job-command.ts');
      const { toSnakeCase } = await import('../format.ts');
      const config = await readConfig(invocation);
      const { output } = invocation;
      return withManager(config, invocation, kindOf(options), async (manager) => {
        const job = await manager.retryFailed(id);
        if (job === undefined) {
          output.result({ job_id: id, retried: false }, () => 'no symbol of it had failed');
          return EXIT.ok;
        }
        announce(job, invocation);
        if (options.detach === true) {
          output.result({ ...Object(toSnakeCase(job)), retried: true }, () => job.jobId);
          return EXIT.ok;
        }
        return followToEnd(manager.client, job, { config, ...options }, invocation);
      });
    }),
  );
}

export function addHistoryCommand(jobs: Command, invoke: Invoke): void {
  const command = jobs
    .command('history')
    .description('jobs that ended, from the database, with their speed')
    .option('--job-name <name>', 'of this job only')
    .option('--days <days>', 'started within so many days', wholeNumber(1, MAX_DAYS), 30)
    .option('--limit <runs>', 'at most', wholeNumber(1, MAX_LIMIT), 20)
    .option('--demo', 'in the embedded demo database');
  command.action((options: HistoryCommandOptions) =>
    invoke(command, async (invocation) => {
      const { readConfig, withWarehouse } = await import('../servers.ts');
      const { readHistory } = await import('../../client/manager-store.ts');
      const { toSnakeCase } = await import('../format.ts');
      const { renderHistory } = await import('../history-view.ts');
      const { output } = invocation;
      const config = await readConfig(invocation);
      const filter: HistoryOptions = options;
      const runs = await withWarehouse(config, invocation, kindOf(options), (warehouse) =>
        readHistory(warehouse, filter),
      );
      output.result(toSnakeCase(runs), () =>
        runs.length === 0
          ? `no job ended within ${options.days} days`
          : renderHistory(runs, output),
      );
      return EXIT.ok;
    }),
  );
}

function kindOf({ demo }: { readonly demo?: true }): 'demo' | 'standard' {
  return demo === true ? 'demo' : 'standard';
}
