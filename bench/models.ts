import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { takeRows, type BarColumns } from '../src/domain/bar.ts';
import { toDayNumber } from '../src/domain/trading-day.ts';
import { BOOSTING_DEFAULTS } from '../src/quality/anomaly/boosted-trees.ts';
import { FAULTS } from '../src/quality/anomaly/fault-kinds.ts';
import { injectFaults } from '../src/quality/anomaly/faults.ts';
import { FEATURE_NAMES } from '../src/quality/anomaly/feature-list.ts';
import { featuresOfAll } from '../src/quality/anomaly/features.ts';
import { sumLeaves, type Forest } from '../src/quality/anomaly/forest.ts';
import {
  growIsolationForest,
  isolationScores,
  ISOLATION_DEFAULTS,
} from '../src/quality/anomaly/isolation-forest.ts';
import { keysOf } from '../src/quality/anomaly/keys.ts';
import {
  ISOLATION_FEATURES,
  scoreRows,
  selectKeys,
  trainBoostedTrees,
} from '../src/quality/anomaly/model.ts';
import { rankingOf, type Ranking } from '../src/quality/anomaly/ranking.ts';
import { openRandom } from '../src/quality/random.ts';
import { openSheet } from '../src/quality/sheet.ts';
import { baostockRows, columnsOf, readSessions, type RealRow } from '../test/support/real-bars.ts';
import { openRun, tableIn } from './qbench-run.ts';

/**
 * The models beside scikit-learn, in one run on the same rows: `--data DIR` is a run of the labelled fault benchmark. The
 * boosted trees learn from faults injected into bars of other symbols. Prints one JSON document.
 */
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    'speed-rows': { type: 'string', default: '1000000' },
    // As every bench takes it: here the result is JSON anyway.
    json: { type: 'boolean' },
  },
});

const SCRIPT = fileURLToPath(new URL('../../scripts/compare-isolation-forest.py', import.meta.url));

interface Timed<Result> {
  readonly result: Result;
  readonly cpuSeconds: number;
}

function timed<Result>(work: () => Result): Timed<Result> {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { result, cpuSeconds: (user + system) / 1e6 };
}

interface Labelled {
  readonly values: Float32Array;
  readonly labels: Uint8Array;
  readonly kinds: readonly string[];
  readonly symbols: readonly string[];
}

/** Not counted, as in the benchmark's own scorer. */
const NEEDS_OTHER_SOURCE = ['open_wrong', 'restated_small'];

/** Rows of a run with their features; rows whose text the reader has already corrected or refused are left out. */
function openLabelled(folder: string): Labelled {
  const run = openRun(folder, false);
  const sheet = openSheet(run.intake.columns, run.context.sessions);
  const { values } = featuresOfAll(sheet);
  const kindOf = new Map<number, string>();
  for (const line of tableIn(folder, 'labels')) {
    if (line['row_id'] !== '') {
      kindOf.set(Number(line['row_id']), line['kind'] ?? '');
    }
  }
  const noted = new Set(run.intake.notes.map(({ row }) => row));
  const kept: number[] = [];
  for (let row = 0; row < sheet.length; row += 1) {
    const id = Number(run.dirty[sheet.columns.sourceRow[row] ?? 0]?.['row_id']);
    const isOthers = NEEDS_OTHER_SOURCE.includes(kindOf.get(id) ?? '');
    if (!isOthers && !noted.has(sheet.columns.sourceRow[row] ?? 0)) {
      kept.push(row);
    }
  }
  const kinds = kept.map((row) => {
    const id = Number(run.dirty[sheet.columns.sourceRow[row] ?? 0]?.['row_id']);
    return kindOf.get(id) ?? '';
  });
  return {
    values: rowsOf(values, kept),
    labels: Uint8Array.from(kinds, (kind) => (kind === '' ? 0 : 1)),
    kinds,
    symbols: run.context.symbols,
  };
}

function rowsOf(values: Float32Array, rows: readonly number[]): Float32Array {
  const width = FEATURE_NAMES.length;
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    taken.set(values.subarray(row * width, (row + 1) * width), at * width);
  });
  return taken;
}

function short({ rows, faults, auroc, auprc, bestF1, recallAt1, recallAt10 }: Ranking): object {
  return Object.fromEntries(
    Object.entries({ rows, faults, auroc, auprc, bestF1, recallAt1, recallAt10 }).map(
      ([name, value]) => [name, Number(value.toFixed(4))],
    ),
  );
}

