import assert from 'node:assert/strict';

import type { Board, Exchange } from '../../../src/domain/stock-symbol.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import {
  downLimitCents,
  priceLimitOf,
  upLimitCents,
  type LimitFacts,
} from '../../../src/sources/simulated/price-limits.ts';

interface Case {
  readonly board: Board;
  readonly day: string;
  readonly exchange?: Exchange;
  readonly isSt?: boolean;
  readonly session?: number;
  readonly listed?: string;
}

function factsOf({ board, day, exchange, isSt = false, session = 999, listed }: Case): LimitFacts {
  const byBoard = { star: 'SSE', chinext: 'SZSE', bse: 'BSE' } as const;
  const own = board === 'star' || board === 'chinext' || board === 'bse' ? byBoard[board] : 'SSE';
  return {
    exchange: exchange ?? own,
    board,
    day: toDayNumber(day),
    listDay: toDayNumber(listed ?? (session === 999 ? '2001-01-02' : day)),
    sessionsSinceListing: session,
    isSt,
  };
}

/** In cents: pre-close, then the limits, as the library marina-rules gives them for the exchanges' rules. */
const VECTORS: readonly (readonly [number, Case, readonly [number, number] | undefined])[] = [
  [1005, { board: 'main', day: '2024-01-03' }, [1106, 905]],
  [333, { board: 'main', day: '2026-07-03', isSt: true }, [350, 316]],
  [333, { board: 'main', day: '2026-07-06', isSt: true }, [366, 300]],
  [1000, { board: 'chinext', day: '2020-08-21' }, [1100, 900]],
  [1000, { board: 'chinext', day: '2020-08-24' }, [1200, 800]],
  [555, { board: 'chinext', day: '2020-08-21', isSt: true }, [583, 527]],
  [555, { board: 'chinext', day: '2020-08-24', isSt: true }, [666, 444]],
  [7706, { board: 'star', day: '2024-01-03' }, [9247, 6165]],
  [1235, { board: 'bse', day: '2024-01-03' }, [1606, 865]],
  [205, { board: 'main', day: '2024-01-03' }, [226, 185]],
  [1500, { board: 'main', day: '2024-01-30', session: 2, listed: '2024-01-26' }, undefined],
  [1500, { board: 'main', day: '2024-02-02', session: 5, listed: '2024-01-26' }, [1650, 1350]],
  [2000, { board: 'main', day: '2020-05-08', session: 0 }, [2880, 1280]],
  [2000, { board: 'main', day: '2010-05-07', session: 0 }, undefined],
  [2000, { board: 'star', day: '2021-05-07', session: 4 }, undefined],
  [2000, { board: 'bse', day: '2022-05-06', session: 0 }, undefined],
  [2000, { board: 'bse', day: '2022-05-06', session: 1 }, [2600, 1400]],
  [1000, { board: 'main', day: '1996-12-13', listed: '1992-01-02' }, undefined],
  [1000, { board: 'main', day: '1996-12-16', listed: '1992-01-02' }, [1100, 900]],
  [4, { board: 'main', day: '2022-01-04', exchange: 'SZSE' }, [5, 3]],
  [4, { board: 'main', day: '2022-01-04', exchange: 'SSE' }, [4, 4]],
  [4, { board: 'main', day: '2024-01-03', exchange: 'SSE' }, [5, 3]],
];

describe('price limits of the simulated market', () => {
  for (const [preClose, facts, expected] of VECTORS) {
    const { board, day, isSt = false, session } = facts;
    const which = `${isSt ? 'ST ' : ''}${board}${session === undefined ? '' : `, session ${session}`}`;
    it(`of ${preClose} cents, ${which}, on ${day}: ${expected?.join(' and ') ?? 'none'}`, () => {
      const limit = priceLimitOf(factsOf(facts));

      assert.deepEqual(
        limit && [upLimitCents(preClose, limit), downLimitCents(preClose, limit)],
        expected,
      );
    });
  }
});
