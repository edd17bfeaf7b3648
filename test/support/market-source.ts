import { NO_QUOTA, LOCAL_CAPABILITIES, type RequestShape } from '../../src/sources/capabilities.ts';
import type { BarColumns } from '../../src/domain/bar.ts';
import { toDayNumber, type TradingDay } from '../../src/domain/trading-day.ts';
import type { CallGate } from '../../src/sources/call-gate.ts';
import type { DataSource, RawAnswer } from '../../src/sources/data-source.ts';
import { marketOf, type MarketOptions } from '../../src/sources/simulated/market.ts';
import { encodeAnswer, SIMULATED_FORMAT } from '../../src/sources/simulated/wire.ts';

export interface MarketSourceOptions {
  readonly name: string;
  readonly market: MarketOptions;
  readonly shape: Exclude<RequestShape, 'any'>;
  readonly gate: CallGate;
  /** What it does to an answer before it sends it; throws for a call that fails. `call` counts from 1. */
  readonly change?: (columns: BarColumns, call: number) => BarColumns;
}

/** A source that must be asked over the gate, call by call, as one across a network: one symbol or one session a call. */
export function createMarketSource(options: MarketSourceOptions): DataSource & { calls: number } {
  const { name, market, shape, gate, change = (columns) => columns } = options;
  async function call(
    symbols: readonly string[],
    range: { readonly startDate: TradingDay; readonly endDate: TradingDay },
    signal: AbortSignal,
  ): Promise<RawAnswer> {
    const body = await gate(
      { source: name, endpoint: 'bars', priority: 'daily' },
      async () => {
        source.calls += 1;
        const [from, to] = [toDayNumber(range.startDate), toDayNumber(range.endDate)];
        const columns = marketOf(market).bars(symbols, from, to);
        return encodeAnswer(change(columns, source.calls));
      },
      signal,
    );
    return { kind: 'answer', symbols, format: SIMULATED_FORMAT, request: { ...range }, body };
  }
  const source: DataSource & { calls: number } = {
    calls: 0,
    name,
    capabilities: { ...LOCAL_CAPABILITIES, shapes: [shape] },
    defaultQuota: NO_QUOTA,
    endpoints: { [shape]: 'bars' },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars(request, signal) {
      if (shape === 'session') {
        yield await call(request.symbols, request, signal);
        return;
      }
      for (const symbol of request.symbols) {
        yield await call([symbol], request, signal);
      }
    },
  };
  return source;
}
