import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  MISSING,
  VALUE_COLUMNS,
  takeRows,
  type BarColumns,
  type ValueColumn,
} from '../../../src/domain/bar.ts';
import { brokenByValues, limitPrices } from '../../../src/quality/invariants.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { blank, copyValues, rowsOf } from '../../../src/quality/mutants/mutant.ts';
import { SAMPLE_SESSIONS, cleanSample, rowOf } from '../../../src/quality/mutants/sample.ts';
import { openRandom } from '../../../src/quality/random.ts';
import { FATE, type JudgeContext, type Verdict } from '../../../src/quality/verdict.ts';

const TICK = 100;
const LOT = 100;
const LIMIT = 10;

/** What a vendor's layout lacks, and what is known about the market: the less, the less proves a repair. */
interface Surroundings {
  readonly without: readonly ValueColumn[];
  readonly isListingKnown: boolean;
  readonly areExRightsKnown: boolean;
  readonly threshold: number;
}

function contextOf(context: JudgeContext, around: Surroundings): JudgeContext {
  const { exRights, ...rest } = context;
  return {
    ...rest,
    ...(around.areExRightsKnown && exRights !== undefined ? { exRights } : {}),
    instruments: around.isListingKnown ? context.instruments : new Map(),
    qualityThreshold: around.threshold,
  };
}

function takeOut(columns: BarColumns, names: readonly ValueColumn[]): void {
  for (const name of names) {
    for (let row = 0; row < columns.length; row += 1) {
      blank(columns, row, name, MISSING.noColumn);
    }
  }
}

/** Volumes in whole lots throughout, and one session restated to a hundred times its volume and its amount. */
function restatedInLots(): {
  readonly columns: BarColumns;
  readonly stored: BarColumns;
  readonly context: JudgeContext;
  readonly restated: number;
} {
  const { columns: stored, context } = cleanSample();
  for (let row = 0; row < stored.length; row += 1) {
    const mean = (stored.amount[row] ?? 0) / (stored.volume[row] ?? 1) / TICK;
    stored.volume[row] = Math.round((stored.volume[row] ?? 0) / 1_000 / LOT) * LOT;
    stored.amount[row] = (stored.volume[row] ?? 0) * Math.round(mean) * TICK;
  }
  const columns = takeRows(stored, rowsOf(stored.length));
  const restated = rowOf(60);
  columns.volume[restated] = 100 * (columns.volume[restated] ?? 0);
  columns.amount[restated] = 100 * (columns.amount[restated] ?? 0);
  return { columns, stored, context, restated };
}

function cellsOf(columns: BarColumns, row: number): Float64Array {
  return Float64Array.from(VALUE_COLUMNS, (name) => columns[name][row] ?? Number.NaN);
}

/** What no published row may break, told without the engine's own diagnosis. */
function breachesOf({ columns, fate }: Verdict, row: number): string[] {
  const cells = cellsOf(columns, row);
  const isFollowing =
    row % SAMPLE_SESSIONS > 0 &&
    fate[row - 1] === FATE.publish &&
    columns.symbolId[row] === columns.symbolId[row - 1];
  const given = columns.preClose[row] ?? Number.NaN;
  const last = isFollowing ? (columns.close[row - 1] ?? Number.NaN) : Number.NaN;
  const { up, down } = limitPrices(Number.isNaN(given) ? last : given, LIMIT, TICK);
  const isEx = Number.isNaN(given);
  return [
    ...(brokenByValues(cells, TICK) === 0 ? [] : ['an invariant']),
    ...((columns.high[row] ?? 0) > up ? ['the upper limit'] : []),
    // Without a previous close an ex-right day may lie far below the last one.
    ...(!isEx && (columns.low[row] ?? 0) < down ? ['the lower limit'] : []),
  ];
}

