import assert from 'node:assert/strict';

import { MARK, type BarColumns } from '../../../src/domain/bar.ts';
import type { ExchangeLimitsBySymbol } from '../../../src/quality/exchange-limits.ts';
import { limitPrices } from '../../../src/quality/invariants.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { cleanSample, rowOf, type Sample } from '../../../src/quality/mutants/sample.ts';
import { FATE, type Verdict } from '../../../src/quality/verdict.ts';

const ROW = rowOf(60);
const TICK = 100;

/** What an exchange that allows so many percent would have set for each bar. */
function limitsOf({ columns }: Sample, percent: number): ExchangeLimitsBySymbol {
  const perSymbol = columns.length / columns.symbols.length;
  return new Map(
    columns.symbols.map((symbol, id) => {
      const rows = Array.from({ length: perSymbol }, (_, session) => id * perSymbol + session);
      const prices = rows.map((row) => limitPrices(columns.preClose[row] ?? 0, percent, TICK));
      return [
        symbol,
        {
          days: Int32Array.from(rows, (row) => columns.tradingDay[row] ?? 0),
          up: Float64Array.from(prices, ({ up }) => up),
          down: Float64Array.from(prices, ({ down }) => down),
        },
      ];
    }),
  );
}

/** One session that closes at a price and is the level from then on. */
function closeAt(columns: BarColumns, row: number, price: number): void {
  const { preClose, open, high, low, close, volume, amount } = columns;
  const base = preClose[row] ?? 0;
  open[row] = base;
  high[row] = Math.max(base, price);
  low[row] = Math.min(base, price);
  close[row] = price;
  amount[row] = ((volume[row] ?? 0) * (price + base)) / 2;
  preClose[row + 1] = price;
  // The next session moves from there, by a tick or two.
  open[row + 1] = price;
  high[row + 1] = Math.max(price, close[row + 1] ?? 0);
  low[row + 1] = Math.min(price, close[row + 1] ?? 0);
  amount[row + 1] = ((volume[row + 1] ?? 0) * ((high[row + 1] ?? 0) + (low[row + 1] ?? 0))) / 2;
}

/** A verdict of the sample with one session at a share of its previous close, judged by limits of so many percent. */
function judgedAt(share: number, percent: number | undefined): Verdict {
  const sample = cleanSample();
  const priceLimits = percent === undefined ? undefined : limitsOf(sample, percent);
  const base = sample.columns.preClose[ROW] ?? 0;
  closeAt(sample.columns, ROW, Math.round((base * share) / TICK) * TICK);
  return judgeBars(sample.columns, {
    ...sample.context,
    ...(priceLimits === undefined ? {} : { priceLimits }),
  });
}

function breaches({ hits }: Verdict): number {
  return hits['A09_limit_breach'] ?? 0;
}

describe('limits that the exchange has set', () => {
  it('are silent on clean bars, at the limit prices too', () => {
    const sample = cleanSample();
    const priceLimits = limitsOf(sample, 5);
    const [limits] = priceLimits.values();
    closeAt(sample.columns, ROW, limits?.up[60] ?? Number.NaN);

    const { fate } = judgeBars(sample.columns, { ...sample.context, priceLimits });

    assert.ok(fate.every((one) => one === FATE.publish));
  });

  it('hold a bar beyond them that the board’s own limit would let pass', () => {
    const computed = judgedAt(1.08, undefined);
    const set = judgedAt(1.08, 5);

    assert.equal(breaches(computed), 0);
    assert.equal(breaches(set), 1);
    assert.equal(set.fate[ROW], FATE.quarantine);
    const [finding] = set.findings.filter(({ rule }) => rule === 'A09_limit_breach');
    assert.match(finding?.message ?? '', /as the exchange set them/);
  });

  it('let a bar pass beyond the board’s own limit where the exchange had a wider one', () => {
    const computed = judgedAt(1.15, undefined);
    const set = judgedAt(1.15, 20);

    assert.ok(breaches(computed) > 0);
    assert.equal(breaches(set), 0);
    assert.equal(set.fate[ROW], FATE.publish);
  });

  it('are not believed where the previous close does not lie between them', () => {
    const sample = cleanSample();
    const priceLimits = limitsOf(sample, 5);
    for (const { up, down } of priceLimits.values()) {
      // In CNY where 1/10,000 CNY are meant.
      up.forEach((price, at) => (up[at] = price / 10_000));
      down.forEach((price, at) => (down[at] = price / 10_000));
    }

    const { fate, score } = judgeBars(sample.columns, { ...sample.context, priceLimits });

    assert.equal(score, 1);
    assert.ok(fate.every((one) => one === FATE.publish));
  });

  it('serve where it is not known who is ST, and on the other days nothing changes', () => {
    const sample = cleanSample();
    sample.columns.marks.fill(0);
    const known = limitsOf(sample, 10);
    const priceLimits = new Map(
      [...known].map(([symbol, { up, down, days }]) => [
        symbol,
        { days: days.subarray(0, 50), up: up.subarray(0, 50), down: down.subarray(0, 50) },
      ]),
    );
    closeAt(
      sample.columns,
      ROW,
      Math.round(((sample.columns.preClose[ROW] ?? 0) * 1.15) / TICK) * TICK,
    );

    const without = judgeBars(sample.columns, sample.context);
    const verdict = judgeBars(sample.columns, { ...sample.context, priceLimits });

    assert.ok(sample.columns.marks.every((marks) => (marks & MARK.stKnown) === 0));
    assert.ok(without.abstentions['A09_limit_breach']?.includes('st'));
    assert.equal(verdict.abstentions['A09_limit_breach']?.includes('st') ?? false, false);
    assert.ok(breaches(verdict) > 0);
    assert.deepEqual([...verdict.fate], [...without.fate]);
  });
});
