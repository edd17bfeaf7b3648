import { setTimeout as wait } from 'node:timers/promises';

import type { JobClient, JobHandle } from '../client/job-client.ts';
import type { EtlMetrics } from '../domain/job.ts';
import type { JobProgress } from '../workflows/job-progress.ts';
import { CliError, interruptedError } from './cli-error.ts';
import { formatDuration } from './format.ts';
import type { Output } from './output.ts';
import { createProgressView } from './progress-view.ts';
import { interrupted } from './signals.ts';
import { isPolled } from './task-queue-pollers.ts';

export interface FollowOptions {
  readonly client: JobClient;
  readonly job: JobHandle;
  readonly queue: string;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Stop waiting after so long; the job goes on. */
  readonly timeoutMs: number | undefined;
  /** Silence after which the task queue's workers are asked for; default 10 s. */
  readonly noWorkerAfterMs?: number;
}

type Outcome =
  | { readonly kind: 'ended'; readonly metrics: EtlMetrics }
  | { readonly kind: 'failed'; readonly error: unknown };

const POLL_MS = 400;
const NO_WORKER_AFTER_MS = 10_000;
const MAX_WAIT_MS = 60_000;

/**
 * Shows a job's progress until it ends. A job that failed with an account gives that account.
 * @throws CliError when the wait was interrupted or too long: the job itself goes on.
 */
export async function followJob(options: FollowOptions): Promise<EtlMetrics> {
  const { client, job } = options;
  const state: { outcome?: Outcome } = {};
  async function settle(): Promise<void> {
    try {
      state.outcome = { kind: 'ended', metrics: await client.result(job.jobId) };
    } catch (error) {
      state.outcome = { kind: 'failed', error };
    }
  }
  const ended = settle();
  await watch(options, ended, () => state.outcome !== undefined);
  const { outcome } = state;
  if (outcome === undefined) {
    throw options.signal.aborted ? leftRunning(job) : tooLong(options);
  }
  if (outcome.kind === 'ended') {
    return outcome.metrics;
  }
  const { metrics } = await client.getJob(job.jobId);
  if (metrics === undefined) {
    throw outcome.error;
  }
  return metrics;
}

/** Until the job has ended, Ctrl-C, or the time is over. */
async function watch(
  { client, job, queue, output, signal, timeoutMs, noWorkerAfterMs }: FollowOptions,
  ended: Promise<void>,
  hasEnded: () => boolean,
): Promise<void> {
  const view = createProgressView(output);
  const startedAt = Date.now();
  const stopped = interrupted(signal);
  const deadline = startedAt + (timeoutMs ?? Number.POSITIVE_INFINITY);
  let isWarned = false;
  let progress: JobProgress | undefined;
  try {
    while (!hasEnded() && !signal.aborted && Date.now() < deadline) {
      await Promise.race([ended, pause(Math.min(POLL_MS, deadline - Date.now()), signal)]);
      if (hasEnded() || signal.aborted) {
        break;
      }
      const tooLate = wait(Math.min(MAX_WAIT_MS, deadline - Date.now()), undefined, { ref: false });
      const answer = client.progress(job.jobId);
      progress = (await Promise.race([answer, ended, stopped, tooLate])) ?? progress;
      if (progress !== undefined) {
        view.show(progress);
      } else if (!isWarned && Date.now() - startedAt > (noWorkerAfterMs ?? NO_WORKER_AFTER_MS)) {
        isWarned = true;
        await warnUnlessPolled(client, queue, output);
      }
    }
  } finally {
    view.end();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(Math.max(1, ms), undefined, { signal }).catch(() => undefined);
}

async function warnUnlessPolled(client: JobClient, queue: string, output: Output): Promise<void> {
  if (!(await isPolled(client, queue))) {
    output.warn(
      `no worker polls the task queue ${queue}: the job waits for one. Start one with \`candlewick worker --queues data_ingestion\`.`,
    );
  }
}

function leftRunning({ jobId }: JobHandle): CliError {
  return interruptedError(
    `Stopped waiting; the job goes on: ${jobId}`,
    `follow it with \`candlewick jobs show ${jobId}\`, end it with \`candlewick jobs cancel ${jobId}\`.`,
  );
}

function tooLong({ job: { jobId }, timeoutMs = 0 }: FollowOptions): CliError {
  return new CliError(
    'timeout',
    `The job has not ended within ${formatDuration(timeoutMs / 1000)}; it goes on: ${jobId}`,
    {
      code: 'ETL-CLI-124',
      hint: `look again with \`candlewick jobs show ${jobId}\`, or end it with \`candlewick jobs cancel ${jobId}\`.`,
    },
  );
}
