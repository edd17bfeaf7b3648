import assert from 'node:assert/strict';

import {
  MARK,
  MISSING,
  missingReasonAt,
  VALUE_COLUMNS,
  type BarColumns,
} from '../../src/domain/bar.ts';
import { toDayNumber } from '../../src/domain/trading-day.ts';
import type {
  BarsRequest,
  DataSource,
  RawAnswer,
  RefusedSymbols,
} from '../../src/sources/data-source.ts';
import { decoders } from '../../src/sources/decoders.ts';
import { marketOf } from '../../src/sources/simulated/market.ts';
import { standardiseBars } from '../../src/transform/standardise.ts';

/* What every source of bars has to do, whether it is on a network or not. */

export const MARKET = { seed: 7, symbols: 60 };
/** In it, for some of the symbols: a suspension, an ex-right day, odd lots. */
export const RANGE = { startDate: '2026-01-05', endDate: '2026-11-20' };
export const SHORT = { startDate: '2026-11-02', endDate: '2026-11-20' };
const never = new AbortController().signal;

export async function answersOf(
  source: DataSource,
  request: BarsRequest,
  signal: AbortSignal = never,
): Promise<{ answers: RawAnswer[]; refused: RefusedSymbols[] }> {
  const answers: RawAnswer[] = [];
  const refused: RefusedSymbols[] = [];
  for await (const each of source.fetchBars(request, signal)) {
    if (each.kind === 'answer') {
      answers.push(each);
    } else {
      refused.push(each);
    }
  }
  return { answers, refused };
}

export async function barsOf(source: DataSource, request: BarsRequest): Promise<BarColumns> {
  const { answers } = await answersOf(source, request);
  const parts = await Promise.all(
    answers.map(async ({ format, body, request: facts }, answer) => {
      const columns = await decoders[format]?.(body, facts);
      assert.ok(columns, `no decoder for ${format}`);
      return { columns, answer, fetchedAt: '2026-11-25T00:00:00Z' };
    }),
  );
  const { columns } = standardiseBars(parts, {
    symbols: request.symbols,
    startDay: toDayNumber(request.startDate),
    endDay: toDayNumber(request.endDate),
  });
  return columns;
}

/** The market's symbol that stands for a symbol of the United States in the emulators. */
function truthSymbol(symbol: string): string {
  const code = /^SIM(\d{6})\.US$/.exec(symbol)?.[1];
  return code === undefined ? symbol : `${code}.${code.startsWith('6') ? 'SH' : 'SZ'}`;
}

interface TruthRow {
  readonly symbol: string;
  readonly row: number;
  readonly bars: BarColumns;
}

export function truthOf(
  symbols: readonly string[],
  range: { startDate: string; endDate: string },
): TruthRow[] {
  const [from, to] = [toDayNumber(range.startDate), toDayNumber(range.endDate)];
  return symbols.toSorted().flatMap((symbol) => {
    const bars = marketOf(MARKET).bars([truthSymbol(symbol)], from, to);
    return Array.from({ length: bars.length }, (_, row) => ({ symbol, row, bars })).filter(
      ({ row }) => ((bars.marks[row] ?? 0) & MARK.suspended) === 0,
    );
  });
}

/** A source of the kit's market. */
export interface ContractCase {
  readonly source: DataSource;
  /** That it serves: one of each board that it has. */
  readonly symbols: readonly string[];
  /** Of its market, and unknown to it. */
  readonly unknown: string;
}

/** How far a value may lie from the truth: what the source rounds away, no more. */
function toleranceOf(column: string, { name, capabilities }: DataSource): number {
  if (column === 'volume') {
    return capabilities.wholeLots ? 50 : 0;
  }
  // Tencent gives amounts in hundreds of CNY.
  return column === 'amount' && name === 'tencent' ? 50 * 10_000 : 0;
}

function checkAgainstTruth(source: DataSource, bars: BarColumns, truth: TruthRow[]): void {
  assert.equal(bars.length, truth.length, 'as many bars as there were sessions with a trade');
  for (const [row, { symbol, row: at, bars: true_ }] of truth.entries()) {
    assert.equal(bars.symbols[bars.symbolId[row] ?? 0], symbol);
    assert.equal(bars.tradingDay[row], true_.tradingDay[at]);
    for (const column of VALUE_COLUMNS) {
      const [got = 0, expected = 0] = [bars[column][row], true_[column][at]];
      if (missingReasonAt(bars, row, column) === MISSING.noColumn) {
        assert.ok(Number.isNaN(got));
        continue;
      }
      const isClose = Math.abs(got - expected) <= toleranceOf(column, source);
      assert.ok(isClose, `${symbol} row ${row} ${column}: got ${got}, expected ${expected}`);
    }
  }
}

/** The part of the contract that knows nothing of calls. `contract` gives the case once the suite has begun. */
export function keepsTheContract(contract: () => ContractCase): void {
  it('gives the truth in our units, order and symbols, for every board that it has', async () => {
    const { source, symbols } = contract();

    const bars = await barsOf(source, { symbols, ...RANGE });

    checkAgainstTruth(source, bars, truthOf(symbols, RANGE));
  });

  it('says by its capabilities which columns it has', async () => {
    const { source, symbols } = contract();

    const bars = await barsOf(source, { symbols: symbols.slice(0, 1), ...SHORT });

    const { hasAmount, hasPreClose } = source.capabilities;
    assert.equal(missingReasonAt(bars, 0, 'amount') === MISSING.given, hasAmount);
    assert.equal(missingReasonAt(bars, 0, 'preClose') === MISSING.given, hasPreClose);
  });

  it('makes no row of a range without a session', async () => {
    const { source, symbols } = contract();
    const days = { startDate: '2026-11-14', endDate: '2026-11-15' };

    const bars = await barsOf(source, { symbols: symbols.slice(0, 1), ...days });

    assert.equal(bars.length, 0);
  });

  it('makes no row of a symbol that the source does not know, and serves the others', async () => {
    const { source, symbols, unknown } = contract();
    const [symbol = ''] = symbols;

    const bars = await barsOf(source, { symbols: [unknown, symbol], ...SHORT });

    assert.deepEqual([...new Set(Array.from(bars.symbolId, (id) => bars.symbols[id]))], [symbol]);
  });
}
