import type { ModelActivities, TrainedModel } from '../../src/activities/model-contract.ts';
import type { ModelKind } from '../../src/domain/anomaly-model.ts';

const METRICS = {
  benchmarkRows: 40_000,
  benchmarkFaults: 2500,
  auroc: 0.98,
  auprc: 0.94,
  bestF1: 0.9,
  recallAt1: 0.6,
  recallAt10: 0.8,
  flagsPer10k: 10,
  unseenAuprc: 0.8,
  against: undefined,
};

function trained(kind: ModelKind, modelId: number): TrainedModel {
  return {
    modelId,
    kind,
    status: 'active',
    sha256: '0'.repeat(64),
    bytes: 100_000,
    rows: 100_000,
    symbols: 80,
    metrics: METRICS,
    why: 'the first of its kind; AUPRC 0.940',
  };
}

/** Training and drift without any model. */
export const fakeModelActivities: ModelActivities = {
  planTraining: ({ jobId, runId }) =>
    Promise.resolve({
      jobId,
      runId,
      kinds: ['isolation_forest', 'boosted_trees'],
      startDate: '2021-01-04',
      endDate: '2023-12-29',
      symbols: 80,
      maxRows: 150_000,
      seed: 42,
      contamination: 0.001,
      activate: true,
      effectiveInput: { seed: 42 },
    }),
  trainModel: ({ kind }) => Promise.resolve(trained(kind, kind === 'boosted_trees' ? 2 : 1)),
  measureDrift: () =>
    Promise.resolve([
      {
        modelId: 2,
        firstDay: '2023-12-01',
        lastDay: '2023-12-30',
        rows: 50_000,
        flagged: 40,
        expectedShare: 0.001,
        psi: { return: 0.02 },
        worst: 0.02,
        verdict: 'steady',
      },
    ]),
};
