import { openRandom } from '../random.ts';
import { ForestBuilder, type Forest } from './forest.ts';

export interface IsolationSettings {
  readonly trees: number;
  /** Rows that each tree is grown from. */
  readonly sampleSize: number;
  readonly seed: number;
}

export const ISOLATION_DEFAULTS: IsolationSettings = { trees: 100, sampleSize: 4096, seed: 42 };

const EULER = 0.577_215_664_901_532_9;

/** The mean depth of an unsuccessful search in a binary search tree of so many rows: what a leaf of them still hides. */
export function meanDepthOf(rows: number): number {
  if (rows <= 1) {
    return 0;
  }
  return rows === 2 ? 1 : 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}

/**
 * Isolation forest (Liu, Ting, Zhou 2008): rows that few random questions tell from all others are odd. Values of nodes are
 * depths. The same keys, settings and seed give the same trees.
 */
export function growIsolationForest(
  keys: Int32Array,
  features: number,
  settings: IsolationSettings,
): Forest {
  const builder = new ForestBuilder(features);
  const random = openRandom(settings.seed);
  const rows = keys.length / features;
  const size = Math.min(settings.sampleSize, rows);
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  const growth: Growth = {
    keys,
    features,
    builder,
    random,
    rows: new Uint32Array(size),
    most: Math.ceil(Math.log2(Math.max(2, size))),
    candidates: new Uint16Array(features),
  };
  for (let tree = 0; tree < settings.trees; tree += 1) {
    drawSample(order, growth.rows, random);
    const root = builder.root(0);
    builder.setValue(root, grow(growth, { node: root, from: 0, to: size, depth: 0 }));
  }
  return builder.build();
}

/** Without replacement: the first places of a shuffle that goes on from tree to tree. */
function drawSample(order: Uint32Array, sample: Uint32Array, random: () => number): void {
  for (let at = 0; at < sample.length; at += 1) {
    const other = at + Math.floor(random() * (order.length - at));
    const row = order[other] ?? 0;
    order[other] = order[at] ?? 0;
    order[at] = row;
    sample[at] = row;
  }
}

interface Growth {
  readonly keys: Int32Array;
  readonly features: number;
  readonly builder: ForestBuilder;
  readonly random: () => number;
  readonly rows: Uint32Array;
  readonly most: number;
  readonly candidates: Uint16Array;
}

interface Branch {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** @returns the mean depth of the branch's rows. */
function grow(growth: Growth, { node, from, to, depth }: Branch): number {
  const rows = to - from;
  const question = depth >= growth.most || rows <= 1 ? undefined : ask(growth, from, to);
  if (question === undefined) {
    const value = depth + meanDepthOf(rows);
    growth.builder.setValue(node, value);
    return value;
  }
  const middle = partition(growth, { from, to, ...question });
  const left = growth.builder.split(node, { ...question, depth: depth + 1 });
  const onLeft = grow(growth, { node: left, from, to: middle, depth: depth + 1 });
  const onRight = grow(growth, { node: left + 1, from: middle, to, depth: depth + 1 });
  const value = (onLeft * (middle - from) + onRight * (to - middle)) / rows;
  growth.builder.setValue(node, value);
  return value;
}

interface Question {
  readonly feature: number;
  readonly key: number;
}

/** A random feature that differs among the rows, and a random value in its range; undefined where all rows are equal. */
function ask(
  { keys, features, rows, random, candidates }: Growth,
  from: number,
  to: number,
): Question | undefined {
  for (let feature = 0; feature < features; feature += 1) {
    candidates[feature] = feature;
  }
  for (let left = features; left > 0; left -= 1) {
    const at = Math.floor(random() * left);
    const feature = candidates[at] ?? 0;
    candidates[at] = candidates[left - 1] ?? 0;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let index = from; index < to; index += 1) {
      const key = keys[(rows[index] ?? 0) * features + feature] ?? 0;
      least = key < least ? key : least;
      most = key > most ? key : most;
    }
    if (most > least) {
      return { feature, key: between(least, most, random()) };
    }
  }
  return undefined;
}

/** A value is drawn, not a key: keys are dense near zero. */
function between(least: number, most: number, part: number): number {
  const low = valueOf(least);
  const value = low + part * (valueOf(most) - low);
  return Math.min(most - 1, Math.max(least, keyOf(value)));
}

/** See keys.ts. */
const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

function valueOf(key: number): number {
  const bit = key << 1;
  bits[0] = bit ^ ((bit >> 31) & 0x7f_ff_ff_ff);
  return floats[0] ?? 0;
}

function keyOf(value: number): number {
  floats[0] = value;
  const bit = bits[0] ?? 0;
  return (bit ^ ((bit >> 31) & 0x7f_ff_ff_ff)) >> 1;
}

/** Brings the rows that go left before those that go right. @returns where the right ones begin. */
function partition(
  { keys, features, rows }: Growth,
  { from, to, feature, key }: Question & { readonly from: number; readonly to: number },
): number {
  let left = from;
  let right = to - 1;
  while (left <= right) {
    const row = rows[left] ?? 0;
    if ((keys[row * features + feature] ?? 0) <= key) {
      left += 1;
    } else {
      rows[left] = rows[right] ?? 0;
      rows[right] = row;
      right -= 1;
    }
  }
  return left;
}

/** 0 to 1, as the paper has it: 0.5 is usual, near 1 is odd. `sums` are sums of depths over all trees. */
export function isolationScores(
  sums: Float64Array,
  trees: number,
  sampleSize: number,
): Float64Array {
  const usual = meanDepthOf(sampleSize) * trees;
  return sums.map((sum) => 2 ** (-sum / usual));
}
