import assert from 'node:assert/strict';

import { followJob, type FollowOptions } from '../../../src/cli/follow-job.ts';
import { failedMetrics } from '../../../src/cli/metrics-view.ts';
import type { JobClient, JobHandle } from '../../../src/client/job-client.ts';
import { SystemError } from '../../../src/domain/errors.ts';
import type { EtlMetrics } from '../../../src/domain/job.ts';
import { NO_COUNTS, type JobProgress } from '../../../src/workflows/job-progress.ts';
import { fakeOutput, type FakeOutput } from './fake-output.ts';

const JOB: JobHandle = { jobId: 'etl-job/x/1', runId: 'r', joined: false, url: undefined };
const METRICS = failedMetrics({ jobName: 'x', jobId: JOB.jobId, runId: 'r' }, Date.now(), 'gone');
const PROGRESS: JobProgress = {
  stage: 'load',
  paused: false,
  concurrency: 4,
  batches: { done: 1, failed: 0, total: 2 },
  symbols: 10,
  range: '2026-11-16 to 2026-11-20',
  sources: ['simulated'],
  rows: { ...NO_COUNTS, extracted: 1000 },
  qualityScore: 0.9,
  failedSymbols: 0,
  lastFailures: [],
  notes: [],
};

interface Script {
  readonly result: Promise<EtlMetrics>;
  readonly progress?: () => JobProgress | undefined;
  readonly metricsOfFailure?: EtlMetrics;
  readonly pollers?: readonly string[];
}

/** As much of a client as following a job needs. */
function fakeClient({ result, progress, metricsOfFailure, pollers = [] }: Script): JobClient {
  return {
    result: () => result,
    progress: () => Promise.resolve(progress?.()),
    getJob: () => Promise.resolve({ metrics: metricsOfFailure }),
    temporal: {
      options: { namespace: 'default' },
      withDeadline: (_: number, work: () => unknown) => work(),
      workflowService: {
        describeTaskQueue: () =>
          Promise.resolve({ pollers: pollers.map((identity) => ({ identity })) }),
      },
    },
  } as unknown as JobClient;
}

function follow(
  script: Script,
  { output }: Pick<FakeOutput, 'output'>,
  more: Partial<FollowOptions> = {},
): Promise<EtlMetrics> {
  return followJob({
    client: fakeClient(script),
    job: JOB,
    queue: 'data_ingestion',
    output,
    signal: new AbortController().signal,
    timeoutMs: undefined,
    ...more,
  });
}

const never = new Promise<EtlMetrics>(() => undefined);

describe('followJob', () => {
  it('shows progress in lines, each step once, and gives the account', async () => {
    const fake = fakeOutput();
    const end = new AbortController();
    const result = new Promise<EtlMetrics>((resolve) => {
      end.signal.addEventListener('abort', () => resolve(METRICS));
    });
    let asked = 0;
    function progress(): JobProgress {
      asked += 1;
      if (asked === 3) {
        end.abort();
      }
      return PROGRESS;
    }

    const metrics = await follow({ result, progress }, fake);

    assert.equal(metrics, METRICS);
    assert.equal(fake.stderr.text, ' 50 % load, 1 of 2 batches, 1,000 rows, quality 0.900\n');
    assert.equal(fake.stdout.text, '');
  });

  it('gives the account of a job that failed with one', async () => {
    const result = Promise.reject(new SystemError('all failed', { code: 'ETL-JOB-500' }));

    const metrics = await follow({ result, metricsOfFailure: METRICS }, fakeOutput());

    assert.equal(metrics, METRICS);
  });

  it('throws what made a job fail that left no account', async () => {
    const result = Promise.reject(new SystemError('no plan', { code: 'ETL-JOB-500' }));

    await assert.rejects(follow({ result }, fakeOutput()), { code: 'ETL-JOB-500' });
  });

  it('warns when no worker polls the queue', async () => {
    const fake = fakeOutput();

    const followed = follow({ result: never }, fake, { noWorkerAfterMs: 0, timeoutMs: 1200 });

    await assert.rejects(followed, { errorClass: 'timeout' });
    assert.equal(fake.stderr.text.split('no worker polls the task queue data_ingestion').length, 2);
  });

  it('does not warn when a worker polls it, however silent the job', async () => {
    const fake = fakeOutput();

    const followed = follow({ result: never, pollers: ['1@here'] }, fake, {
      noWorkerAfterMs: 0,
      timeoutMs: 900,
    });

    await assert.rejects(followed, { errorClass: 'timeout' });
    assert.equal(fake.stderr.text, '');
  });

  it('says after a time-out that the job goes on, and how to find it', async () => {
    await assert.rejects(
      follow({ result: never }, fakeOutput(), { timeoutMs: 50 }),
      (error: Error) => {
        assert.match(error.message, /has not ended within 50 ms; it goes on: etl-job\/x\/1/);
        return true;
      },
    );
  });

  it('says after Ctrl-C that the job goes on', async () => {
    const controller = new AbortController();
    const followed = follow({ result: never }, fakeOutput(), { signal: controller.signal });

    controller.abort();

    await assert.rejects(followed, { errorClass: 'interrupted' });
  });
});
