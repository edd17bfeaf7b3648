import type {
  BatchTask,
  EtlActivities,
  ExtractedBatch,
  JobPlan,
  PlanJobInput,
} from '../../src/activities/contract.ts';
import type { SampleActivities } from '../../src/activities/sample-contract.ts';
import type { BatchRef } from '../../src/domain/batch.ts';
import { NO_RECORDS, type EtlMetrics } from '../../src/domain/job.ts';

/** What a fake job has done so far, for tests to look at. */
export interface FakeJob {
  readonly activities: EtlActivities & SampleActivities;
  readonly planned: PlanJobInput[];
  /** Batch numbers in the order of their loads. */
  readonly loaded: number[];
  readonly failed: { batchNo: number; code: string; message: string }[];
  readonly finished: { cancelled: boolean }[];
  /** Most batches that were between extract and load at the same time. */
  mostInFlight: number;
}

export interface FakePlan {
  readonly batches: number;
  readonly concurrency?: number;
  readonly retry?: {
    readonly firstBatch: number;
    readonly batches: number;
    readonly symbols: number;
  };
}

function ref(id: string): BatchRef {
  return { id, uri: id, sha256: '0'.repeat(64), rows: 10, bytes: 100 };
}

export function metricsOf(run: { jobId: string; runId: string }, loaded: number): EtlMetrics {
  return {
    jobName: 'fake',
    ...run,
    status: 'success',
    stage: 'complete',
    startTime: '2026-11-23T00:00:00.000Z',
    endTime: '2026-11-23T00:00:01.000Z',
    durationSeconds: 1,
    symbols: loaded,
    symbolsFailed: [],
    ...NO_RECORDS,
    recordsExtracted: 10 * loaded,
    recordsTransformed: 10 * loaded,
    recordsLoaded: 10 * loaded,
    qualityScore: 1,
    successRate: 1,
    sources: {},
    errorMessages: [],
  };
}

function planOf(input: PlanJobInput, { batches, concurrency = 4, retry }: FakePlan): JobPlan {
  return {
    jobId: input.jobId,
    runId: input.runId,
    jobName: 'fake',
    batches,
    symbols: batches,
    sessions: 1,
    startDate: '2026-11-23',
    endDate: '2026-11-23',
    concurrency,
    retryFailed: retry !== undefined,
    retryDelayMs: 10,
    sources: ['simulated'],
    nothingToDo: undefined,
    notes: [],
    effectiveInput: { jobName: 'fake' },
  };
}

/** Activities that move no rows, for tests of the order in which a workflow calls them. `overrides` replace some. */
export function fakeJob(
  plan: FakePlan,
  overrides: Partial<EtlActivities & SampleActivities> = {},
): FakeJob {
  let inFlight = 0;
  const job: Omit<FakeJob, 'activities'> & { mostInFlight: number } = {
    planned: [],
    loaded: [],
    failed: [],
    finished: [],
    mostInFlight: 0,
  };
  async function extractBatch(task: BatchTask): Promise<ExtractedBatch> {
    inFlight += 1;
    job.mostInFlight = Math.max(job.mostInFlight, inFlight);
    return { ...task, manifest: ref('manifest'), answers: 1, bytes: 100, failedSymbols: 0 };
  }
  const activities: EtlActivities & SampleActivities = {
    async planJob(input) {
      job.planned.push(input);
      return planOf(input, plan);
    },
    extractBatch,
    async transformBatch({ jobId, runId, batchNo, manifest }) {
      const staged = ref('staged');
      const counts = { extracted: 10, duplicates: 0, unreadable: 0 };
      return { jobId, runId, batchNo, manifest, staged, suspended: ref('suspended'), ...counts };
    },
    async validateBatch({ jobId, runId, batchNo, manifest, suspended }) {
      const refs = { manifest, suspended, judged: ref('judged'), verdict: ref('verdict') };
      return { jobId, runId, batchNo, ...refs, score: 0.9, publishable: 10, quarantined: 0 };
    },
    async loadBatch({ jobId, runId, batchNo }) {
      inFlight -= 1;
      job.loaded.push(batchNo);
      const counts = { inserted: 10, updated: 0, unchanged: 0, skipped: 0, quarantined: 0 };
      return { jobId, runId, batchNo, ...counts, alreadyLoaded: false };
    },
    async compareSample() {
      return { symbols: 0, compared: 0, bars: 0, differing: 0, sources: [] };
    },
    async recordBatchFailure({ batchNo, code, message }) {
      inFlight -= 1;
      job.failed.push({ batchNo, code, message });
      return 1;
    },
    async skipSymbols({ symbols }) {
      return symbols.length;
    },
    async planRetry() {
      return plan.retry ?? { firstBatch: 0, batches: 0, symbols: 0 };
    },
    async finishJob({ jobId, runId, cancelled }) {
      job.finished.push({ cancelled });
      return metricsOf({ jobId, runId }, job.loaded.length);
    },
    ...overrides,
  };
  return Object.assign(job, { activities });
}
