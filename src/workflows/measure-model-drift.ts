import { isCancellation, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { DriftMeasure } from '../domain/anomaly-model.ts';
import { asWorkflowFailure } from './failures.ts';
import { modelDuties } from './model-duties.ts';
import { runIdentity } from './stages.ts';
import { dueAtOf } from './train-anomaly-model.ts';
import { JOB_NAME, JOB_TYPE } from './search-attribute-keys.ts';

/** How far the bars of the last days (30) are from those that each model in use was trained on. Meant for each week. */
export async function measureModelDrift(input?: unknown): Promise<readonly DriftMeasure[]> {
  upsertSearchAttributes([
    { key: JOB_NAME, value: 'measure-model-drift' },
    { key: JOB_TYPE, value: 'measureModelDrift' },
  ]);
  try {
    const dueAt = dueAtOf().toISOString();
    const measures = await modelDuties.measureDrift({ ...runIdentity(), input, dueAt });
    setCurrentDetails(
      measures.length === 0
        ? '- no model is in use: `candlewick models train`'
        : measures
            .map(
              ({ modelId, verdict, worst, rows }) =>
                `- model ${modelId}: **${verdict}**, worst index ${worst.toFixed(2)}, ${rows} rows`,
            )
            .join('\n'),
    );
    return measures;
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}
