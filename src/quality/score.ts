import { CostBook, type CostLine } from './cost-book.ts';
import { HIT, type Hit, type HitList } from './hit-list.ts';
import { DIMENSIONS, SEVERITY_WEIGHT, type Dimension } from './verdict.ts';

/** A score of 0.7 means: the tolerated share of errors is used up. */
const AT_TOLERANCE = 0.7;
/** The share of keys that may be wrong, in each dimension. */
export const TOLERANCE = 0.05;
/** A symbol or a session is judged over at least this many keys: one bad row of five proves nothing about the other four. */
const LEAST_KEYS = 20;

export interface ScoreInput {
  readonly symbolId: Uint32Array;
  readonly tradingDay: Int32Array;
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
  /** Keys that were judged: rows, and sessions that lack one. */
  readonly keys: number;
  /** After repair, by symbol id. */
  readonly bySymbol: Float64Array;
  /** After repair, by trading day. */
  readonly byDay: ReadonlyMap<number, number>;
  readonly keysBySymbol: Float64Array;
  readonly keysByDay: ReadonlyMap<number, number>;
  /** Share of the error budget that each rule has used, as sent: `raw` = 0.7 to the power of their sum. */
  readonly costs: Readonly<Record<string, number>>;
  /** The same after repair, for `load`; `held`: rows that cannot be published. */
  readonly loadCosts: Readonly<Record<string, number>>;
  /** The costs of symbols and sessions by rule, not divided by keys. */
  readonly costLines: readonly CostLine[];
}

/** Errors summed up: each in units of its dimension's tolerance, but for `byDimension`, which counts keys. */
interface Tally {
  readonly byDimension: Record<Dimension, number>;
  readonly bySymbol: Float64Array;
  readonly byDay: Map<number, number>;
  readonly byRule: Record<string, number>;
  readonly part: 'raw' | 'load';
  readonly book: CostBook;
  total: number;
}

interface KeyCounts {
  readonly bySymbol: Float64Array;
  readonly byDay: ReadonlyMap<number, number>;
  readonly total: number;
}

/**
 * Score = 0.7 ^ (sum over dimensions of error rate / tolerance). One with no hit, exactly 0.7 when a tolerance is used up,
 * and never higher for a further hit. A key's hits in one dimension count as one minus the product of (1 - weight ×
 * confidence): bounded, and nothing counts twice.
 */
export function scoreBatch(input: ScoreInput): Scores {
  const keys = countKeys(input);
  const book = new CostBook();
  for (const hit of input.hits) {
    book.count(hit);
  }
  const raw = tallyHits(input, emptyTally(input.symbols, 'raw', book), weightOf);
  const load = tallyHits(input, emptyTally(input.symbols, 'load', book), (hit) =>
    weightAfterRepair(hit, input),
  );
  tallyHoles(input, load);
  return {
    keys: keys.total,
    keysBySymbol: keys.bySymbol,
    keysByDay: keys.byDay,
    costLines: book.lines(),
    raw: overall(raw.total, keys.total),
    load: overall(load.total, keys.total),
    dimensions: dimensionScores(load, keys.total, input),
    bySymbol: keys.bySymbol.map((count, id) =>
      overall(load.bySymbol[id] ?? 0, Math.max(count, LEAST_KEYS)),
    ),
    byDay: new Map(
      [...keys.byDay].map(([day, count]) => [
        day,
        overall(load.byDay.get(day) ?? 0, Math.max(count, LEAST_KEYS)),
      ]),
    ),
    costs: sharesOf(raw, keys.total),
    loadCosts: sharesOf(load, keys.total),
  };
}

function sharesOf({ byRule }: Tally, keys: number): Record<string, number> {
  return Object.fromEntries(Object.entries(byRule).map(([rule, cost]) => [rule, cost / keys]));
}

