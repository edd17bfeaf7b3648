import type { BarColumns } from '../domain/bar.ts';
import type { DatasetBatch, ReferenceDataset } from '../domain/dataset.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import type { CallPriority } from './call-gate.ts';
import type { Capabilities, Quota, RequestShape } from './capabilities.ts';

/** What is wanted of a source: the bars of some symbols over a closed range of days. */
export interface BarsRequest {
  readonly symbols: readonly StockSymbol[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  /** For `files` only: what to read below the configured root. */
  readonly path?: string;
  /** Which of its shapes the source is to use; it chooses itself where this is absent. */
  readonly shape?: RequestShape;
  /** `daily` where absent. */
  readonly priority?: CallPriority;
}

/** What is wanted beside bars. A dataset that has no symbols, or no days, takes no notice of them. */
export interface DatasetRequest {
  readonly dataset: ReferenceDataset;
  /** Empty: all. */
  readonly symbols: readonly StockSymbol[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  readonly priority?: CallPriority;
}

/** Facts of one request, without secrets: enough to ask again, and all that its decoder needs. */
export type RequestFacts = Readonly<Record<string, string | number | boolean | null>>;

/** One answer, as it came. */
export interface RawAnswer {
  readonly kind: 'answer';
  /** The symbols for which this answer was asked; it may hold more (a whole session) or fewer (an empty one). */
  readonly symbols: readonly StockSymbol[];
  /** Key of `decoders`: `tushare.daily/1`. */
  readonly format: string;
  readonly request: RequestFacts;
  readonly body: Uint8Array;
}

/** One answer of a reference dataset, as it came. */
export interface RawDatasetAnswer {
  readonly dataset: ReferenceDataset;
  /** Whether it holds the symbols that were asked for, or those of the whole market. */
  readonly scope: 'symbols' | 'market';
  /** Key of `datasetDecoders`: `tushare.adj_factor/1`. */
  readonly format: string;
  readonly request: RequestFacts;
  readonly body: Uint8Array;
}

/** Symbols that the source could not serve; the others of the request go on. */
export interface RefusedSymbols {
  readonly kind: 'refused';
  readonly symbols: readonly StockSymbol[];
  readonly error: Error;
}

/** What a finite source holds. */
export interface Inspection {
  readonly instruments: readonly Instrument[];
  /** Undefined where it holds no row. */
  readonly firstDay: TradingDay | undefined;
  readonly lastDay: TradingDay | undefined;
  readonly rowsBySymbol: ReadonlyMap<StockSymbol, number>;
}

/**
 * A source of daily bars. An adapter settles units, order, names and code mapping, and nothing else does. It never
 * decodes while it fetches: what it yields is landed first and decoded later, from the landing store.
 */
export interface DataSource {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly defaultQuota: Quota;
  /** The endpoints that `fetchBars` may call, by shape: with `name`, the keys of quota and breaker. Empty for local sources. */
  readonly endpoints: Partial<Record<RequestShape, string>>;
  /** Every instrument that the source can serve; empty where it cannot tell. @throws EtlError */
  listInstruments(
    scope: Pick<BarsRequest, 'path'>,
    signal: AbortSignal,
  ): Promise<readonly Instrument[]>;
  /** Of a source that holds a finite set (files): what lies there. Jobs without dates take its range. */
  inspect?(scope: Pick<BarsRequest, 'path'>, signal: AbortSignal): Promise<Inspection>;
  /**
   * Answers that together cover the request. An answer without rows is an answer: whether nothing is right is for the
   * caller to judge. @throws EtlError where the whole request fails:
   * - TransientError: reset, time-out, 5xx, truncated or empty body, HTML in place of data. `details.endpoint` says where.
   * - RateLimitedError: over the quota, or (`details.isBan`) banned; `retryAfterMs` says how long. `details.limit` and
   *   `details.windowSeconds` hold a limit that the answer names.
   * - ConfigurationError: bad token, no permission: never again until the configuration changes.
   * - SchemaDriftError: another shape or unit than the adapter knows: fail over, tell people.
   * - DataQualityError, as a refusal: the source does not know this symbol, or not this kind of it.
   */
  fetchBars(request: BarsRequest, signal: AbortSignal): AsyncIterable<RawAnswer | RefusedSymbols>;
  /** Of sources with more datasets than bars. @throws as `fetchBars` */
  fetchDataset?(request: DatasetRequest, signal: AbortSignal): AsyncIterable<RawDatasetAnswer>;
}

/**
 * Bytes to columns, pure. Rows in the payload's order, duplicates and suspended rows included, restricted to nothing:
 * the caller filters by symbol and range. Raw prices in 1/10,000 CNY, volume in shares, amount in 1/10,000 CNY.
 * @throws SchemaDriftError where the shape or the units are not what the format promises.
 */
export type BarsDecoder = (
  body: Uint8Array,
  request: RequestFacts,
) => BarColumns | Promise<BarColumns>;

/** Bytes to reference rows, pure; as `BarsDecoder` otherwise. @throws SchemaDriftError */
export type DatasetDecoder = (body: Uint8Array, request: RequestFacts) => DatasetBatch;
