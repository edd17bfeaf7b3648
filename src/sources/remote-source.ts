import { sessionsBetween } from '../calendar/trading-calendar.ts';
import { EtlError } from '../domain/errors.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { CallGate } from './call-gate.ts';
import type { BarsRequest, RawAnswer, RefusedSymbols } from './data-source.ts';
import { notServed } from './http/source-error.ts';

/** What every source needs that is asked over a network. */
export interface RemoteOptions {
  /** From the configuration only. */
  readonly baseUrl: string;
  readonly gate: CallGate;
  readonly timeoutMs?: number;
  /** Of an answer, decompressed. */
  readonly maxBytes?: number;
}

/** Symbols parted by whether a source has their kind at all. */
export function partSymbols(
  symbols: readonly StockSymbol[],
  source: string,
  faultOf: (symbol: StockSymbol) => string | undefined,
): { readonly served: readonly StockSymbol[]; readonly refused: readonly RefusedSymbols[] } {
  const served: StockSymbol[] = [];
  const refused: RefusedSymbols[] = [];
  for (const symbol of symbols) {
    const why = faultOf(symbol);
    if (why === undefined) {
      served.push(symbol);
    } else {
      const error = notServed({ source, endpoint: 'none' }, symbol, why);
      refused.push({ kind: 'refused', symbols: [symbol], error });
    }
  }
  return { served, refused };
}

/** Sessions in a request's range: A-share exchanges share one calendar. */
export function sessionsIn({ startDate, endDate }: BarsRequest): Int32Array {
  return sessionsBetween('SSE', startDate, endDate);
}

const UNKNOWN = new Set(['ETL-SRC-340', 'ETL-SRC-342']);

/** The answer for one symbol, or its refusal where the source says that it does not know it: the others go on. */
export async function refusedWhereUnknown(
  symbol: StockSymbol,
  fetchAnswer: () => Promise<RawAnswer>,
): Promise<RawAnswer | RefusedSymbols> {
  try {
    return await fetchAnswer();
  } catch (error) {
    if (error instanceof EtlError && UNKNOWN.has(error.code)) {
      return { kind: 'refused', symbols: [symbol], error };
    }
    throw error;
  }
}