const SURROUNDINGS = fc.record({
  without: fc.constantFrom<readonly ValueColumn[]>(
    [],
    ['preClose'],
    ['amount'],
    ['preClose', 'amount'],
  ),
  isListingKnown: fc.boolean(),
  areExRightsKnown: fc.boolean(),
  threshold: fc.constantFrom(0, 0.5, 0.7, 0.95),
});
const FAULTS = fc.record({
  field: fc.constantFrom(...VALUE_COLUMNS),
  factor: fc.constantFrom(0.001, 0.01, 0.1, 0.42, 0.9, 1.3, 2.37, 10, 100, 1_000, 10_000),
  every: fc.integer({ min: 2, max: 40 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

describe('a repair', () => {
  it('leaves a row alone whose volume and amount agree, where the source always sends whole lots', () => {
    const { columns, context, restated } = restatedInLots();

    const verdict = judgeBars(columns, context);

    assert.deepEqual(verdict.repairs, []);
    assert.equal(verdict.fate[restated], FATE.quarantine);
  });

  it('believes the stored version about the unit of a restated row', () => {
    const { columns, context, stored, restated } = restatedInLots();

    const restored = judgeBars(columns, { ...context, stored });
    const confirmed = judgeBars(columns, { ...context, stored: columns });

    assert.equal(restored.columns.volume[restated], stored.volume[restated]);
    assert.deepEqual(confirmed.repairs, []);
  });

  it('takes other values than the stored ones for a correction where it is told to', () => {
    const { columns, context } = cleanSample();
    const stored = takeRows(columns, rowsOf(columns.length));
    stored.volume[rowOf(60)] = 0.9 * (stored.volume[rowOf(60)] ?? 0);

    const verdict = judgeBars(columns, { ...context, stored, areRestatementsFine: true });
    const strict = judgeBars(columns, { ...context, stored });

    assert.deepEqual(verdict.hits, { X02_restatement: 1 });
    assert.equal(verdict.score, 1);
    assert.ok(strict.score < 1);
  });

  it('still finds the unit where twelve sessions end in zeros that the others do not have', () => {
    const { columns, context } = cleanSample();
    const sent = takeRows(columns, rowsOf(columns.length));
    for (let row = rowOf(60); row < rowOf(72); row += 1) {
      sent.volume[row] = 100 * (sent.volume[row] ?? 0);
      sent.amount[row] = 100 * (sent.amount[row] ?? 0);
    }

    const verdict = judgeBars(sent, context);

    assert.deepEqual(verdict.columns.volume, columns.volume);
    assert.equal(verdict.hits['A05_unit_both'], 12);
  });

  for (const without of [[], ['preClose'], ['preClose', 'amount']] as const) {
    it(`never widens a row to fit a price that is 2.37 times too high (without ${without.join(', ') || 'nothing'})`, () => {
      const { columns, context } = cleanSample();
      takeOut(columns, without);
      for (let session = 0; session < SAMPLE_SESSIONS; session += 3) {
        columns.open[session] = Math.round(((columns.open[session] ?? 0) * 2.37) / TICK) * TICK;
      }

      const verdict = judgeBars(columns, { ...context, qualityThreshold: 0 });

      assert.deepEqual(verdict.repairs, []);
      for (let session = 0; session < SAMPLE_SESSIONS; session += 1) {
        assert.equal(verdict.fate[session] === FATE.quarantine, session % 3 === 0);
      }
    });
  }

  it('is withdrawn where its neighbours, as they stand in the end, do not bear it out', () => {
    const { columns, context } = cleanSample();
    const first = rowOf(60);
    const held = cellsOf(columns, first);
    copyValues(columns, first + 1, first);
    for (const [cell, name] of VALUE_COLUMNS.entries()) {
      columns[name][first + 1] = held[cell] ?? 0;
    }
    columns.high[first] = 1.3 * (columns.high[first] ?? 0);

    const verdict = judgeBars(columns, context);

    const finding = verdict.findings.find(({ row }) => row === first + 1);
    assert.equal(verdict.fate[first + 1], FATE.quarantine);
    assert.match(finding?.message ?? '', /taken back/);
    assert.ok(verdict.repairs.every(({ row }) => row !== first + 1));
  });

  it('never publishes a row that breaks an invariant or a limit, nor changes a right one, whatever the faults', () => {
    let right = 0;
    let changed = 0;
    fc.assert(
      fc.property(
        SURROUNDINGS,
        fc.array(FAULTS, { minLength: 1, maxLength: 3 }),
        (around, faults) => {
          const { columns: truth, context } = cleanSample();
          const sent = takeRows(truth, rowsOf(truth.length));
          const isSpoilt = new Uint8Array(sent.length);
          takeOut(sent, around.without);
          for (const { field, factor, every, seed } of faults) {
            const random = openRandom(seed);
            const unit = field === 'volume' ? 1 : TICK;
            for (let row = 0; row < sent.length; row += 1) {
              if (random() * every < 1) {
                const value = sent[field][row] ?? Number.NaN;
                sent[field][row] = Math.round((value * factor) / unit) * unit;
                isSpoilt[row] = 1;
              }
            }
          }

          const verdict = judgeBars(sent, contextOf(context, around));

          for (let row = 0; row < sent.length; row += 1) {
            if (verdict.fate[row] === FATE.publish) {
              // The first bars of an unknown listing have no limit; without ex-right days a jump may be one.
              const isJudged = around.isListingKnown && around.areExRightsKnown;
              const breaches = breachesOf(verdict, row).filter(
                (breach) => isJudged || breach === 'an invariant',
              );
              assert.deepEqual(
                breaches,
                [],
                `row ${row}: ${cellsOf(verdict.columns, row).join(' ')}`,
              );
            }
            if (isSpoilt[row] === 0) {
              right += 1;
              changed += VALUE_COLUMNS.some(
                (name) =>
                  !around.without.includes(name) && verdict.columns[name][row] !== truth[name][row],
              )
                ? 1
                : 0;
            }
          }
        },
      ),
      { numRuns: 20, seed: 11 },
    );

    assert.ok(changed <= right / 10_000, `${changed} of ${right} right rows were changed`);
  });
});
