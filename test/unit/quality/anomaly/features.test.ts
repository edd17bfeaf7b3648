import assert from 'node:assert/strict';

import { takeRows, type BarColumns } from '../../../../src/domain/bar.ts';
import { FAULTS } from '../../../../src/quality/anomaly/fault-kinds.ts';
import { injectFaults } from '../../../../src/quality/anomaly/faults.ts';
import {
  FEATURE_NAMES,
  FEATURES,
  showFeature,
} from '../../../../src/quality/anomaly/feature-list.ts';
import { featuresOf, featuresOfAll } from '../../../../src/quality/anomaly/features.ts';
import { cleanSample, rowOf } from '../../../../src/quality/mutants/sample.ts';
import { rowsOf } from '../../../../src/quality/mutants/mutant.ts';
import { openSheet, type Sheet } from '../../../../src/quality/sheet.ts';

const ROW = rowOf(60);

function copyOf(columns: BarColumns): BarColumns {
  return takeRows(columns, rowsOf(columns.length));
}

function sheetOf(spoil: (columns: BarColumns) => void = () => undefined): Sheet {
  const { columns, context } = cleanSample();
  const copy = copyOf(columns);
  spoil(copy);
  return openSheet(copy, context.sessions);
}

function valueOf(sheet: Sheet, row: number, name: string): number {
  return featuresOfAll(sheet).values[row * FEATURES.length + FEATURE_NAMES.indexOf(name)] ?? 0;
}

describe('features', () => {
  it('are ratios: prices and volumes of ten times the level give the same', () => {
    const sheet = sheetOf();
    const scaled = sheetOf((columns) => {
      for (const name of ['open', 'high', 'low', 'close', 'preClose', 'amount'] as const) {
        columns[name].forEach((value, row) => {
          columns[name][row] = 10 * value;
        });
      }
    });
    const coarse = FEATURE_NAMES.indexOf('coarse');

    const [a, b] = [featuresOfAll(sheet).values, featuresOfAll(scaled).values];

    for (let at = 0; at < a.length; at += 1) {
      if (at % FEATURES.length !== coarse) {
        const [one = 0, other = 0] = [a[at], b[at]];
        assert.ok(
          Math.abs(one - other) < 1e-3,
          `${FEATURE_NAMES[at % FEATURES.length]}: ${one} ${other}`,
        );
      }
    }
  });

  it('measure a volume against the median of 20 sessions before', () => {
    const sheet = sheetOf(({ volume }) => {
      volume.fill(1_000, ROW - 20, ROW);
      volume[ROW] = 8_000;
    });

    assert.ok(Math.abs(valueOf(sheet, ROW, 'volumeLevel') - Math.log(8)) < 1e-5);
  });

  it('are finite whatever the cells hold', () => {
    const sheet = sheetOf((columns) => {
      columns.open[ROW] = Number.NaN;
      columns.close[ROW + 1] = 0;
      columns.low[ROW + 2] = -5;
      columns.volume[ROW + 3] = Number.POSITIVE_INFINITY;
      columns.tradingDay[ROW + 4] = 90_000;
    });

    assert.ok(featuresOfAll(sheet).values.every((value) => Number.isFinite(value)));
    assert.equal(valueOf(sheet, ROW, 'emptyCells'), 1);
  });

  it('of some rows are those of all rows', () => {
    const sheet = sheetOf();
    const wanted = Uint32Array.of(3, ROW, ROW + 1, rowOf(0, 5), rowOf(159, 23));

    const some = featuresOf(sheet, wanted).values;

    const all = featuresOfAll(sheet).values;
    wanted.forEach((row, at) => {
      assert.deepEqual(
        some.subarray(at * FEATURES.length, (at + 1) * FEATURES.length),
        all.subarray(row * FEATURES.length, (row + 1) * FEATURES.length),
      );
    });
  });

  it('do not measure by rows that are held back', () => {
    const sheet = sheetOf(({ close }) => {
      close[ROW - 1] = 100 * (close[ROW - 1] ?? 0);
    });
    const usable = new Uint8Array(sheet.length).fill(1);
    usable[ROW - 1] = 0;

    const { values } = featuresOf(sheet, Uint32Array.of(ROW), usable);

    assert.ok(Math.abs(values[FEATURE_NAMES.indexOf('gapBefore')] ?? 9) < 0.1);
    assert.ok(valueOf(sheet, ROW, 'gapBefore') < -4);
  });

  it('are shown in words with their values', () => {
    const index = FEATURE_NAMES.indexOf('volumeLevel');

    assert.equal(
      showFeature(index, Math.log(31.2)),
      'volume against the median of 20 sessions before × 31.2',
    );
  });
});

describe('injected faults', () => {
  it('of each kind change the rows that they name, and no others', () => {
    const { columns } = cleanSample();
    for (const kind of FAULTS.filter(({ adds }) => adds !== true)) {
      const spoilt = injectFaults(columns, { seed: 5, share: 0.02, kinds: [kind] });

      const changed = [...rowsOf(columns.length)].filter((row) =>
        differs(columns, spoilt.columns, row),
      );
      const named = [...rowsOf(columns.length)].filter((row) => spoilt.kind[row] === 1);
      assert.deepEqual(named, changed, kind.name);
      assert.ok(named.length > 0, kind.name);
    }
  });

  it('of kinds that add a row leave the others as they are', () => {
    const { columns } = cleanSample();
    const kinds = FAULTS.filter(({ adds }) => adds === true);

    const { columns: spoilt, kind } = injectFaults(columns, { seed: 5, share: 0.01, kinds });

    const right = takeRows(
      spoilt,
      rowsOf(spoilt.length).filter((row) => kind[row] === 0),
    );
    assert.ok(spoilt.length > columns.length);
    assert.deepEqual(right.close, columns.close);
    assert.deepEqual(right.tradingDay, columns.tradingDay);
  });

  it('are the same for the same seed and keep to their share', () => {
    const { columns } = cleanSample();

    const first = injectFaults(columns, { seed: 9, share: 0.1 });

    assert.deepEqual(injectFaults(columns, { seed: 9, share: 0.1 }), first);
    const faults = first.kind.filter((kind) => kind > 0).length;
    assert.ok(faults > 0.05 * columns.length && faults < 0.2 * columns.length, `${faults}`);
  });
});

function differs(one: BarColumns, other: BarColumns, row: number): boolean {
  return (
    ['tradingDay', 'open', 'high', 'low', 'close', 'preClose', 'volume', 'amount'] as const
  ).some((name) => !Object.is(one[name][row], other[name][row]));
}