function countKeys({ symbolId, tradingDay, symbols, hits, isCounted }: ScoreInput): KeyCounts {
  const bySymbol = new Float64Array(symbols);
  const byDay = new Map<number, number>();
  let total = 0;
  for (let row = 0; row < symbolId.length; row += 1) {
    if (isCounted(row)) {
      const id = symbolId[row] ?? 0;
      const day = tradingDay[row] ?? 0;
      bySymbol[id] = (bySymbol[id] ?? 0) + 1;
      byDay.set(day, (byDay.get(day) ?? 0) + 1);
      total += 1;
    }
  }
  for (const hit of hits) {
    if (hit.row === undefined && hit.symbolId >= 0 && weightOf(hit) > 0) {
      bySymbol[hit.symbolId] = (bySymbol[hit.symbolId] ?? 0) + 1;
      byDay.set(hit.day, (byDay.get(hit.day) ?? 0) + 1);
      total += 1;
    }
  }
  return { bySymbol, byDay, total };
}

function weightOf({ rule, confidence }: Hit): number {
  return SEVERITY_WEIGHT[rule.severity] * Math.min(1, Math.max(0, confidence));
}

function weightAfterRepair(hit: Hit, { leavesHole }: ScoreInput): number {
  const isGone = hit.state !== HIT.open || (hit.row !== undefined && leavesHole[hit.row] === 1);
  return isGone ? 0 : weightOf(hit);
}

function emptyTally(symbols: number, part: Tally['part'], book: CostBook): Tally {
  return {
    part,
    book,
    byDimension: {
      completeness: 0,
      validity: 0,
      accuracy: 0,
      consistency: 0,
      uniqueness: 0,
      timeliness: 0,
    },
    bySymbol: new Float64Array(symbols),
    byDay: new Map(),
    byRule: {},
    total: 0,
  };
}

function tallyHits(input: ScoreInput, tally: Tally, weigh: (hit: Hit) => number): Tally {
  const byKey = new Map<number, number>();
  for (const hit of input.hits) {
    const weight = weigh(hit);
    // What concerns a whole session has its price in the keys of that session.
    if (weight > 0 && hit.symbolId >= 0) {
      let gain = weight;
      if (hit.row !== undefined) {
        const key = hit.row * DIMENSIONS.length + DIMENSIONS.indexOf(hit.rule.dimension);
        const before = byKey.get(key) ?? 0;
        gain = (1 - before) * weight;
        byKey.set(key, before + gain);
      }
      const { rule, symbolId, day } = hit;
      charge(tally, input, {
        dimension: rule.dimension,
        rule: rule.id,
        symbolId,
        day,
        errors: gain,
      });
    }
  }
  return tally;
}

interface Charge {
  readonly dimension: Dimension;
  readonly rule: string;
  readonly symbolId: number;
  readonly day: number;
  readonly errors: number;
}

function charge(tally: Tally, { tolerance }: ScoreInput, charged: Charge): void {
  const { dimension, rule, symbolId, day, errors } = charged;
  const cost = errors / (tolerance?.[dimension] ?? TOLERANCE);
  tally.byDimension[dimension] += errors;
  tally.bySymbol[symbolId] = (tally.bySymbol[symbolId] ?? 0) + cost;
  tally.byDay.set(day, (tally.byDay.get(day) ?? 0) + cost);
  tally.byRule[rule] = (tally.byRule[rule] ?? 0) + cost;
  tally.book.charge(charged, tally.part, cost);
  tally.total += cost;
}

/** After repair a row that is held back is a key without a bar. */
function tallyHoles(input: ScoreInput, tally: Tally): void {
  const { symbolId, tradingDay, leavesHole, hits } = input;
  for (let row = 0; hits.length > 0 && row < symbolId.length; row += 1) {
    if (leavesHole[row] === 1) {
      charge(tally, input, {
        dimension: 'completeness',
        rule: 'held',
        symbolId: symbolId[row] ?? 0,
        day: tradingDay[row] ?? 0,
        errors: 1,
      });
    }
  }
}

function overall(cost: number, keys: number): number {
  return keys === 0 ? 1 : AT_TOLERANCE ** (cost / keys);
}

function dimensionScores(
  { byDimension }: Tally,
  keys: number,
  { tolerance }: ScoreInput,
): Record<Dimension, number> {
  const scores = { ...byDimension };
  for (const dimension of DIMENSIONS) {
    const cost = byDimension[dimension] / (tolerance?.[dimension] ?? TOLERANCE);
    scores[dimension] = overall(cost, keys);
  }
  return scores;
}
