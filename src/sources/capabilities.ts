import type { Dataset } from '../domain/dataset.ts';
import type { Exchange } from '../domain/stock-symbol.ts';

/** How one call of a source is cut: one symbol over a range, all symbols of one session, or whatever is asked. */
export type RequestShape = 'symbol' | 'session' | 'any';

/** Where symbols trade: an A-share exchange, or the United States. */
export type MarketPlace = Exchange | 'US';

/** What a source can do, before it is asked. */
export interface Capabilities {
  readonly datasets: readonly Dataset[];
  /** How daily bars are asked for, the cheapest for a whole market first. */
  readonly shapes: readonly RequestShape[];
  readonly markets: readonly MarketPlace[];
  /** Serves at most so many of the latest sessions; undefined: all history. */
  readonly maxSessionsBack?: number;
  readonly hasAmount: boolean;
  readonly hasPreClose: boolean;
  /** Volumes are rounded to lots of 100 shares. */
  readonly wholeLots: boolean;
  /** `split_adjusted`: prices before a split are not those that were paid, so rows serve comparison only. */
  readonly priceBasis: 'raw' | 'split_adjusted';
  /** Days without a trade come as rows marked suspended, which is evidence. */
  readonly reportsSuspensions: boolean;
  /** An empty answer is told apart from a failure by the source itself. */
  readonly isEmptyReliable: boolean;
  /** The source holds a finite set: nothing beyond it is to be expected. */
  readonly isFinite: boolean;
  /** Calls at the same time, over all workers. */
  readonly concurrency: number;
}

/** Calls that a source allows by default. Undefined: no limit known. */
export interface Quota {
  readonly perMinute?: number;
  readonly perHour?: number;
  readonly perDay?: number;
  /** Between two calls. */
  readonly minIntervalMs?: number;
}

/** Of local sources: nothing to be spared. */
export const NO_QUOTA: Quota = {};

/** Of a source that holds data itself, without an endpoint elsewhere. */
export const LOCAL_CAPABILITIES: Capabilities = {
  datasets: ['daily_bars', 'instruments'],
  shapes: ['any'],
  markets: ['SSE', 'SZSE', 'BSE'],
  hasAmount: true,
  hasPreClose: true,
  wholeLots: false,
  priceBasis: 'raw',
  reportsSuspensions: true,
  isEmptyReliable: true,
  isFinite: false,
  concurrency: Number.POSITIVE_INFINITY,
};
