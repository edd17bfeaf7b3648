import {
  isCancellation,
  setHandler,
  defineQuery,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';

import type { TrainedModel, TrainingPlan } from '../activities/model-contract.ts';
import { asWorkflowFailure } from './failures.ts';
import { modelDuties } from './model-duties.ts';
import { runIdentity } from './stages.ts';
import { JOB_NAME, JOB_TYPE, STAGE } from './search-attribute-keys.ts';

const NAME = 'train-anomaly-model';

/** What an operator sees of a training: the answer of the query `progress`. */
export interface TrainingProgress {
  readonly stage: 'plan' | 'train' | 'complete' | 'failed';
  readonly plan: Omit<TrainingPlan, 'effectiveInput'> | undefined;
  readonly models: readonly TrainedModel[];
}

export interface TrainingReport {
  readonly models: readonly TrainedModel[];
  readonly startDate: string;
  readonly endDate: string;
}

const progressQuery = defineQuery<TrainingProgress>('progress');

/**
 * Trains anomaly models on stored history with faults injected into it, one of each kind; one that is no worse than the
 * active model takes its place. Started with nothing or `{}`, it takes the last three years.
 */
export async function trainAnomalyModel(input?: unknown): Promise<TrainingReport> {
  const progress: { -readonly [Key in keyof TrainingProgress]: TrainingProgress[Key] } = {
    stage: 'plan',
    plan: undefined,
    models: [],
  };
  setHandler(progressQuery, () => progress);
  upsertSearchAttributes([
    { key: JOB_NAME, value: NAME },
    { key: JOB_TYPE, value: 'trainAnomalyModel' },
  ]);
  function show(stage: TrainingProgress['stage']): void {
    progress.stage = stage;
    upsertSearchAttributes([{ key: STAGE, value: stage }]);
    setCurrentDetails(describeTraining(progress));
  }
  try {
    show('plan');
    const dueAt = dueAtOf().toISOString();
    const plan = await modelDuties.planTraining({ ...runIdentity(), input, dueAt });
    const { effectiveInput, ...shown } = plan;
    upsertMemo({ effectiveInput });
    progress.plan = shown;
    show('train');
    for (const kind of plan.kinds) {
      progress.models = [...progress.models, await modelDuties.trainModel({ plan, kind })];
      show('train');
    }
    show('complete');
    return { models: progress.models, startDate: plan.startDate, endDate: plan.endDate };
  } catch (error) {
    show('failed');
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}

/** The schedule's nominal time, else the start. */
export function dueAtOf(): Date {
  const { startTime, searchAttributes } = workflowInfo();
  const nominal: unknown = searchAttributes['TemporalScheduledStartTime']?.[0];
  return nominal instanceof Date ? nominal : startTime;
}

function describeTraining({ stage, plan, models }: TrainingProgress): string {
  return [
    `- **${stage}**: ${models.length} of ${plan?.kinds.length ?? 2} models trained`,
    ...(plan === undefined
      ? []
      : [`- ${plan.symbols} symbols, ${plan.startDate} to ${plan.endDate}, seed ${plan.seed}`]),
    ...models.map(
      ({ modelId, kind, status, metrics, why }) =>
        `- model ${modelId}, ${kind}: **${status}**, AUPRC ${metrics.auprc.toFixed(3)}, ${why}`,
    ),
  ].join('\n');
}
