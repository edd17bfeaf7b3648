import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { isSession } from '../../../src/calendar/trading-calendar.ts';
import { MARK, takeRows, type BarColumns } from '../../../src/domain/bar.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { boardOf, exchangeOf } from '../../../src/domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { createMarket } from '../../../src/sources/simulated/market.ts';
import { downLimitCents, upLimitCents } from '../../../src/sources/simulated/price-limits.ts';
import { renderAnswer } from '../../../src/sources/simulated/render.ts';

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
    const closes = { up: 0, down: 0, onePrice: 0, st: 0, free: 0 };
    for (let row = 0; row < all.length; row += 1) {
      const symbol = symbolAt(all, row);
      const limit = market.priceLimit(symbol, at(all.tradingDay, row));
      if (limit === undefined) {
        closes.free += 1;
        continue;
      }
      const preClose = at(all.preClose, row) / 100;
      const close = at(all.close, row) / 100;
      const [down, up] = [downLimitCents(preClose, limit), upLimitCents(preClose, limit)];
      assert.ok(at(all.high, row) / 100 <= up, where(row));
      assert.ok(at(all.low, row) / 100 >= down, where(row));
      const isAtLimit = close === up || close === down;
      closes.up += close === up ? 1 : 0;
      closes.down += close === down ? 1 : 0;
      closes.onePrice += isAtLimit && at(all.high, row) === at(all.low, row) ? 1 : 0;
      closes.st += isAtLimit && limit.up === 5 ? 1 : 0;
    }
    // Of 123,000 real bars of 2020 to 2025, 0.6 % closed at the upper limit and 0.2 % at the lower.
    for (const share of [closes.up / all.length, closes.down / all.length]) {
      assert.ok(share > 0.002 && share < 0.02, JSON.stringify(closes));
    }
    assert.ok(closes.onePrice > 100 && closes.st > 10 && closes.free > 10, JSON.stringify(closes));
  });

  it('marks as ST the sessions on which the symbol was', () => {
    let marked = 0;
    for (let row = 0; row < all.length; row += 1) {
      const isSt = (at(all.marks, row) & MARK.st) !== 0;
      assert.equal(isSt, market.isSt(symbolAt(all, row), at(all.tradingDay, row)), where(row));
      marked += isSt ? 1 : 0;
    }
    assert.ok(marked > 500 && marked < all.length / 10, `${marked} ST bars`);
  });

  it('chains each pre-close to the close before, divided by the factor of an ex-right day', () => {
    const factorOf = new Map<string, number>();
    for (const symbol of symbols) {
      const { days, factors } = market.adjustmentFactors(symbol);
      for (const [index, day] of days.entries()) {
        factorOf.set(`${symbol}/${day}`, at(factors, index));
      }
    }
    let exRights = 0;
    eachPair((row, before) => {
      const factor = factorOf.get(`${symbolAt(all, row)}/${at(all.tradingDay, row)}`);
      const chained = at(all.close, before) / (factor ?? 1);
      assert.ok(Math.abs(at(all.preClose, row) - chained) < 1e-6, where(row));
      exRights += factor === undefined ? 0 : 1;
    });
    assert.ok(exRights > 500, `${exRights} ex-right days`);
  });

  it('takes dividends and splits out of the pre-close as the exchanges do', () => {
    let splits = 0;
    for (const action of symbols.flatMap((symbol) => market.corporateActions(symbol))) {
      const { lastCloseCents, cashCents, shares, preCloseCents } = action;
      assert.equal(preCloseCents, Math.round((lastCloseCents - cashCents) / shares));
      splits += shares > 1 ? 1 : 0;
    }
    assert.ok(splits > 0);
  });

  it('has an adjusted price that moves without the jumps of the ex-right days', () => {
    let factor = 1;
    eachPair((row, before) => {
      const move = at(all.close, row) / at(all.preClose, row);
      const limit = market.priceLimit(symbolAt(all, row), at(all.tradingDay, row));
      assert.ok(Math.abs(move - 1) < (limit?.up ?? 100) / 100 + 0.01, where(row));
      const { days, cumulative } = market.adjustmentFactors(symbolAt(all, before));
      factor = Math.max(factor, at(cumulative, days.length - 1) || 1);
    });
    assert.ok(factor > 1.5);
  });

  it('trades whole lots mostly, and in whole lots only where it is told so', () => {
    const odd = all.volume.filter((volume) => volume % 100 !== 0).length;
    const lots = createMarket({ seed: 7, symbols: 60, wholeLots: true });
    const some = lots.bars(symbols.slice(0, 60), FROM, TO);

    assert.ok(odd > 0 && odd < all.length / 4, `${odd} of ${all.length}`);
    assert.ok(some.volume.every((volume) => volume % 100 === 0));
  });

  it('moves as a market does: few days beyond 4 %, volumes of a wide range', () => {
    const moves = all.close.map((close, row) => Math.abs(close / at(all.preClose, row) - 1));
    const sorted = moves.toSorted();
    const volumes = all.volume.toSorted();

    assert.ok(at(sorted, sorted.length >>> 1) > 0.002 && at(sorted, sorted.length >>> 1) < 0.02);
    assert.ok(moves.filter((move) => move > 0.045).length < all.length / 20);
    assert.ok(
      at(volumes, Math.floor(volumes.length * 0.99)) > 10 * at(volumes, volumes.length >>> 1),
    );
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

  it('gives each bar alone the values that it has in the whole history, around suspensions too', () => {
    const begin = toDayNumber('1990-12-19');
    for (const symbol of symbols.slice(0, 80)) {
      const whole = market.bars([symbol], begin, TO);
      for (let row = 0; row < whole.length; row += 7) {
        const day = at(whole.tradingDay, row);
        const one = market.bars([symbol], day, day);
        const shown = [
          one.open,
          one.high,
          one.low,
          one.close,
          one.preClose,
          one.volume,
          one.amount,
        ];
        const known = [whole.open, whole.high, whole.low, whole.close, whole.preClose].concat([
          whole.volume,
          whole.amount,
        ]);
        assert.deepEqual(
          shown.map((column) => column[0]),
          known.map((column) => column[row]),
          `${symbol} ${fromDayNumber(day)}`,
        );
      }
    }
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

  it('refuses a number of symbols for which it has no codes', () => {
    for (const count of [0, 10_001, 2.5, Number.NaN]) {
      assert.throws(() => createMarket({ seed: 1, symbols: count }), ConfigurationError);
    }
    const codes = createMarket({ seed: 1, symbols: 10_000 }).instruments.map((i) => i.symbol);
    assert.equal(new Set(codes).size, 10_000);
    assert.ok(codes.every((symbol) => boardOf(symbol) !== 'other'));
  });

  it('is the same in every process', () => {
    const request = { market: { seed: 7, symbols: 200 }, symbols, from: FROM, to: FROM + 30 };
    const here = createHash('sha256').update(renderAnswer(request)).digest('hex');
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const module = new URL(`../../../src/sources/simulated/render.${extension}`, import.meta.url);
    const script = `
      const { renderAnswer } = await import('${module.href}');
      const { createHash } = await import('node:crypto');
      const answer = renderAnswer(${JSON.stringify(request)});
      process.stdout.write(createHash('sha256').update(answer).digest('hex'));`;
    const loader = extension === 'ts' ? ['--import=tsx'] : [];

    const there = execFileSync(process.execPath, [...loader, '--input-type=module', '-e', script]);

    assert.equal(there.toString(), here);
  });
});
