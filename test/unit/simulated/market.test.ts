import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import fc from 'fast-check';

import { isSession } from '../../../src/calendar/trading-calendar.ts';
import { MARK, takeRows, type BarColumns } from '../../../src/domain/bar.ts';
import { boardOf, exchangeOf } from '../../../src/domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { createMarket } from '../../../src/sources/simulated/market.ts';
import { limitCents, limitPercent } from '../../../src/sources/simulated/price-limits.ts';

const market = createMarket({ seed: 7, symbols: 200 });
const symbols = market.instruments.map(({ symbol }) => symbol);
const FROM = toDayNumber('2019-01-02');
const TO = toDayNumber('2026-10-30');
const rows = market.bars(symbols, FROM, TO);
/** The bars alone. */
const all = takeRows(
  rows,
  Uint32Array.from(rows.marks.keys()).filter((row) => !isSuspended(row)),
);

function isSuspended(row: number): boolean {
  return ((rows.marks[row] ?? 0) & MARK.suspended) !== 0;
}

function at(array: ArrayLike<number>, row: number): number {
  return array[row] ?? Number.NaN;
}

function symbolAt(columns: BarColumns, row: number): string {
  return columns.symbols[at(columns.symbolId, row)] ?? '';
}

function where(row: number): string {
  return `${symbolAt(all, row)} ${fromDayNumber(at(all.tradingDay, row))}`;
}

/** Calls `check` for each row whose previous row is the same symbol's last session. */
function eachPair(check: (row: number, before: number) => void): void {
  for (let row = 1; row < all.length; row += 1) {
    if (all.symbolId[row] === all.symbolId[row - 1]) {
      check(row, row - 1);
    }
  }
}

