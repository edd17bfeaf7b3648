import { TransientError } from '../domain/errors.ts';
import type { BarsRequest, DataSource } from '../sources/data-source.ts';
import type { MarketOptions } from '../sources/simulated/market.ts';
import { createSimulatedSource } from '../sources/simulated/simulated-source.ts';

/** The simulated market at an instant that its owner moves, with outages. */
export interface SimulatedWorld {
  readonly source: DataSource;
  /** Epoch milliseconds: the source tells what was known then. */
  now: number;
  /** While this answers true, the source fails. */
  isOut: (request: BarsRequest) => boolean;
  /** What was asked for, in order. */
  readonly requests: BarsRequest[];
}

export function createSimulatedWorld(market: MarketOptions, now: number): SimulatedWorld {
  const requests: BarsRequest[] = [];
  const plain = createSimulatedSource(market);
  const world: SimulatedWorld = {
    now,
    isOut: () => false,
    requests,
    source: {
      ...plain,
      async *fetchBars(request, signal) {
        requests.push(request);
        if (world.isOut(request)) {
          throw new TransientError('the simulated source is out', { code: 'ETL-SRC-114' });
        }
        yield* createSimulatedSource({ ...market, asOf: world.now }).fetchBars(request, signal);
      },
    },
  };
  return world;
}
