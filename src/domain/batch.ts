import type { StockSymbol } from './stock-symbol.ts';

/** A staged file of a batch: what travels in place of rows. */
export interface BatchRef {
  readonly id: string;
  /** Key in the staging store. */
  readonly uri: string;
  readonly sha256: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A landed answer of a source. */
export interface PayloadRef {
  /** Of the answer as it came, before compression: its address and its proof. */
  readonly sha256: string;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly encoding: 'zstd' | 'gzip' | 'identity';
}

/** One request to a source and what came back: the unit of lineage. */
export interface LandedAnswer {
  readonly source: string;
  /** Names the decoder, with its version: `tushare.daily/1`. */
  readonly format: string;
  /** What was asked, without secrets: enough to ask again, and all that the decoder needs. */
  readonly request: Readonly<Record<string, string | number | boolean | null>>;
  readonly symbols: readonly StockSymbol[];
  /** ISO instant. */
  readonly fetchedAt: string;
  readonly payload: PayloadRef;
}

/** A symbol that could not be served, and why. */
export interface SymbolFailure {
  readonly symbol: StockSymbol;
  readonly code: string;
  readonly message: string;
}
