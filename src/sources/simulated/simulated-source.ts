import { chunk } from '../../domain/chunk.ts';
import { DataQualityError, TransientError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { toDayNumber } from '../../domain/trading-day.ts';
import { LOCAL_CAPABILITIES, NO_QUOTA } from '../capabilities.ts';
import type { BarsRequest, DataSource, RawAnswer, RefusedSymbols } from '../data-source.ts';
import { marketOf, type MarketOptions } from './market.ts';
import { renderAnswer, type RenderRequest } from './render.ts';
import { SIMULATED_FORMAT } from './wire.ts';

export interface SimulatedOptions extends MarketOptions {
  /** Makes an answer, in a worker thread as a rule. */
  readonly render?: (request: RenderRequest, signal: AbortSignal) => Promise<Uint8Array>;
  /** Epoch milliseconds: answers tell what was known then. Without it, what is finally known. */
  readonly asOf?: number;
  readonly faults?: SimulatedFaults;
}

/** For tests and proofs. */
export interface SimulatedFaults {
  /** Symbols that it always refuses. */
  readonly poisonSymbols?: readonly StockSymbol[];
  /** Each n-th request fails at once, as a connection that was reset. */
  readonly flakyEvery?: number;
}

const SIMULATED = 'simulated';
/** Symbols an answer, at most. */
const SYMBOLS_PER_ANSWER = 500;

/** The simulated market as a source. Its rows may enter only a database made for a demo. */
export function createSimulatedSource(options: SimulatedOptions): DataSource {
  const { render = renderHere, asOf, faults = {}, ...market } = options;
  const poisoned = new Set(faults.poisonSymbols);
  let requests = 0;

  function refusalOf(symbol: StockSymbol): RefusedSymbols | undefined {
    if (!marketOf(market).has(symbol)) {
      const error = new DataQualityError(
        `symbol unknown: ${symbol} is not in the simulated market`,
        {
          code: 'ETL-SRC-110',
          hint: 'check the symbol; the market has as many as ETL_SIMULATED_SYMBOLS says.',
          details: { symbol },
        },
      );
      return { kind: 'refused', symbols: [symbol], error };
    }
    if (poisoned.has(symbol)) {
      const error = new DataQualityError(`symbol poisoned: ${symbol} is refused by request`, {
        code: 'ETL-SRC-111',
        details: { symbol },
      });
      return { kind: 'refused', symbols: [symbol], error };
    }
    return undefined;
  }

  async function answerFor(
    symbols: readonly StockSymbol[],
    { startDate, endDate }: BarsRequest,
    signal: AbortSignal,
  ): Promise<RawAnswer> {
    const known = asOf === undefined ? {} : { asOf };
    const range = { from: toDayNumber(startDate), to: toDayNumber(endDate) };
    return {
      kind: 'answer',
      symbols,
      format: SIMULATED_FORMAT,
      request: {
        seed: market.seed,
        marketSymbols: market.symbols,
        startDate,
        endDate,
        symbols: symbols.length,
        ...known,
      },
      body: await render({ market, symbols, ...range, ...known }, signal),
    };
  }

  return {
    name: SIMULATED,
    capabilities: { ...LOCAL_CAPABILITIES, wholeLots: market.wholeLots ?? false },
    defaultQuota: NO_QUOTA,
    endpoints: {},
    listInstruments: () => Promise.resolve(marketOf(market).instruments),
    async *fetchBars(request, signal) {
      requests += 1;
      if (faults.flakyEvery !== undefined && requests % faults.flakyEvery === 0) {
        throw new TransientError(`connection reset by request ${requests}, as was wished`, {
          code: 'ETL-SRC-113',
        });
      }
      const refusals = request.symbols.map(refusalOf);
      for (const refusal of refusals) {
        if (refusal !== undefined) {
          yield refusal;
        }
      }
      const served = request.symbols.filter((_, index) => refusals[index] === undefined);
      for (const part of chunk(served, SYMBOLS_PER_ANSWER)) {
        signal.throwIfAborted();
        yield await answerFor(part, request, signal);
      }
    },
  };
}

function renderHere(request: RenderRequest): Promise<Uint8Array> {
  return Promise.resolve(renderAnswer(request));
}
