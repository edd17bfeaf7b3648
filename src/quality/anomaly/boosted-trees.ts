import { openRandom } from '../random.ts';
import { binKeys, type Bins } from './bins.ts';
import { ForestBuilder, sumLeaves, type Forest } from './forest.ts';

export interface BoostingSettings {
  readonly trees: number;
  readonly depth: number;
  readonly rate: number;
  /** Share of the rows that each tree sees. */
  readonly share: number;
  /** Least sum of p(1 - p) in a leaf. */
  readonly leastWeight: number;
  readonly shrinkage: number;
  readonly seed: number;
}

export const BOOSTING_DEFAULTS: BoostingSettings = {
  trees: 120,
  depth: 6,
  rate: 0.15,
  share: 0.5,
  leastWeight: 2,
  shrinkage: 1,
  seed: 42,
};

const BINS = 256;

/**
 * Boosted trees over histograms, for the logarithm of the odds that a row is wrong. The first tree is one leaf: the odds of
 * all rows. The same keys, labels, settings and seed give the same trees.
 */
export function growBoostedTrees(
  keys: Int32Array,
  labels: Uint8Array,
  settings: BoostingSettings,
): Forest {
  const rows = labels.length;
  const features = keys.length / rows;
  const bins = binKeys(keys, features);
  const builder = new ForestBuilder(features);
  let faults = 0;
  for (const label of labels) {
    faults += label;
  }
  const start = Math.log((faults + 1) / (rows - faults + 1));
  builder.root(start);
  const boosting: Boosting = {
    bins,
    builder,
    settings,
    odds: new Float64Array(rows).fill(start),
    gradient: new Float32Array(rows),
    weight: new Float32Array(rows),
    order: new Uint32Array(rows),
    spare: new Uint32Array(rows),
  };
  const random = openRandom(settings.seed);
  for (let tree = 0; tree < settings.trees; tree += 1) {
    updateGradients(boosting, labels);
    growTree(boosting, random);
  }
  return builder.build();
}

interface Boosting {
  readonly bins: Bins;
  readonly builder: ForestBuilder;
  readonly settings: BoostingSettings;
  readonly odds: Float64Array;
  readonly gradient: Float32Array;
  readonly weight: Float32Array;
  readonly order: Uint32Array;
  readonly spare: Uint32Array;
}

function updateGradients({ odds, gradient, weight }: Boosting, labels: Uint8Array): void {
  for (let row = 0; row < labels.length; row += 1) {
    const chance = 1 / (1 + Math.exp(-(odds[row] ?? 0)));
    gradient[row] = chance - (labels[row] ?? 0);
    weight[row] = Math.max(1e-6, chance * (1 - chance));
  }
}

interface Leaf {
  readonly node: number;
  /** Its rows: sampled ones from `from` to `middle` of `order`, which make the histogram; the others up to `to`. */
  readonly from: number;
  readonly middle: number;
  readonly to: number;
  readonly depth: number;
  readonly histogram: Histogram;
}

/** Sums of gradient and weight: `2 × (feature × BINS + bin)`. */
type Histogram = Float64Array;

function growTree(boosting: Boosting, random: () => number): void {
  const { builder, settings, order, bins } = boosting;
  const middle = drawRows(order, settings.share, random);
  const leaves: Leaf[] = [
    {
      node: builder.root(0),
      from: 0,
      middle,
      to: order.length,
      depth: 0,
      histogram: histogramOf(boosting, 0, middle),
    },
  ];
  for (let leaf = leaves.pop(); leaf !== undefined; leaf = leaves.pop()) {
    const sums = sumsOf(leaf.histogram, 0, bins);
    const value = (-settings.rate * sums.gradient) / (sums.weight + settings.shrinkage);
    builder.setValue(leaf.node, value);
    const split = leaf.depth < settings.depth ? bestSplit(boosting, leaf, sums) : undefined;
    if (split === undefined) {
      for (let at = leaf.from; at < leaf.to; at += 1) {
        const row = order[at] ?? 0;
        boosting.odds[row] = (boosting.odds[row] ?? 0) + value;
      }
    } else {
      leaves.push(...divide(boosting, leaf, split));
    }
  }
}

/** Sampled rows first. Each part keeps the order of rows, so that memory is read forwards. */
function drawRows(order: Uint32Array, share: number, random: () => number): number {
  let sampled = 0;
  let rest = order.length;
  for (let row = 0; row < order.length; row += 1) {
    if (random() < share) {
      order[sampled] = row;
      sampled += 1;
    } else {
      rest -= 1;
      order[rest] = row;
    }
  }
  return sampled;
}

function histogramOf(
  { bins, order, gradient, weight }: Boosting,
  from: number,
  to: number,
): Histogram {
  const histogram = new Float64Array(2 * bins.features * BINS);
  for (let feature = 0; feature < bins.features; feature += 1) {
    const own = bins.bin.subarray(feature * bins.rows, (feature + 1) * bins.rows);
    const base = feature * BINS;
    for (let at = from; at < to; at += 1) {
      const row = order[at] ?? 0;
      const cell = 2 * (base + (own[row] ?? 0));
      histogram[cell] = (histogram[cell] ?? 0) + (gradient[row] ?? 0);
      histogram[cell + 1] = (histogram[cell + 1] ?? 0) + (weight[row] ?? 0);
    }
  }
  return histogram;
}

