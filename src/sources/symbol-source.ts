import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { Capabilities, Quota } from './capabilities.ts';
import type { BarsRequest, DataSource, RequestFacts } from './data-source.ts';
import { createHttpClient, type AnswerFault, type HttpSettings } from './http/client.ts';
import { partSymbols, refusedWhereUnknown, type RemoteOptions } from './remote-source.ts';

/** What a source asked symbol by symbol over HTTP is, unless it says otherwise: plain bars of which nothing is certain. */
const USUAL: Omit<Capabilities, 'markets'> = {
  datasets: ['daily_bars'],
  shapes: ['symbol'],
  hasAmount: false,
  hasPreClose: false,
  wholeLots: false,
  priceBasis: 'raw',
  reportsSuspensions: false,
  isEmptyReliable: false,
  isFinite: false,
  concurrency: 1,
};

/** One GET for one symbol, or for a part of its range. */
export interface SymbolCall {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
  /** What the decoder needs beside the symbol. */
  readonly facts: RequestFacts;
}

/** All that one such source is, beside its decoder. */
export interface SymbolSource {
  readonly name: string;
  readonly endpoint: string;
  readonly format: string;
  readonly capabilities: Partial<Capabilities> & Pick<Capabilities, 'markets'>;
  readonly quota: Quota;
  readonly http?: Pick<HttpSettings, 'headers' | 'secrets' | 'keepAlive' | 'isSilentCloseBan'>;
  /** Why the source has no such symbol, or not over this range; undefined where it may. */
  whyNotServed(symbol: StockSymbol, request: BarsRequest): string | undefined;
  callsOf(symbol: StockSymbol, request: BarsRequest): readonly SymbolCall[];
  readonly faultOf: AnswerFault;
}

/** A source that has bars only, asked over HTTP for one symbol at a time. */
export function createSymbolSource(source: SymbolSource, options: RemoteOptions): DataSource {
  const { name, endpoint, format, quota, http: settings } = source;
  const { baseUrl, gate, timeoutMs, maxBytes } = options;
  const capabilities = { ...USUAL, ...source.capabilities };
  const http = createHttpClient({
    source: name,
    baseUrl,
    gate,
    connections: capabilities.concurrency,
    totalTimeoutMs: timeoutMs,
    maxBytes,
    ...settings,
  });
  return {
    name,
    capabilities,
    defaultQuota: quota,
    endpoints: { symbol: endpoint },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars(request, signal) {
      const { priority } = request;
      const { served, refused } = partSymbols(request.symbols, name, (symbol) =>
        source.whyNotServed(symbol, request),
      );
      yield* refused;
      for (const symbol of served) {
        for (const { path, query, facts } of source.callsOf(symbol, request)) {
          yield await refusedWhereUnknown(symbol, async () => {
            const call = { endpoint, priority, path, query };
            const { body } = await http.send(call, source.faultOf, signal);
            const asked = { symbol, ...facts };
            return { kind: 'answer', symbols: [symbol], format, request: asked, body };
          });
        }
      }
    },
  };
}