interface Comparison {
  readonly values: Float32Array;
  readonly labels: Uint8Array | undefined;
  readonly sampleSize: number;
  readonly seeds: readonly number[];
}

/** Ours and scikit-learn's, on the very same matrix. */
function compareForests(width: number, { values, labels, sampleSize, seeds }: Comparison): object {
  const keys = timed(() => selectKeysOf(values, width));
  const ours = seeds.map((seed) => {
    const fit = timed(() =>
      growIsolationForest(keys.result, width, { ...ISOLATION_DEFAULTS, sampleSize, seed }),
    );
    const score = timed(() =>
      isolationScores(sumLeaves(fit.result, keys.result), fit.result.roots.length, sampleSize),
    );
    return {
      seed,
      fit_cpu_s: fit.cpuSeconds,
      score_cpu_s: score.cpuSeconds + keys.cpuSeconds,
      ...(labels === undefined ? {} : { auroc: rankingOf(score.result, labels).auroc }),
    };
  });
  return {
    rows: values.length / width,
    features: width,
    sample_size: sampleSize,
    ours,
    scikit_learn: runPython(width, { values, labels, sampleSize, seeds }),
  };
}

function selectKeysOf(values: Float32Array, width: number): Int32Array {
  return width === FEATURE_NAMES.length ? selectKeys(values, FEATURE_NAMES) : keysOf(values);
}

