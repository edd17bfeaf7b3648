import type { ReferenceDataset } from './dataset.ts';
import { boardOf, exchangeOf, type StockSymbol } from './stock-symbol.ts';

/** Markets that may have an order of sources of their own: the shares of an exchange, and the indices of all. */
export const ORDERED_MARKETS = ['SSE', 'SZSE', 'BSE', 'INDEX'] as const;
export type OrderedMarket = (typeof ORDERED_MARKETS)[number];

/** Where the order of the sources differs from the general one. */
export interface SourceOrders {
  /** Of daily bars, by market. */
  readonly markets: Readonly<Partial<Record<OrderedMarket, readonly string[]>>>;
  readonly datasets: Readonly<Partial<Record<ReferenceDataset, readonly string[]>>>;
}

export const NO_ORDERS: SourceOrders = { markets: {}, datasets: {} };

/** Sources in order, and where it differs. */
export interface SourceOrder {
  readonly sources: readonly string[];
  readonly orders?: SourceOrders;
}

function marketOf(symbol: StockSymbol): OrderedMarket {
  return boardOf(symbol) === 'index' ? 'INDEX' : exchangeOf(symbol);
}

/** The sources of one symbol's bars, in order. */
export function sourcesOfSymbol(
  { sources, orders }: SourceOrder,
  symbol: StockSymbol,
): readonly string[] {
  return orders?.markets[marketOf(symbol)] ?? sources;
}

/** The sources of a dataset beside bars, in order. */
export function sourcesOfDataset(
  { sources, orders }: SourceOrder,
  dataset: ReferenceDataset,
): readonly string[] {
  return orders?.datasets[dataset] ?? sources;
}