describe('simulated market', () => {
  it('has every board, newcomers and delistings', () => {
    const boards = new Set(symbols.map(boardOf));
    assert.deepEqual(boards, new Set(['main', 'star', 'chinext', 'bse']));
    assert.ok(market.instruments.some(({ listDate }) => (listDate ?? '') > '2023-01-01'));
    assert.ok(market.instruments.some(({ delistDate }) => delistDate !== undefined));
    assert.equal(new Set(symbols).size, symbols.length);
  });

  it('has bars that no rule could refuse: order, ticks, VWAP, whole shares', () => {
    for (let row = 0; row < all.length; row += 1) {
      const open = at(all.open, row);
      const high = at(all.high, row);
      const low = at(all.low, row);
      const close = at(all.close, row);
      assert.ok(low > 0 && low <= Math.min(open, close), where(row));
      assert.ok(high >= Math.max(open, close), where(row));
      assert.ok([open, high, low, close, at(all.preClose, row)].every((p) => p % 100 === 0));
      const vwap = at(all.amount, row) / at(all.volume, row);
      assert.ok(vwap >= low && vwap <= high, where(row));
      assert.ok(Number.isSafeInteger(at(all.amount, row)) && at(all.volume, row) > 0);
    }
  });

  it('trades on sessions only, within the listing life, never while suspended', () => {
    const listed = new Map(market.instruments.map((i) => [i.symbol, i]));
    const suspended = new Map(
      symbols.map((symbol) => [symbol, new Set(market.suspendedDays(symbol, FROM, TO))]),
    );
    for (let row = 0; row < all.length; row += 1) {
      const symbol = symbolAt(all, row);
      const day = at(all.tradingDay, row);
      const instrument = listed.get(symbol);
      assert.ok(isSession(exchangeOf(symbol), day), where(row));
      assert.ok(fromDayNumber(day) >= (instrument?.listDate ?? ''), where(row));
      assert.ok(fromDayNumber(day) < (instrument?.delistDate ?? '9999'), where(row));
      assert.ok(!suspended.get(symbol)?.has(day), where(row));
    }
    assert.ok(
      [...suspended.values()].some((days) => days.size >= 10),
      'no long suspension',
    );
  });

  it('says of each listed session that it was suspended, or has a bar', () => {
    const named = new Set<string>();
    for (let row = 0; row < rows.length; row += 1) {
      if (isSuspended(row)) {
        named.add(`${rows.symbols[at(rows.symbolId, row)]}/${at(rows.tradingDay, row)}`);
        assert.equal(at(rows.volume, row), 0);
        assert.equal(at(rows.high, row), at(rows.low, row));
      }
    }
    const expected = symbols.flatMap((symbol) =>
      market.suspendedDays(symbol, FROM, TO).map((day) => `${symbol}/${day}`),
    );

    assert.deepEqual(named, new Set(expected));
    assert.ok(named.size > 100);
  });

  it('keeps the price limits of board, day and ST status, and reaches them', () => {
    const firstDay = new Map(market.instruments.map((i) => [i.symbol, i.listDate]));
    let atLimit = 0;
    let free = 0;
    eachPair((row) => {
      const symbol = symbolAt(all, row);
      const day = at(all.tradingDay, row);
      const age = day - toDayNumber(firstDay.get(symbol) ?? '1990-12-19');
      if (age < 12) {
        free += 1;
        return;
      }
      const isSt = (at(all.marks, row) & MARK.st) !== 0;
      const percent =
        limitPercent({ board: boardOf(symbol), day, isSt, sessionsSinceListing: 99 }) ?? 0;
      const preClose = at(all.preClose, row) / 100;
      const close = at(all.close, row) / 100;
      assert.ok(at(all.high, row) / 100 <= limitCents(preClose, percent), where(row));
      assert.ok(at(all.low, row) / 100 >= limitCents(preClose, -percent), where(row));
      atLimit +=
        close === limitCents(preClose, percent) || close === limitCents(preClose, -percent) ? 1 : 0;
    });
    assert.ok(atLimit > all.length / 500, `${atLimit} closes at the limit`);
    assert.ok(free > 0);
  });

  it('chains pre-closes to closes, but on ex-right days', () => {
    const exDays = new Map(
      symbols.map((symbol) => [symbol, market.corporateActions(symbol).length]),
    );
    let broken = 0;
    eachPair((row, before) => {
      broken += at(all.preClose, row) === at(all.close, before) ? 0 : 1;
    });
    const actions = [...exDays.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(broken > 0 && broken <= actions, `${broken} broken links, ${actions} actions`);
  });

  it('gives a bar the same values whatever range and company it is asked in', () => {
    const rowOf = new Map<string, number>();
    for (let row = 0; row < all.length; row += 1) {
      rowOf.set(`${symbolAt(all, row)}/${at(all.tradingDay, row)}`, row);
    }
    const range = fc.tuple(fc.integer({ min: FROM, max: TO }), fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(
        fc.subarray(symbols, { minLength: 1, maxLength: 5 }),
        range,
        (some, [from, days]) => {
          const part = market.bars(some, from, Math.min(TO, from + days));
          for (let row = 0; row < part.length; row += 1) {
            if ((at(part.marks, row) & MARK.suspended) !== 0) {
              continue;
            }
            const other = rowOf.get(`${symbolAt(part, row)}/${at(part.tradingDay, row)}`) ?? -1;
            for (const name of [
              'open',
              'high',
              'low',
              'close',
              'preClose',
              'volume',
              'amount',
            ] as const) {
              assert.equal(at(part[name], row), at(all[name], other), `${name} of ${where(other)}`);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('holds a smaller market within a larger one', () => {
    const small = createMarket({ seed: 7, symbols: 40 });
    const some = small.instruments.map(({ symbol }) => symbol);

    assert.deepEqual(some, symbols.slice(0, 40));
    assert.deepEqual(
      small.bars(some, FROM, FROM + 60).close,
      market.bars(some, FROM, FROM + 60).close,
    );
  });

  it('is the same in every process', () => {
    const module = new URL('../../../src/sources/simulated/market.', import.meta.url).href;
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const script = `
      const { createMarket } = await import('${module}${extension}');
      const market = createMarket({ seed: 7, symbols: 200 });
      const bars = market.bars(market.instruments.map((i) => i.symbol), ${FROM}, ${FROM + 30});
      process.stdout.write(String(bars.close.reduce((sum, close) => (sum * 31 + close) % 1e9, 0)));`;
    const here = market
      .bars(symbols, FROM, FROM + 30)
      .close.reduce((sum, close) => (sum * 31 + close) % 1e9, 0);
    const loader = extension === 'ts' ? ['--import=tsx'] : [];

    const there = execFileSync(process.execPath, [...loader, '--input-type=module', '-e', script]);

    assert.equal(there.toString(), String(here));
  });
});
