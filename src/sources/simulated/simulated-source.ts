import { DataQualityError } from '../../domain/errors.ts';
import { toDayNumber } from '../../domain/trading-day.ts';
import type { DataSource } from '../data-source.ts';
import { marketOf, type MarketOptions } from './market.ts';
import { renderAnswer, type RenderRequest } from './render.ts';
import { SIMULATED_FORMAT } from './wire.ts';

export interface SimulatedOptions extends MarketOptions {
  /** Makes an answer, in a worker thread as a rule. */
  readonly render?: (request: RenderRequest, signal: AbortSignal) => Promise<Uint8Array>;
  /** Symbols for which it always fails, for tests. */
  readonly poisoned?: ReadonlySet<string>;
}

export const SIMULATED = 'simulated';
/** Symbols an answer, at most. */
const SYMBOLS_PER_ANSWER = 500;

/** The simulated market as a source. Its rows may enter only a database made for a demo. */
export function createSimulatedSource(options: SimulatedOptions): DataSource {
  const { seed, symbols, poisoned = new Set<string>() } = options;
  const market = { seed, symbols };
  const render = options.render ?? ((request) => Promise.resolve(renderAnswer(request)));
  return {
    name: SIMULATED,
    listInstruments: () => Promise.resolve(marketOf(market).instruments),
    async *fetchBars(request, signal) {
      const known = marketOf(market);
      const served = request.symbols.filter((s) => known.has(s) && !poisoned.has(s));
      const refused = request.symbols.filter((s) => !known.has(s) || poisoned.has(s));
      for (const symbol of refused) {
        const error = new DataQualityError(`${symbol} is unknown to the simulated market`, {
          code: 'ETL-SRC-110',
          hint: 'check the symbol; the market has as many as ETL_SIMULATED_SYMBOLS says.',
          details: { symbol },
        });
        yield { kind: 'refused', symbols: [symbol], error };
      }
      const { startDate, endDate } = request;
      for (let start = 0; start < served.length; start += SYMBOLS_PER_ANSWER) {
        const part = served.slice(start, start + SYMBOLS_PER_ANSWER);
        const range = { from: toDayNumber(startDate), to: toDayNumber(endDate) };
        yield {
          kind: 'answer',
          symbols: part,
          format: SIMULATED_FORMAT,
          request: { seed, marketSymbols: symbols, startDate, endDate, symbols: part.length },
          body: await render({ market, symbols: part, ...range }, signal),
        };
      }
    },
  };
}
