import { HIT, type Hit, type HitList } from './hit-list.ts';
import { DIMENSIONS, SEVERITY_WEIGHT, type Dimension } from './verdict.ts';

/** A score of 0.7 means: the tolerated share of errors is used up. */
const AT_TOLERANCE = 0.7;
/** The share of keys that may be wrong, in each dimension. */
export const TOLERANCE = 0.05;
/** A symbol is judged over at least this many keys: one bad row of five proves nothing about the other four. */
export const LEAST_KEYS = 20;

export interface ScoreInput {
  readonly rows: number;
  readonly symbolId: Uint32Array;
  readonly symbols: number;
  readonly hits: HitList;
  /** 1 where nothing can be published under a row's key: it counts as absent after repair. */
  readonly leavesHole: Uint8Array;
  /** Evidence of a suspension is no key. */
  readonly isCounted: (row: number) => boolean;
  readonly tolerance?: Partial<Readonly<Record<Dimension, number>>>;
}

export interface Scores {
  readonly raw: number;
  readonly load: number;
  readonly dimensions: Readonly<Record<Dimension, number>>;
  /** After repair, by symbol id. */
  readonly bySymbol: Float64Array;
}

/** Error mass by dimension and symbol: one minus the product of (1 - weight × confidence) over the hits of a key (bounded, nothing counts twice). */
interface ErrorMass {
  readonly bySymbol: ReadonlyMap<Dimension, Float64Array>;
}

/**
 * Score = 0.7 ^ (sum over dimensions of error rate / tolerance). One with no hit, exactly 0.7 when a tolerance is used up,
 * and never higher for a further hit.
 */
export function scoreBatch(input: ScoreInput): Scores {
  const keys = keysBySymbol(input);
  const total = keys.reduce((sum, count) => sum + count, 0);
  const raw = massOf(input, (hit) => weightOf(hit), false);
  const load = massOf(input, (hit) => weightAfterRepair(hit, input), true);
  return {
    raw: overall(budgetOf(raw, total, input)),
    load: overall(budgetOf(load, total, input)),
    dimensions: dimensionScores(load, total, input),
    bySymbol: keys.map((count, id) =>
      overall(budgetOf(load, Math.max(count, LEAST_KEYS), input, id)),
    ),
  };
}

function keysBySymbol({ rows, symbolId, symbols, hits, isCounted }: ScoreInput): Float64Array {
  const keys = new Float64Array(symbols);
  for (let row = 0; row < rows; row += 1) {
    const id = symbolId[row] ?? 0;
    keys[id] = (keys[id] ?? 0) + (isCounted(row) ? 1 : 0);
  }
  for (const hit of hits) {
    if (hit.row === undefined && hit.symbolId >= 0 && weightOf(hit) > 0) {
      keys[hit.symbolId] = (keys[hit.symbolId] ?? 0) + 1;
    }
  }
  return keys;
}

function weightOf({ rule, confidence }: Hit): number {
  return SEVERITY_WEIGHT[rule.severity] * Math.min(1, Math.max(0, confidence));
}

function weightAfterRepair(hit: Hit, { leavesHole }: ScoreInput): number {
  const isGone = hit.state !== HIT.open || (hit.row !== undefined && leavesHole[hit.row] === 1);
  return isGone ? 0 : weightOf(hit);
}

function massOf(input: ScoreInput, weigh: (hit: Hit) => number, isAfterRepair: boolean): ErrorMass {
  const bySymbol = new Map(
    DIMENSIONS.map((dimension) => [dimension, new Float64Array(input.symbols)]),
  );
  const byKey = new Map<number, number>();
  for (const hit of input.hits) {
    const weight = weigh(hit);
    // What concerns a whole session has its price in the keys of that session.
    if (weight > 0 && hit.symbolId >= 0) {
      const mass = bySymbol.get(hit.rule.dimension) ?? new Float64Array(0);
      // A row's hits in one dimension share a key; an absent key has one hit of its own.
      const key =
        hit.row === undefined
          ? undefined
          : hit.row * DIMENSIONS.length + DIMENSIONS.indexOf(hit.rule.dimension);
      const before = key === undefined ? 0 : (byKey.get(key) ?? 0);
      const after = 1 - (1 - before) * (1 - weight);
      if (key !== undefined) {
        byKey.set(key, after);
      }
      mass[hit.symbolId] = (mass[hit.symbolId] ?? 0) + after - before;
    }
  }
  if (isAfterRepair) {
    addQuarantined(input, bySymbol.get('completeness') ?? new Float64Array(0));
  }
  return { bySymbol };
}

function addQuarantined(
  { rows, symbolId, leavesHole, hits }: ScoreInput,
  mass: Float64Array,
): void {
  if (hits.length === 0) {
    return;
  }
  for (let row = 0; row < rows; row += 1) {
    if (leavesHole[row] === 1) {
      const id = symbolId[row] ?? 0;
      mass[id] = (mass[id] ?? 0) + 1;
    }
  }
}

function rateOf(mass: Float64Array, keys: number, symbolId: number | undefined): number {
  const errors =
    symbolId === undefined ? mass.reduce((sum, part) => sum + part, 0) : (mass[symbolId] ?? 0);
  return keys === 0 ? 0 : errors / keys;
}

/** How many times the tolerated errors are used up. */
function budgetOf(
  { bySymbol }: ErrorMass,
  keys: number,
  { tolerance }: ScoreInput,
  symbolId?: number,
): number {
  let budget = 0;
  for (const [dimension, mass] of bySymbol) {
    budget += rateOf(mass, keys, symbolId) / (tolerance?.[dimension] ?? TOLERANCE);
  }
  return budget;
}

function overall(budget: number): number {
  return AT_TOLERANCE ** budget;
}

function dimensionScores(
  mass: ErrorMass,
  keys: number,
  input: ScoreInput,
): Record<Dimension, number> {
  const scoreOf = dimensionScore.bind(undefined, mass, keys, input);
  return {
    completeness: scoreOf('completeness'),
    validity: scoreOf('validity'),
    accuracy: scoreOf('accuracy'),
    consistency: scoreOf('consistency'),
    uniqueness: scoreOf('uniqueness'),
    timeliness: scoreOf('timeliness'),
  };
}

function dimensionScore(
  { bySymbol }: ErrorMass,
  keys: number,
  { tolerance }: ScoreInput,
  dimension: Dimension,
): number {
  const mass = bySymbol.get(dimension) ?? new Float64Array(0);
  return overall(rateOf(mass, keys, undefined) / (tolerance?.[dimension] ?? TOLERANCE));
}