interface Sums {
  gradient: number;
  weight: number;
}

function sumsOf(histogram: Histogram, feature: number, { edges }: Bins): Sums {
  const sums = { gradient: 0, weight: 0 };
  const bins = (edges[feature]?.length ?? 0) + 1;
  for (let bin = 0; bin < bins; bin += 1) {
    const cell = 2 * (feature * BINS + bin);
    sums.gradient += histogram[cell] ?? 0;
    sums.weight += histogram[cell + 1] ?? 0;
  }
  return sums;
}

interface Split {
  readonly feature: number;
  readonly bin: number;
}

/** The question that lowers the loss most; undefined where none does. */
function bestSplit(
  { bins, settings }: Boosting,
  { histogram }: Leaf,
  sums: Sums,
): Split | undefined {
  const { shrinkage, leastWeight } = settings;
  let best = sums.gradient ** 2 / (sums.weight + shrinkage) + 1e-9;
  let split: Split | undefined;
  for (let feature = 0; feature < bins.features; feature += 1) {
    const edges = bins.edges[feature]?.length ?? 0;
    let gradient = 0;
    let weight = 0;
    for (let bin = 0; bin < edges; bin += 1) {
      const cell = 2 * (feature * BINS + bin);
      gradient += histogram[cell] ?? 0;
      weight += histogram[cell + 1] ?? 0;
      const restWeight = sums.weight - weight;
      if (weight >= leastWeight && restWeight >= leastWeight) {
        const rest = sums.gradient - gradient;
        const gain = gradient ** 2 / (weight + shrinkage) + rest ** 2 / (restWeight + shrinkage);
        if (gain > best) {
          best = gain;
          split = { feature, bin };
        }
      }
    }
  }
  return split;
}

/** The smaller half is counted; the larger one is what remains of the whole. */
function divide(boosting: Boosting, leaf: Leaf, { feature, bin }: Split): readonly [Leaf, Leaf] {
  const { bins, builder } = boosting;
  const depth = leaf.depth + 1;
  const key = bins.edges[feature]?.[bin] ?? 0;
  const left = builder.split(leaf.node, { feature, key, depth });
  const own = bins.bin.subarray(feature * bins.rows, (feature + 1) * bins.rows);
  const sampled = partition(boosting, { from: leaf.from, to: leaf.middle, bin }, own);
  // The sampled rows of the right half must lie beside its other rows: the left half's others are brought before them.
  const others = partition(boosting, { from: leaf.middle, to: leaf.to, bin }, own);
  rotate(boosting, { from: sampled, middle: leaf.middle, to: others });
  const leftTo = sampled + (others - leaf.middle);
  const rightMiddle = leftTo + (leaf.middle - sampled);
  const isLeftSmall = sampled - leaf.from < leaf.middle - sampled;
  const small = isLeftSmall
    ? histogramOf(boosting, leaf.from, sampled)
    : histogramOf(boosting, leftTo, rightMiddle);
  const large = leaf.histogram;
  for (let cell = 0; cell < large.length; cell += 1) {
    large[cell] = (large[cell] ?? 0) - (small[cell] ?? 0);
  }
  return [
    {
      node: left,
      from: leaf.from,
      middle: sampled,
      to: leftTo,
      depth,
      histogram: isLeftSmall ? small : large,
    },
    {
      node: left + 1,
      from: leftTo,
      middle: rightMiddle,
      to: leaf.to,
      depth,
      histogram: isLeftSmall ? large : small,
    },
  ];
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly bin: number;
}

/** Rows of the left half first, both halves in their order. @returns where the right half begins. */
function partition({ order, spare }: Boosting, { from, to, bin }: Part, own: Uint8Array): number {
  let left = from;
  let right = 0;
  for (let at = from; at < to; at += 1) {
    const row = order[at] ?? 0;
    if ((own[row] ?? 0) <= bin) {
      order[left] = row;
      left += 1;
    } else {
      spare[right] = row;
      right += 1;
    }
  }
  order.set(spare.subarray(0, right), left);
  return left;
}

/** Brings what lies from `middle` to `to` before what lies from `from` to `middle`. */
function rotate(
  { order, spare }: Boosting,
  { from, middle, to }: { readonly from: number; readonly middle: number; readonly to: number },
): void {
  spare.set(order.subarray(from, middle));
  order.copyWithin(from, middle, to);
  order.set(spare.subarray(0, middle - from), from + (to - middle));
}

/** 0 to 1: the chance that a row is wrong, as the training's mix of right and wrong has it. */
export function boostedScores(forest: Forest, keys: Int32Array): Float64Array {
  return sumLeaves(forest, keys).map((odds) => 1 / (1 + Math.exp(-odds)));
}
