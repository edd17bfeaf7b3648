import type { JobClient, JobHandle } from '../client/job-client.ts';
import type { Config } from '../config/config.ts';
import type { JobType } from '../config/job-defaults.ts';
import { queueName } from '../domain/task-queues.ts';
import { EXIT, exitCodeOfJob, type ExitCode } from './exit-codes.ts';
import { followJob } from './follow-job.ts';
import { toSnakeCase } from './format.ts';
import type { Invocation } from './invoke.ts';
import { checkJob, type CheckedJob } from './job-input.ts';
import { failedMetrics, metricsRecord, renderMetrics } from './metrics-view.ts';
import { withClient } from './servers.ts';

export interface JobCommandOptions {
  readonly detach?: true | undefined;
  readonly timeout?: number | undefined;
}

const DEFAULT_NAMES = { etlJob: 'etl-job', dailyDataIngestion: 'daily-data-ingestion' } as const;

/** Checks a request, starts it where Temporal is, follows it and shows its account. */
export async function runJobCommand(
  jobType: Extract<JobType, 'etlJob' | 'dailyDataIngestion'>,
  given: unknown,
  config: Config,
  options: JobCommandOptions,
  invocation: Invocation,
): Promise<ExitCode> {
  accountForFailure(invocation, DEFAULT_NAMES[jobType]);
  const checked = await checkJob(given, jobType, config);
  accountForFailure(invocation, checked.config.jobName);
  checked.notes.forEach((note) => invocation.output.talk(`note: ${note}`));
  return withClient(config, async (client) => {
    const job = await startJob(client, jobType, checked);
    announce(job, invocation);
    if (options.detach === true) {
      invocation.output.result(toSnakeCase(job), () => job.jobId);
      return EXIT.ok;
    }
    const metrics = await followJob({
      ...invocation,
      client,
      job,
      queue: queueName('data_ingestion', config.queuePrefix),
      timeoutMs: options.timeout,
    });
    invocation.output.result(metricsRecord(metrics), () =>
      renderMetrics(metrics, invocation.output),
    );
    return exitCodeOfJob(metrics);
  });
}

/** From here on a failure still leaves a whole account on stdout, for those who read JSON. */
export function accountForFailure(
  { failWith }: Pick<Invocation, 'failWith'>,
  jobName: string,
): void {
  const startedAt = Date.now();
  failWith((message) => metricsRecord(failedMetrics({ jobName }, startedAt, message)));
}

export function startJob(
  client: JobClient,
  jobType: Extract<JobType, 'etlJob' | 'dailyDataIngestion'>,
  { request }: Pick<CheckedJob, 'request'>,
): Promise<JobHandle> {
  // Checked already, by the same rules that the worker has.
  const isDefault = jobType === 'dailyDataIngestion' && Object.keys(request).length === 0;
  return client.startUnchecked(jobType, isDefault ? undefined : request);
}

export function announce(
  { jobId, joined, url }: JobHandle,
  { output }: Pick<Invocation, 'output'>,
): void {
  output.talk(
    `${joined ? 'joined the running job' : 'started job'} ${output.talkColours.bold(jobId)}`,
  );
  if (url !== undefined) {
    output.talk(`  ${output.talkColours.underline(url)}`);
  }
}
