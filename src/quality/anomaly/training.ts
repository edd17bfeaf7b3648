import type { DriftReference, ModelKind, ModelMetrics } from '../../domain/anomaly-model.ts';
import type { BarColumns } from '../../domain/bar.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { openSheet } from '../sheet.ts';
import { BOOSTING_DEFAULTS } from './boosted-trees.ts';
import { driftReference } from './drift.ts';
import { injectFaults } from './faults.ts';
import { FEATURES } from './feature-list.ts';
import { featuresOf } from './features.ts';
import { ISOLATION_DEFAULTS } from './isolation-forest.ts';
import { decodeModel, encodeModel } from './model-codec.ts';
import {
  scoreRows,
  thresholdFor,
  trainBoostedTrees,
  trainIsolationForest,
  type AnomalyModel,
} from './model.ts';
import { rankingOf } from './ranking.ts';

/** Share of the rows that are made wrong. */
const FAULT_SHARE = 0.06;
const FOLDS = 3;
/** The trees that only tell how a model does on unseen kinds may be fewer. */
const FOLD_TREES = 40;

/** Rows of features, and what is wrong with each: 0, or 1 + the index of its kind in FAULTS. */
export interface LabelledRows {
  readonly values: Float32Array;
  readonly kind: Uint8Array;
}

export interface PrepareTask {
  /** Stored bars of some symbols, sorted by symbol and day. */
  readonly columns: BarColumns;
  readonly sessions: Int32Array;
  /** Rows before it are there for their successors' features only. */
  readonly firstDay: DayNumber;
  /** undefined: no faults. */
  readonly seed: number | undefined;
}

/** Makes some rows wrong on purpose, then measures all of them: nothing but the labels tells which is which. */
export function prepareRows({ columns, sessions, firstDay, seed }: PrepareTask): LabelledRows {
  const spoilt =
    seed === undefined
      ? { columns, kind: new Uint8Array(columns.length) }
      : injectFaults(columns, { seed, share: FAULT_SHARE });
  const sheet = openSheet(spoilt.columns, sessions);
  const wanted = Uint32Array.from(spoilt.kind.keys()).filter(
    (row) => (sheet.columns.tradingDay[row] ?? 0) >= firstDay,
  );
  return {
    values: featuresOf(sheet, wanted).values,
    kind: Uint8Array.from(wanted, (row) => spoilt.kind[row] ?? 0),
  };
}

export interface FitTask {
  readonly kind: ModelKind;
  readonly train: LabelledRows;
  /** Of other symbols. */
  readonly benchmark: LabelledRows;
  readonly seed: number;
  /** Share of right rows that may be flagged. */
  readonly contamination: number;
  /** The active model of this kind, to be measured on the same benchmark. */
  readonly active: { readonly modelId: number; readonly encoded: Uint8Array } | undefined;
}

export interface FitOutcome {
  readonly encoded: Uint8Array;
  readonly features: readonly string[];
  readonly threshold: number;
  readonly metrics: ModelMetrics;
  readonly reference: DriftReference;
}

/** Trains a model and measures it. The same task gives the same bytes. */
export function fitModel(task: FitTask): FitOutcome {
  const { benchmark, contamination, train } = task;
  const trained = trainOn(task, train);
  const scores = scoreRows(trained, benchmark.values);
  const right = scores.filter((_score, row) => benchmark.kind[row] === 0);
  const model = { ...trained, threshold: thresholdFor(right, contamination) };
  const flagged = right.filter((score) => score >= model.threshold).length;
  const ranking = rankingOf(scores, labelsOf(benchmark));
  return {
    encoded: encodeModel(model),
    features: model.features,
    threshold: model.threshold,
    reference: driftReference(partOf(train, () => false).values, model.features),
    metrics: {
      benchmarkRows: ranking.rows,
      benchmarkFaults: ranking.faults,
      auroc: ranking.auroc,
      auprc: ranking.auprc,
      bestF1: ranking.bestF1,
      recallAt1: ranking.recallAt1,
      recallAt10: ranking.recallAt10,
      flagsPer10k: (10_000 * flagged) / Math.max(1, right.length),
      unseenAuprc: task.kind === 'boosted_trees' ? unseenAuprc(task) : undefined,
      against: against(task),
    },
  };
}

function trainOn(
  { kind, seed, contamination }: FitTask,
  { values, kind: kinds }: LabelledRows,
  trees?: number,
): AnomalyModel {
  if (kind === 'isolation_forest') {
    return trainIsolationForest(values, { ...ISOLATION_DEFAULTS, seed, contamination });
  }
  const settings = { ...BOOSTING_DEFAULTS, seed, ...(trees === undefined ? {} : { trees }) };
  return trainBoostedTrees(values, labelsOf({ values, kind: kinds }), settings);
}

/** Mean over folds: trees that never saw a third of the kinds, on that third. */
function unseenAuprc(task: FitTask): number {
  let sum = 0;
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const model = trainOn(
      task,
      partOf(task.train, (kind) => kind % FOLDS !== fold),
      FOLD_TREES,
    );
    const unseen = partOf(task.benchmark, (kind) => kind % FOLDS === fold);
    sum += rankingOf(scoreRows(model, unseen.values), labelsOf(unseen)).auprc;
  }
  return sum / FOLDS;
}

function against({ active, benchmark }: FitTask): ModelMetrics['against'] {
  if (active === undefined) {
    return undefined;
  }
  const scores = scoreRows(decodeModel(active.encoded), benchmark.values);
  return { modelId: active.modelId, auprc: rankingOf(scores, labelsOf(benchmark)).auprc };
}

function labelsOf({ kind }: LabelledRows): Uint8Array {
  return kind.map((one) => Math.min(1, one));
}

/** The right rows, and the wrong ones whose kind is wanted. */
function partOf({ values, kind }: LabelledRows, keep: (kind: number) => boolean): LabelledRows {
  const width = FEATURES.length;
  const rows = Uint32Array.from(kind.keys()).filter(
    (row) => kind[row] === 0 || keep(kind[row] ?? 0),
  );
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    taken.set(values.subarray(row * width, (row + 1) * width), at * width);
  });
  return { values: taken, kind: Uint8Array.from(rows, (row) => kind[row] ?? 0) };
}
