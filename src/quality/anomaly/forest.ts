import { HIGHEST_KEY } from './keys.ts';

/**
 * Trees in flat arrays. A node is two numbers in `nodes`: its threshold as a key; its feature (six bits) and, above it,
 * where its left child begins. The right child follows the left. A key at or below the threshold goes left. A leaf leads to
 * itself, so that every row may take the same number of steps.
 */
export interface Forest {
  readonly features: number;
  readonly nodes: Int32Array;
  /** Where each tree's root begins in `nodes`. */
  readonly roots: Int32Array;
  /** Steps from each tree's root to its deepest leaf. */
  readonly depths: Uint8Array;
  /** Of each node: a leaf's value; in between, what is expected before the next question is asked. */
  readonly values: Float32Array;
}

const NODE = 2;
const FEATURE_BITS = 6;
const FEATURE_MASK = (1 << FEATURE_BITS) - 1;

/** Grows a forest node by node. */
export class ForestBuilder {
  readonly #features: number;
  readonly #nodes: number[] = [];
  readonly #values: number[] = [];
  readonly #roots: number[] = [];
  readonly #depths: number[] = [];

  constructor(features: number) {
    this.#features = features;
  }

  /** A new tree that consists of one leaf. @returns its node. */
  root(value: number): number {
    const node = this.#leaf(value);
    this.#roots.push(node * NODE);
    this.#depths.push(0);
    return node;
  }

  /** Makes two leaves of one. @returns the left; the right is the next. `depth` is theirs. */
  split(node: number, at: { feature: number; key: number; depth: number }): number {
    const left = this.#leaf(0);
    this.#leaf(0);
    this.#nodes[node * NODE] = at.key;
    this.#nodes[node * NODE + 1] = ((left * NODE) << FEATURE_BITS) | at.feature;
    const tree = this.#depths.length - 1;
    this.#depths[tree] = Math.max(this.#depths[tree] ?? 0, at.depth);
    return left;
  }

  setValue(node: number, value: number): void {
    this.#values[node] = value;
  }

  build(): Forest {
    return {
      features: this.#features,
      nodes: Int32Array.from(this.#nodes),
      roots: Int32Array.from(this.#roots),
      depths: Uint8Array.from(this.#depths),
      values: Float32Array.from(this.#values),
    };
  }

  #leaf(value: number): number {
    const node = this.#values.length;
    this.#values.push(value);
    this.#nodes.push(HIGHEST_KEY, (node * NODE) << FEATURE_BITS);
    return node;
  }
}

/** Rows that go through all trees before the next ones do: their keys stay in the nearest cache. */
const BLOCK = 512;

/** Of each row the sum of its leaves' values. `keys` holds rows of `forest.features` keys. */
export function sumLeaves(forest: Forest, keys: Int32Array): Float64Array {
  const rows = keys.length / forest.features;
  const sums = new Float64Array(rows);
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(rows, from + BLOCK);
    for (let tree = 0; tree < forest.roots.length; tree += 1) {
      walkTree(forest, tree, { keys, sums, from, to });
    }
  }
  return sums;
}

interface Walk {
  readonly keys: Int32Array;
  readonly sums: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Four rows at a time: while one waits for its node, the others go on. */
function walkTree(forest: Forest, tree: number, { keys, sums, from, to }: Walk): void {
  const { nodes, values, features } = forest;
  const root = forest.roots[tree] ?? 0;
  const depth = forest.depths[tree] ?? 0;
  let row = from;
  for (; row + 3 < to; row += 4) {
    const a = row * features;
    const b = a + features;
    const c = b + features;
    const d = c + features;
    let i = root;
    let j = root;
    let k = root;
    let l = root;
    for (let step = 0; step < depth; step += 1) {
      i = nextNode(nodes, i, keys, a);
      j = nextNode(nodes, j, keys, b);
      k = nextNode(nodes, k, keys, c);
      l = nextNode(nodes, l, keys, d);
    }
    sums[row] = (sums[row] ?? 0) + (values[i >> 1] ?? 0);
    sums[row + 1] = (sums[row + 1] ?? 0) + (values[j >> 1] ?? 0);
    sums[row + 2] = (sums[row + 2] ?? 0) + (values[k >> 1] ?? 0);
    sums[row + 3] = (sums[row + 3] ?? 0) + (values[l >> 1] ?? 0);
  }
  for (; row < to; row += 1) {
    let i = root;
    for (let step = 0; step < depth; step += 1) {
      i = nextNode(nodes, i, keys, row * features);
    }
    sums[row] = (sums[row] ?? 0) + (values[i >> 1] ?? 0);
  }
}

/** Keys have 31 bits, so that the difference of two fits into 32: its sign bit is 1 where the row goes right. */
function nextNode(nodes: Int32Array, node: number, keys: Int32Array, row: number): number {
  const question = nodes[node + 1] ?? 0;
  const key = keys[row + (question & FEATURE_MASK)] ?? 0;
  const goesRight = (((nodes[node] ?? 0) - key) | 0) >>> 31;
  return (question >>> FEATURE_BITS) + (goesRight << 1);
}

/**
 * How much each feature moved one row's sum: what was expected after a question less what was expected before it, added to
 * the feature that was asked. Together with the roots' values they add up to the sum exactly.
 */
export function shareByFeature(forest: Forest, keys: Int32Array, row: number): Float64Array {
  const { nodes, values, features } = forest;
  const shares = new Float64Array(features);
  for (const root of forest.roots) {
    let node = root;
    for (;;) {
      const next = nextNode(nodes, node, keys, row * features);
      if (next === node) {
        break;
      }
      const feature = (nodes[node + 1] ?? 0) & FEATURE_MASK;
      const gain = (values[next >> 1] ?? 0) - (values[node >> 1] ?? 0);
      shares[feature] = (shares[feature] ?? 0) + gain;
      node = next;
    }
  }
  return shares;
}