function runPython(width: number, { values, labels, sampleSize, seeds }: Comparison): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-models-'));
  try {
    writeFileSync(join(folder, 'values.f32'), values);
    if (labels !== undefined) {
      writeFileSync(join(folder, 'labels.u8'), labels);
    }
    const text = execFileSync(
      options.python,
      [SCRIPT, folder, String(width), String(sampleSize), seeds.join(',')],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const answer: unknown = JSON.parse(text);
    return answer;
  } catch (error) {
    const reason =
      error instanceof Error ? (error.message.split('\n').findLast(Boolean) ?? '') : '';
    return `not measured: ${options.python} with scikit-learn is needed (${reason})`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const HISTORY_FILES = [
  'baostock_csi300_2020_2025_dev',
  'baostock_sh_2010_2024_dev',
  'baostock_sz_ugly_1990_2022_dev',
];
const HISTORY_FROM = toDayNumber('2010-01-04');

/** Clean bars of symbols that are not in the benchmark: what a user's stored history looks like. */
function otherHistory(without: readonly string[]): BarColumns {
  const rows: RealRow[] = [];
  const excluded = new Set(without);
  for (const file of HISTORY_FILES) {
    const own = new Set<string>();
    for (const row of baostockRows(file)) {
      if (!excluded.has(row.symbol) && row.isSuspended !== true && row.day >= HISTORY_FROM) {
        rows.push(row);
        own.add(row.symbol);
      }
    }
    own.forEach((symbol) => excluded.add(symbol));
  }
  return openSheet(columnsOf(rows), new Int32Array(0)).sent;
}

/** Share of the training's rows that are made wrong. */
const FAULT_SHARE = 0.06;
const FOLDS = 3;

interface Training {
  readonly values: Float32Array;
  /** 1 + index in FAULTS; 0 for right rows. */
  readonly kind: Uint8Array;
}

function spoiltHistory(history: BarColumns, seed: number): Training {
  const spoilt = injectFaults(history, { seed, share: FAULT_SHARE });
  const sheet = openSheet(spoilt.columns, readSessions());
  return { values: featuresOfAll(sheet).values, kind: spoilt.kind };
}

/** Right rows, and the wrong ones whose kind is in the fold, or is not. */
function partOf({ values, kind }: Training, keep: (kind: number) => boolean): Training {
  const rows = [...kind.keys()].filter((row) => kind[row] === 0 || keep(kind[row] ?? 0));
  return { values: rowsOf(values, rows), kind: Uint8Array.from(rows, (row) => kind[row] ?? 0) };
}

function labelsOf(kind: Uint8Array): Uint8Array {
  return kind.map((one) => Math.min(1, one));
}

function trainTrees({ values, kind }: Training): Forest {
  return trainBoostedTrees(values, labelsOf(kind), BOOSTING_DEFAULTS).forest;
}

function rankWith(forest: Forest, test: Pick<Labelled, 'values' | 'labels'>): Ranking {
  const model = {
    kind: 'boosted_trees',
    features: FEATURE_NAMES,
    sampleSize: 0,
    threshold: 1,
    forest,
  } as const;
  return rankingOf(scoreRows(model, test.values), test.labels);
}

/** Trees that never saw a third of the kinds, on that third, in bars of symbols that they never saw either. */
function unseenKinds(history: BarColumns): readonly object[] {
  const half = history.symbols.length >> 1;
  function isFirst(row: number): boolean {
    return (history.symbolId[row] ?? 0) < half;
  }
  const rows = [...history.symbolId.keys()];
  const train = spoiltHistory(takeRows(history, Uint32Array.from(rows.filter(isFirst))), 11);
  const test = spoiltHistory(
    takeRows(history, Uint32Array.from(rows.filter((row) => !isFirst(row)))),
    12,
  );
  return Array.from({ length: FOLDS }, (_, fold) => {
    function isInFold(kind: number): boolean {
      return kind % FOLDS === fold;
    }
    const forest = trainTrees(partOf(train, (kind) => !isInFold(kind)));
    const unseen = partOf(test, isInFold);
    const ranking = rankWith(forest, { values: unseen.values, labels: labelsOf(unseen.kind) });
    return {
      kinds: FAULTS.filter((_kind, at) => isInFold(at + 1)).map(({ name }) => name),
      ...short(ranking),
    };
  });
}

function compareOnBenchmark(folder: string): object {
  const measured = timed(() => openLabelled(folder));
  const labelled = measured.result;
  const width = ISOLATION_FEATURES.length;
  const values = pickFeatures(labelled.values, ISOLATION_FEATURES);
  const shared = { values, labels: labelled.labels, seeds: [1, 2, 3, 4, 5] };
  const history = otherHistory(labelled.symbols);
  const training = timed(() => spoiltHistory(history, 7));
  const fit = timed(() => trainTrees(training.result));
  const score = timed(() => rankWith(fit.result, labelled));
  return {
    data: folder,
    isolation_forest: [256, 4096].map((sampleSize) =>
      compareForests(width, { ...shared, sampleSize }),
    ),
    boosted_trees: {
      trained_on: history.length,
      symbols: history.symbols.length,
      features_and_faults_cpu_s: training.cpuSeconds,
      fit_cpu_s: fit.cpuSeconds,
      score_cpu_s: score.cpuSeconds,
      nodes: fit.result.values.length,
      ...short(score.result),
      worst_kinds: worstKinds(fit.result, labelled, score.result.thresholds.at10),
      kinds_never_seen: unseenKinds(history),
    },
  };
}

function worstKinds(
  forest: Forest,
  { values, kinds }: Labelled,
  threshold: number,
): readonly string[] {
  const model = {
    kind: 'boosted_trees',
    features: FEATURE_NAMES,
    sampleSize: 0,
    threshold: 1,
    forest,
  } as const;
  const scores = scoreRows(model, values);
  const recalls = [...new Set(kinds)].filter(Boolean).map((kind) => {
    const rows = [...kinds.keys()].filter((row) => kinds[row] === kind);
    return {
      kind,
      recall: rows.filter((row) => (scores[row] ?? 0) >= threshold).length / rows.length,
    };
  });
  return recalls
    .toSorted((a, b) => a.recall - b.recall)
    .slice(0, 12)
    .map(({ kind, recall }) => `${kind} ${recall.toFixed(2)}`);
}

function pickFeatures(values: Float32Array, names: readonly string[]): Float32Array {
  const width = FEATURE_NAMES.length;
  const indices = names.map((name) => FEATURE_NAMES.indexOf(name));
  const picked = new Float32Array((values.length / width) * names.length);
  for (let at = 0; at < picked.length; at += 1) {
    const row = Math.floor(at / names.length);
    picked[at] = values[row * width + (indices[at % names.length] ?? 0)] ?? 0;
  }
  return picked;
}

/** Bell-shaped noise, as PERFORMANCE.md's figures are measured. */
function noise(rows: number, width: number): Float32Array {
  const random = openRandom(1);
  return Float32Array.from({ length: rows * width }, () => {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
}

const report = {
  speed: compareForests(6, {
    values: noise(Number(options['speed-rows']), 6),
    labels: undefined,
    sampleSize: 256,
    seeds: [1],
  }),
  benchmark:
    options.data === undefined ? 'not measured: give --data DIR' : compareOnBenchmark(options.data),
};
console.log(JSON.stringify(report, undefined, 2));
