import type { LandedAnswer } from '../domain/batch.ts';
import { SystemError } from '../domain/errors.ts';
import type { EtlJobConfig } from '../domain/job.ts';
import type { ReplayedBatch } from '../warehouse/quarantine-selection.ts';
import type { BatchSpec } from '../domain/run.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import { loadRequestOf } from './load-batch.ts';
import type { QualityDeps } from './quality-deps.ts';
import type { DecisionChunk, QuarantineActivities } from './quarantine-contract.ts';
import { outcomeOf, recordOf } from './resolve-quarantine.ts';

type ReplayDeps = QualityDeps & Pick<EtlDeps, 'runs' | 'staging' | 'load' | 'failpoint' | 'clock'>;
type ReplayActivities = Pick<
  QuarantineActivities,
  'startReplay' | 'extractLanded' | 'loadReplayed'
>;

/**
 * Derives held bars again from what was landed, by the rules as they are now. A replayed batch is a run of its own and goes
 * through the ordinary stages; only its extraction reads the landing store in place of a source.
 */
export function createReplayQuarantine(deps: ReplayDeps): ReplayActivities {
  return {
    async startReplay(chunk) {
      const origin = await originOf(deps, chunk);
      const spec = await deps.runs.readBatch(origin.originRunId, origin.originBatchNo);
      const { symbols, startDate, endDate } = origin;
      const task = { jobId: chunk.jobId, runId: replayRunId(chunk), batchNo: 0 };
      await deps.runs.startRun(
        {
          runId: task.runId,
          jobId: chunk.jobId,
          jobType: 'resolveQuarantine',
          config: configOf(spec, chunk),
          dueAt: new Date(deps.clock.now()).toISOString(),
          notes: [`replays batch ${origin.originBatchId} of run ${origin.originRunId}`],
        },
        [{ batchNo: 0, symbols, startDate, endDate }],
      );
      return { ...task, chunk };
    },
    async extractLanded({ chunk, ...task }) {
      return withHeartbeat(async () => {
        const { originBatchId, symbols } = await originOf(deps, chunk);
        const answers: LandedAnswer[] = [];
        for (const { sha256, bytes, ...answer } of await deps.quarantine.answers(originBatchId)) {
          const payload = await deps.payloads.find(sha256, bytes);
          if (payload === undefined) {
            throw new SystemError(
              `Batch ${originBatchId} cannot be derived again: the answer ${sha256.slice(0, 12)}… of ${answer.source} is no longer in the landing store`,
              { code: 'ETL-QUA-020', hint: 'reject the rows, so that they are asked for again.' },
            );
          }
          answers.push({ ...answer, symbols, payload });
        }
        const key = `${task.runId}/${task.batchNo}/manifest.json`;
        const manifest = await deps.staging.writeJson(key, answers);
        const total = answers.reduce((sum, { payload }) => sum + payload.bytes, 0);
        return { ...task, manifest, answers: answers.length, bytes: total, failedSymbols: 0 };
      });
    },
    async loadReplayed({ batch, chunk }) {
      return withHeartbeat(async (signal) => {
        const decision = { ...recordOf(chunk), kind: 'replay' as const, released: [], refused: [] };
        const request = { ...(await loadRequestOf(deps, batch)), decision };
        const counts = await deps.load(request, { signal, failpoint: deps.failpoint });
        const { jobId, runId, batchNo } = batch;
        const outcome = await outcomeOf(deps.quarantine, chunk, counts);
        return { jobId, runId, batchNo, ...counts, outcome };
      });
    },
  };
}

async function originOf(
  { quarantine }: Pick<QualityDeps, 'quarantine'>,
  { runId, decisionNo, chunkNo }: DecisionChunk,
): Promise<ReplayedBatch> {
  const origin = await quarantine.replayedBatch({ runId, decisionNo, chunkNo });
  if (origin === undefined) {
    throw new SystemError('These rows were not held by a job of this database', {
      code: 'ETL-QUA-021',
      hint: 'release or reject them.',
    });
  }
  return origin;
}

/** The job's own configuration: only the threshold may be another, and it is for these symbols alone. */
function configOf({ config }: BatchSpec, { decision }: DecisionChunk): EtlJobConfig {
  const { qualityThreshold = config.qualityThreshold } = decision;
  // Its own name: a replay that holds rows again is no failure of the job that brought them.
  const jobName = `${config.jobName}-replay`;
  return { ...config, jobName, qualityThreshold, skipExisting: false };
}

function replayRunId({ runId, decisionNo, chunkNo }: DecisionChunk): string {
  return `${runId}-replay-${decisionNo}-${chunkNo}`;
}
