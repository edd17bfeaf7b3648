import { hash32, uniform } from './noise.ts';
import type { Security } from './universe.ts';

/** What is traded in a session: shares and CNY. */
const STREAM = { liquidity: 37, volume: 34 } as const;
const SHARES_PER_LOT = 100;
const UNITS_PER_CNY = 10_000;
const CENTS_PER_CNY = 100;
const HALF_WORD = 0x1_0000;

/** Shares. Whole lots mostly; on STAR and BSE, which trade single shares beyond the first lots, rarely so. */
export function volumeOf({ seed, board }: Security, traded: number, isWholeLots: boolean): number {
  const bits = hash32(seed, STREAM.volume, traded);
  const liquidity = uniform(seed, STREAM.liquidity, 0);
  const typicalLots = 400 + 40_000 * liquidity * liquidity * liquidity;
  const share = (bits >>> 16) / HALF_WORD;
  const lots = 20 + Math.floor(typicalLots * (0.3 + 3 * share * share * share));
  const isOdd = board === 'star' || board === 'bse' || (bits & 0xf) === 0;
  return lots * SHARES_PER_LOT + (isOdd && !isWholeLots ? (bits >>> 4) % SHARES_PER_LOT : 0);
}

interface Prices {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/**
 * 1/10,000 CNY, in whole CNY so that sources which round amounts lose nothing. A day's trade is U-shaped, most of it near
 * the open and the close: so is the average price, in cents, and within [low, high] whatever is rounded.
 */
export function amountOf(volume: number, prices: Prices, bits: number): number {
  const { open, high, low, close } = prices;
  const jitter = 0.3 * (high - low) * ((bits >>> 16) / HALF_WORD - 0.5);
  const average = (2 * open + 2 * close + high + low) / 6 + jitter;
  const least = Math.ceil((low * volume) / CENTS_PER_CNY);
  const most = Math.floor((high * volume) / CENTS_PER_CNY);
  const amount = Math.round((average * volume) / CENTS_PER_CNY);
  return Math.min(most, Math.max(least, amount)) * UNITS_PER_CNY;
}
