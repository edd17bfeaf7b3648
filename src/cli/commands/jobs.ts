import type { Command } from 'commander';

import type { JobClient } from '../../client/job-client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { addHistoryCommand, addRetryCommand, addWatchCommand } from './jobs-runs.ts';
import { list, number, wholeNumber } from '../option-parsers.ts';

interface ListOptions {
  readonly all?: true;
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;

export function addJobsCommand(program: Command, invoke: Invoke): void {
  const jobs = program.command('jobs').description('list, show and steer jobs');
  function act(
    command: Command,
    work: (client: JobClient, invocation: Invocation, jobId: string) => Promise<ExitCode>,
  ): void {
    command.action((jobId: string) =>
      invoke(command, async (invocation) => {
        const { readConfig, withClient } = await import('../servers.ts');
        const config = await readConfig(invocation);
        return withClient(config, (client) => work(client, invocation, jobId));
      }),
    );
  }
  addList(jobs, act);
  act(jobs.command('show <id>').description('everything about one job'), showJob);
  act(
    jobs.command('cancel <id>').description('stop a job; what is in flight is rolled back'),
    (client, invocation, jobId) =>
      tell(invocation, jobId, 'cancel', async () => {
        await requireRunning(client, jobId);
        await client.cancelJob(jobId);
        return 'cancellation requested';
      }),
  );
  for (const [name, meaning] of [
    ['pause', 'start no more batches of a job until it is resumed'],
    ['resume', 'go on with a paused job'],
  ] as const) {
    act(jobs.command(`${name} <id>`).description(meaning), (client, invocation, jobId) =>
      tell(invocation, jobId, name, async () => {
        await requireRunning(client, jobId);
        return client.steer(jobId, name);
      }),
    );
  }
  addSteering(jobs, invoke);
  addWatchCommand(jobs, invoke);
  addRetryCommand(jobs, invoke);
  addHistoryCommand(jobs, invoke);
}

/** What a running job can be told beside pause and resume, with a value that the job itself judges. */
function addSteering(jobs: Command, invoke: Invoke): void {
  function steer(command: Command, name: string, update: string): void {
    command.action((jobId: string, value: unknown) =>
      invoke(command, async (invocation) => {
        const { readConfig, withClient } = await import('../servers.ts');
        return withClient(await readConfig(invocation), (client) =>
          tell(invocation, jobId, name, async () => {
            await requireRunning(client, jobId);
            return client.steer(jobId, update, value);
          }),
        );
      }),
    );
  }
  steer(
    jobs
      .command('skip <id>')
      .description('leave symbols out of the batches that have not started')
      .argument('<symbols>', '600000.SH,000001.SZ', list),
    'skip',
    'skipSymbols',
  );
  steer(
    jobs
      .command('concurrency <id>')
      .description('change how many batches are in flight at the same time')
      .argument('<batches>', 'how many', number),
    'concurrency',
    'setConcurrency',
  );
}

type Act = (
  command: Command,
  work: (client: JobClient, invocation: Invocation) => Promise<ExitCode>,
) => void;

function addList(jobs: Command, act: Act): void {
  const command = jobs
    .command('list')
    .description('jobs, newest first')
    .option('--all', 'ended ones too (default: those that run)')
    .option('--limit <jobs>', 'at most', wholeNumber(1, MAX_LIMIT), DEFAULT_LIMIT);
  act(command, async (client, { output }) => {
    const { all, limit } = command.opts<ListOptions>();
    const { toSnakeCase } = await import('../format.ts');
    const { renderJobs } = await import('../job-view.ts');
    const found =
      all === true ? await client.listJobs(undefined, limit) : await client.getActiveJobs();
    const shown = found.slice(0, limit);
    output.result(toSnakeCase(shown), () =>
      shown.length === 0 ? emptyText(all === true) : renderJobs(shown, output),
    );
    return EXIT.ok;
  });
}

function emptyText(all: boolean): string {
  return all ? 'no jobs' : 'no job is running (--all shows those that ended)';
}

async function showJob(
  client: JobClient,
  { output }: Invocation,
  jobId: string,
): Promise<ExitCode> {
  const { jobRecord, renderJob } = await import('../job-view.ts');
  const job = await client.getJob(jobId);
  const url = client.urlOf(job.jobId, job.runId);
  output.result(jobRecord(job, url), () => renderJob(job, url, output));
  return EXIT.ok;
}

/** @throws ConfigurationError where there is no such job, or it has ended */
async function requireRunning(client: JobClient, jobId: string): Promise<void> {
  const { status } = await client.getSummary(jobId);
  if (status !== 'RUNNING') {
    const { ConfigurationError } = await import('../../domain/errors.ts');
    throw new ConfigurationError(`Job ${jobId} has ended: ${status.toLowerCase()}`, {
      code: 'ETL-JOB-409',
      hint: 'only a running job can be steered.',
    });
  }
}

async function tell(
  { output }: Invocation,
  jobId: string,
  action: string,
  work: () => Promise<string>,
): Promise<ExitCode> {
  const answer = await work();
  output.result({ job_id: jobId, action, answer }, () => answer);
  return EXIT.ok;
}
