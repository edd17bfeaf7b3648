import { createCleanup, type CleanupDeps } from './clean-up.ts';
import type { CleanupActivities } from './cleanup-contract.ts';
import type { CoverageActivities } from './coverage-contract.ts';
import type { EtlActivities } from './contract.ts';
import { createCheckDependencies } from './check-dependencies.ts';
import type { DependencyActivities } from './dependency-contract.ts';
import type { EtlDeps } from './deps.ts';
import { createExtractBatch } from './extract-batch.ts';
import { createJobRecords } from './job-records.ts';
import { createLoadBatch } from './load-batch.ts';
import { createMeasureDrift } from './measure-drift.ts';
import type { ModelActivities } from './model-contract.ts';
import { createPlanJob } from './plan-job.ts';
import { createPlanTraining } from './plan-training.ts';
import { createProveCoverage } from './prove-coverage.ts';
import type { QualityDeps } from './quality-deps.ts';
import type { QuarantineActivities } from './quarantine-contract.ts';
import { createBuildReport } from './build-report.ts';
import type { CheckActivities } from './check-contract.ts';
import { createCompareSample } from './compare-sample.ts';
import type { SampleActivities } from './sample-contract.ts';
import { createCheckStoredBars } from './check-stored-bars.ts';
import { createReplayQuarantine } from './replay-quarantine.ts';
import { createResolveQuarantine } from './resolve-quarantine.ts';
import { createTrainModel } from './train-model.ts';
import { createTransformBatch } from './transform-batch.ts';
import { createValidateBatch } from './validate-batch.ts';

/** Everything that a worker can be asked to do. */
export type WorkerActivities = EtlActivities &
  CoverageActivities &
  DependencyActivities &
  ModelActivities &
  CleanupActivities &
  QuarantineActivities &
  CheckActivities &
  SampleActivities;

/** All activities of the worker, over what they need. */
export function createActivities(deps: EtlDeps & QualityDeps & CleanupDeps): WorkerActivities {
  return {
    planJob: createPlanJob(deps),
    extractBatch: createExtractBatch(deps),
    transformBatch: createTransformBatch(deps),
    validateBatch: createValidateBatch(deps),
    loadBatch: createLoadBatch(deps),
    ...createJobRecords(deps),
    proveCoverage: createProveCoverage(deps),
    checkDependencies: createCheckDependencies(deps),
    ...createCleanup(deps),
    ...createResolveQuarantine(deps),
    ...createReplayQuarantine(deps),
    planTraining: createPlanTraining(deps),
    trainModel: createTrainModel(deps),
    measureDrift: createMeasureDrift(deps),
    ...createCheckStoredBars(deps),
    ...createBuildReport(deps),
    ...createCompareSample(deps),
  };
}
