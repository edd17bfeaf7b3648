import type { TradingDay } from './trading-day.ts';

export const MODEL_KINDS = ['isolation_forest', 'boosted_trees'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];
const MODEL_STATUSES = ['shadow', 'active', 'retired'] as const;
export type ModelStatus = (typeof MODEL_STATUSES)[number];

/** How a model ranks injected faults in the bars of symbols that it was not trained on. */
export interface ModelMetrics {
  readonly benchmarkRows: number;
  readonly benchmarkFaults: number;
  readonly auroc: number;
  readonly auprc: number;
  readonly bestF1: number;
  /** Where 1 and 10 right rows in 10,000 are flagged. */
  readonly recallAt1: number;
  readonly recallAt10: number;
  /** Of right rows of the benchmark, at the model's threshold. */
  readonly flagsPer10k: number;
  /** Boosted trees: mean AUPRC on kinds of faults that were left out of training. */
  readonly unseenAuprc: number | undefined;
  /** The active model of the same kind, on the same benchmark. */
  readonly against: { readonly modelId: number; readonly auprc: number } | undefined;
}

/** Of each feature: the upper edges of its bins as keys, and the share of rows in each bin, one more than edges. */
export type DriftReference = Readonly<
  Record<string, { readonly edges: readonly number[]; readonly shares: readonly number[] }>
>;

/** A trained model without its bytes. */
export interface ModelVersion {
  readonly modelId: number;
  readonly kind: ModelKind;
  readonly status: ModelStatus;
  readonly trainedFrom: TradingDay;
  readonly trainedTo: TradingDay;
  readonly symbols: number;
  readonly rows: number;
  readonly snapshotSha256: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly features: readonly string[];
  readonly threshold: number;
  readonly metrics: ModelMetrics;
  readonly sha256: string;
  readonly bytes: number;
  /** ISO instants. */
  readonly createdAt: string;
  readonly decidedAt: string | undefined;
  readonly decidedBy: string | undefined;
  readonly decidedWhy: string | undefined;
}

export type NewModel = Omit<
  ModelVersion,
  'modelId' | 'status' | 'bytes' | 'createdAt' | 'decidedAt' | 'decidedBy' | 'decidedWhy'
> & { readonly encoded: Uint8Array; readonly reference: DriftReference };

export type DriftVerdict = 'steady' | 'watch' | 'drifted' | 'too_few';

export interface DriftMeasure {
  readonly modelId: number;
  readonly firstDay: TradingDay;
  readonly lastDay: TradingDay;
  readonly rows: number;
  readonly flagged: number;
  readonly expectedShare: number;
  /** Population stability index by feature. */
  readonly psi: Readonly<Record<string, number>>;
  readonly worst: number;
  readonly verdict: DriftVerdict;
}
