import { randomUUID } from 'node:crypto';

import { connect } from '../client.ts';
import type { EtlMetrics } from '../domain/job.ts';
import type { ProofContext } from './proof.ts';
import type { Scratch } from './scratch.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** The simulated job that the proofs run. */
export interface ProofJob {
  readonly symbols: number;
  readonly startDate: string;
  readonly endDate: string;
  readonly batchSize: number;
}

export interface JobRun {
  readonly metrics: EtlMetrics;
  /** Workers that were needed, the killed ones included. */
  readonly workers: number;
}

/**
 * Runs one job on a scratch database with worker processes of its own. The first worker gets `failpoints`; each one
 * that is killed is followed by a new one without.
 */
export async function runJobInScratch(
  context: ProofContext,
  scratch: Scratch,
  job: ProofJob,
  failpoints = '',
): Promise<JobRun> {
  const queuePrefix = `proof-${randomUUID().slice(0, 8)}-`;
  const environment = {
    ...scratch,
    temporalAddress: context.temporalAddress,
    namespace: context.namespace,
    queuePrefix,
    settings: { ETL_SOURCES: 'simulated', ETL_SIMULATED_SYMBOLS: String(job.symbols) },
  };
  const client = await connect({
    address: context.temporalAddress,
    namespace: context.namespace,
    queuePrefix,
  });
  const workers: WorkerProcess[] = [];
  const state = { isOver: false };
  function start(points: string): void {
    const worker = startWorkerProcess({ ...environment, failpoints: points });
    workers.push(worker);
    void worker.ended.then((end) => {
      if (end === 'SIGKILL' && !state.isOver) {
        context.onProgress(`worker ${worker.pid} was killed; starting another`);
        start('');
      }
      return end;
    });
  }
  try {
    start(failpoints);
    const { startDate, endDate, batchSize } = job;
    const metrics = await client.runJob({
      jobName: `proof-${randomUUID().slice(0, 8)}`,
      sources: ['simulated'],
      startDate,
      endDate,
      batchSize,
    });
    return { metrics, workers: workers.length };
  } catch (error) {
    context.onProgress(workers.map((worker) => worker.lastLines()).join('\n'));
    throw error;
  } finally {
    state.isOver = true;
    await Promise.all(workers.map((worker) => worker.stop()));
    await client.close();
  }
}
