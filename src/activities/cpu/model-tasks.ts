import type { DriftReference } from '../../domain/anomaly-model.ts';
import { driftOf } from '../../quality/anomaly/drift.ts';
import { decodeModel } from '../../quality/anomaly/model-codec.ts';
import { scoreRows } from '../../quality/anomaly/model.ts';

export interface MeasureDriftTask {
  /** Rows of all features. */
  readonly values: Float32Array;
  readonly encoded: Uint8Array;
  readonly reference: DriftReference;
}

export interface MeasuredDrift {
  /** By feature. */
  readonly psi: Readonly<Record<string, number>>;
  /** Rows at or above the model's threshold. */
  readonly flagged: number;
}

export function runMeasureDrift({ values, encoded, reference }: MeasureDriftTask): MeasuredDrift {
  const model = decodeModel(encoded);
  const flagged = scoreRows(model, values).filter((score) => score >= model.threshold).length;
  return { psi: driftOf(values, reference), flagged };
}
