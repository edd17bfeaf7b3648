import { hash32, signed, uniform } from './noise.ts';

/**
 * The price that a share would have without corporate actions and price limits, by the number of sessions on which it
 * traded before. Smooth noise on two scales plus noise by day: any point costs the same.
 */
const STREAM = { base: 10, slow: 11, fast: 12, daily: 13, troubled: 16, episode: 30 } as const;

/**
 * Traded sessions in a block. Within a block a symbol may leave its path, at limit prices; at each block's end it is on it
 * again, so that a bar depends on its own block only.
 */
export const BLOCK = 20;
const SLOW_BLOCKS = 6;
const TROUBLED_SHARE = 0.1;
const LOWEST_CENTS = 100;

/** Symbols that are ST at some time move less, since their limits are narrow. */
export function isTroubled(seed: number): boolean {
  return uniform(seed, STREAM.troubled, 0) < TROUBLED_SHARE;
}

/** What the sessions of one block share. */
export interface PathBlock {
  readonly seed: number;
  readonly block: number;
  readonly logBase: number;
  readonly calm: number;
  readonly slow: readonly [number, number];
  readonly fast: readonly [number, number];
}

export function pathBlock(seed: number, block: number): PathBlock {
  const slow = Math.floor(block / SLOW_BLOCKS);
  const dearness = uniform(seed, STREAM.base, 0);
  return {
    seed,
    block,
    logBase: Math.log(600 + 9000 * dearness * dearness),
    calm: isTroubled(seed) ? 0.4 : 1,
    slow: [signed(seed, STREAM.slow, slow), signed(seed, STREAM.slow, slow + 1)],
    fast: [signed(seed, STREAM.fast, block), signed(seed, STREAM.fast, block + 1)],
  };
}

function smoothStep([left, right]: readonly [number, number], part: number): number {
  return left + (right - left) * part * part * (3 - 2 * part);
}

/**
 * Cents, not yet rounded. From one session to the next it moves by less than 4 % (1.6 % for troubled symbols), so that
 * limits are met only by design.
 */
function pathCents(path: PathBlock, traded: number): number {
  const inBlock = traded / BLOCK - path.block;
  const swing =
    0.35 * smoothStep(path.slow, (inBlock + (path.block % SLOW_BLOCKS)) / SLOW_BLOCKS) +
    0.08 * smoothStep(path.fast, inBlock) +
    0.008 * signed(path.seed, STREAM.daily, traded);
  return Math.exp(path.logBase + 0.00018 * traded + path.calm * swing);
}

/** The raw close on the path: divided by the corporate actions until then, in whole cents. */
export function pathClose(path: PathBlock, traded: number, cumulative: number): number {
  return Math.max(LOWEST_CENTS, Math.round(pathCents(path, traded) / cumulative));
}

/** One or two sessions that close at the same limit. */
export interface LimitEpisode {
  /** Traded sessions, [first, end). */
  readonly first: number;
  readonly end: number;
  readonly isUp: boolean;
}

/** Of six blocks one has an episode, near its beginning, so that its end is on the path again. */
export function limitEpisode(seed: number, block: number): LimitEpisode | undefined {
  const bits = hash32(seed, STREAM.episode, block);
  if (block === 0 || bits % 6 !== 0) {
    return undefined;
  }
  const first = block * BLOCK + 1 + ((bits >>> 8) & 3);
  return { first, end: first + 1 + ((bits >>> 12) & 1), isUp: ((bits >>> 16) & 1) === 1 };
}
