import type { ModelVersion } from '../domain/anomaly-model.ts';

export interface Promotion {
  readonly activate: boolean;
  /** In one sentence. */
  readonly why: string;
}

/** A ranking by chance has an AUPRC of the share of faults: a model must be this many times better to act at all. */
const LEAST_GAIN = 3;

/** A model acts only when it is no worse than the active one of its kind on the same benchmark. */
export function decideStatus(
  { status, metrics, modelId }: Pick<ModelVersion, 'status' | 'metrics' | 'modelId'>,
  isWanted: boolean,
): Promotion {
  const { auprc, against, benchmarkFaults, benchmarkRows } = metrics;
  if (status === 'active') {
    return { activate: false, why: 'it is the active model already' };
  }
  if (!isWanted) {
    return { activate: false, why: 'a shadow, as was asked' };
  }
  const chance = benchmarkFaults / Math.max(1, benchmarkRows);
  if (!(auprc >= LEAST_GAIN * chance)) {
    return {
      activate: false,
      why: `AUPRC ${auprc.toFixed(3)} is hardly better than chance (${chance.toFixed(3)})`,
    };
  }
  if (against === undefined || against.modelId === modelId) {
    return { activate: true, why: `the first of its kind; AUPRC ${auprc.toFixed(3)}` };
  }
  const comparison = `AUPRC ${auprc.toFixed(4)} against ${against.auprc.toFixed(4)} of model ${against.modelId} on the same benchmark`;
  return auprc >= against.auprc
    ? { activate: true, why: `no worse: ${comparison}` }
    : { activate: false, why: `worse: ${comparison}` };
}

/** Why a model may not take the place of the active one by hand without force; undefined where it may. */
export function activationRefusal(
  { modelId, metrics }: Pick<ModelVersion, 'modelId' | 'metrics'>,
  active: Pick<ModelVersion, 'modelId' | 'metrics'> | undefined,
): string | undefined {
  if (active === undefined || active.modelId === modelId) {
    return undefined;
  }
  const { auprc, against } = metrics;
  if (against?.modelId === active.modelId) {
    return auprc >= against.auprc
      ? undefined
      : `it ranks worse than the active model ${active.modelId} on the same benchmark: AUPRC ${auprc.toFixed(4)} against ${against.auprc.toFixed(4)}`;
  }
  return `it was not measured beside the active model ${active.modelId}`;
}
