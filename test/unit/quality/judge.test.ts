import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  MARK,
  MISSING,
  VALUE_COLUMNS,
  takeRows,
  type BarColumns,
} from '../../../src/domain/bar.ts';
import { valueFaultOf } from '../../../src/domain/value-fault.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { blank, rowsOf } from '../../../src/quality/mutants/mutant.ts';
import { SAMPLE_SESSIONS, cleanSample, rowOf } from '../../../src/quality/mutants/sample.ts';
import { KEY_RULES_ONLY } from '../../../src/quality/rulebook.ts';
import { FATE, type JudgeContext, type Verdict } from '../../../src/quality/verdict.ts';

interface Spoilt {
  readonly columns: BarColumns;
  readonly context: JudgeContext;
}

function spoil(change: (columns: BarColumns) => void, more: Partial<JudgeContext> = {}): Spoilt {
  const { columns, context } = cleanSample();
  change(columns);
  return { columns, context: { ...context, ...more } };
}

function judge({ columns, context }: Spoilt): Verdict {
  return judgeBars(columns, context);
}

function rowsWith({ fate }: Verdict, wanted: number): number[] {
  return [...fate.keys()].filter((row) => fate[row] === wanted);
}

describe('judgeBars', () => {
  it('holds the hopeless row alone and publishes the rest of its symbol', () => {
    const verdict = judge(
      spoil(({ amount }) => {
        amount[rowOf(60)] = (amount[rowOf(60)] ?? 0) * 2.5;
      }),
    );

    assert.deepEqual(rowsWith(verdict, FATE.quarantine), [rowOf(60)]);
  });

  it('holds every row of a symbol below the threshold, with a reason each, and publishes the healthy ones', () => {
    const verdict = judge(
      spoil(({ amount }) => {
        for (let session = 0; session < SAMPLE_SESSIONS; session += 5) {
          const row = rowOf(session, 3);
          amount[row] = (amount[row] ?? 0) * 2.5;
        }
      }),
    );
    const held = rowsWith(verdict, FATE.quarantine);
    const explained = new Set(verdict.findings.map(({ row }) => row));

    assert.equal(held.length, SAMPLE_SESSIONS);
    assert.ok(held.every((row) => row >= rowOf(0, 3) && row < rowOf(0, 4)));
    assert.ok(held.every((row) => explained.has(row)));
    assert.ok((verdict.symbolScores.get('600103.SH') ?? 1) < 0.7);
  });

  const ruins: Readonly<Record<string, (columns: BarColumns, row: number) => void>> = {
    'high and low swapped': ({ high, low }, row) => {
      const held = high[row] ?? 0;
      high[row] = low[row] ?? 0;
      low[row] = held;
    },
    'every price negative': (columns, row) => {
      for (const name of ['open', 'high', 'low', 'close', 'preClose'] as const) {
        columns[name][row] = -(columns[name][row] ?? 0);
      }
    },
    'volume in lots': ({ volume }, row) => {
      volume[row] = Math.floor((volume[row] ?? 0) / 100);
    },
    'every close empty': (columns, row) => blank(columns, row, 'close'),
  };
  for (const [name, ruin] of Object.entries(ruins)) {
    it(`does not pass a batch as sent that the original's gate passed: ${name}`, () => {
      const verdict = judge(
        spoil((columns) => {
          for (let row = 0; row < columns.length; row += 1) {
            ruin(columns, row);
          }
        }),
      );

      assert.ok(verdict.rawScore < 0.1, `scored ${verdict.rawScore}`);
    });
  }

  it('holds a batch with every price negative where nothing proves the signs', () => {
    const verdict = judge(
      spoil((columns) => {
        for (let row = 0; row < columns.length; row += 1) {
          ruins['every price negative']?.(columns, row);
          blank(columns, row, 'amount', MISSING.noColumn);
          blank(columns, row, 'preClose', MISSING.noColumn);
        }
      }),
    );

    assert.deepEqual(rowsWith(verdict, FATE.publish), []);
    assert.ok(verdict.score < 0.1);
  });

  it('repairs what it can prove and says from what', () => {
    const { columns } = cleanSample();
    const truth = columns.close[rowOf(60)] ?? 0;
    const verdict = judge(
      spoil(({ close }) => {
        close[rowOf(60)] = truth / 10;
      }),
    );

    assert.equal(verdict.columns.close[rowOf(60)], truth);
    assert.deepEqual(
      verdict.repairs.map(({ row, column, original, repaired, rule }) => ({
        row,
        column,
        original,
        repaired,
        rule,
      })),
      [
        {
          row: rowOf(60),
          column: 'close',
          original: truth / 10,
          repaired: truth,
          rule: 'A01_decimal_field',
        },
      ],
    );
    assert.equal(verdict.fate[rowOf(60)], FATE.publish);
    assert.ok(verdict.rawScore < 1);
    assert.equal(verdict.score, 1);
  });

  it('changes nothing, holds the row and says what it would repair where nothing is to be cleaned', () => {
    const truth = cleanSample().columns.close[rowOf(60)] ?? 0;
    const spoilt = spoil(
      ({ close }) => {
        close[rowOf(60)] = (close[rowOf(60)] ?? 0) / 10;
      },
      { cleanData: false },
    );
    const verdict = judge(spoilt);

    assert.deepEqual(verdict.repairs, []);
    assert.deepEqual(
      verdict.proposals.map(({ row, column, repaired }) => ({ row, column, repaired })),
      [{ row: rowOf(60), column: 'close', repaired: truth }],
    );
    assert.deepEqual(verdict.columns, spoilt.columns);
    assert.deepEqual(rowsWith(verdict, FATE.quarantine), [rowOf(60)]);
  });

  it('costs nothing that the layout has no previous close and no amount', () => {
    const verdict = judge(
      spoil((columns) => {
        for (let row = 0; row < columns.length; row += 1) {
          blank(columns, row, 'amount', MISSING.noColumn);
          blank(columns, row, 'preClose', MISSING.noColumn);
        }
      }),
    );

    assert.equal(verdict.score, 1);
    assert.deepEqual(verdict.findings, []);
  });

  it('costs nothing that the first bar of a symbol has no previous close', () => {
    const verdict = judge(spoil((columns) => blank(columns, rowOf(0), 'preClose')));

    assert.equal(verdict.rawScore, 1);
  });

  it('drops rows of suspended days without a cost, and misses no bar on them', () => {
    const verdict = judge(
      spoil(
        (columns) => {
          for (const row of [rowOf(50), rowOf(51)]) {
            columns.marks[row] = MARK.suspended;
            columns.volume[row] = 0;
            columns.amount[row] = 0;
            for (const name of ['open', 'high', 'low', 'close', 'preClose'] as const) {
              columns[name][row] = columns.close[rowOf(49)] ?? 0;
            }
          }
          columns.preClose[rowOf(52)] = columns.close[rowOf(49)] ?? 0;
        },
        { suspensions: new Map() },
      ),
    );

    assert.deepEqual(rowsWith(verdict, FATE.drop), [rowOf(50), rowOf(51)]);
    assert.equal(verdict.rawScore, 1);
  });

  it('takes a short absence in an unbroken chain for a suspension where none are known', () => {
    const { columns, context } = cleanSample();
    columns.preClose[rowOf(62)] = columns.close[rowOf(59)] ?? 0;
    const kept = rowsOf(columns.length).filter((row) => row !== rowOf(60) && row !== rowOf(61));
    const unknown = { ...context, suspensions: new Map(), suspensionsComplete: false };

    const verdict = judgeBars(takeRows(columns, kept), unknown);

    assert.equal(verdict.score, 1);
    assert.deepEqual(Object.keys(verdict.hits), ['C03_absent_block']);
  });

  it('misses a symbol that was asked for and has no row, where its suspensions are known', () => {
    const { columns, context } = cleanSample();
    const kept = rowsOf(columns.length).filter((row) => row >= rowOf(0, 1));
    const symbols = columns.symbols.slice(1);
    const rest = takeRows(columns, kept);
    const without = { ...rest, symbols, symbolId: rest.symbolId.map((id) => id - 1) };

    const verdict = judgeBars(without, context);
    const unsure = judgeBars(without, { ...context, suspensionsComplete: false });

    assert.equal(verdict.hits['C02_missing_session'], SAMPLE_SESSIONS);
    assert.ok((verdict.symbolScores.get('600100.SH') ?? 1) < 0.1);
    assert.ok(verdict.fate.every((fate) => fate === FATE.publish));
    assert.equal(unsure.symbolScores.get('600100.SH'), 1);
  });

  it('judges rows in any order alike', () => {
    const { columns, context } = cleanSample();
    const backwards = takeRows(columns, rowsOf(columns.length).toReversed());

    const verdict = judgeBars(backwards, context);

    assert.equal(verdict.score, 1);
    assert.deepEqual(verdict.columns.tradingDay, columns.tradingDay);
  });

  it('calls the last bar of each symbol provisional', () => {
    const verdict = judge(cleanSample());
    const rows = [...verdict.provisional.keys()].filter((row) => verdict.provisional[row] === 1);

    assert.deepEqual(
      rows,
      Array.from({ length: 24 }, (_, symbol) => rowOf(SAMPLE_SESSIONS - 1, symbol)),
    );
  });

  it('gives the same verdict for the same rows', () => {
    const first = judge(spoil(({ high }) => high.fill(0, rowOf(10), rowOf(20))));
    const second = judge(spoil(({ high }) => high.fill(0, rowOf(10), rowOf(20))));

    assert.deepEqual(first, second);
  });

  it('never publishes what the table cannot hold, whatever is sent', () => {
    const cell = fc.oneof(
      fc.constantFrom(Number.NaN, 0, -1, 0.5, 1e12, Number.POSITIVE_INFINITY),
      fc.double({ noNaN: false }),
    );
    const damage = fc.record({
      row: fc.nat(rowOf(20)),
      column: fc.constantFrom(...VALUE_COLUMNS),
      value: cell,
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 20 }), (damages) => {
        const verdict = judge(
          spoil((columns) => {
            for (const { row, column, value } of damages) {
              columns[column][row] = value;
            }
          }),
        );

        for (const row of rowsWith(verdict, FATE.publish)) {
          assert.equal(valueFaultOf(verdict.columns, row), undefined);
        }
      }),
      {
        numRuns: 60,
        examples: [
          [
            (['volume', 'amount'] as const).map((column) => ({
              row: 4,
              column,
              value: Number.POSITIVE_INFINITY,
            })),
          ],
        ],
      },
    );
  });
});

describe('the settings of the rules', () => {
  function withAmountOff(rules: JudgeContext['rules']): Verdict {
    return judge(
      spoil(
        ({ amount }) => {
          amount[rowOf(60)] = (amount[rowOf(60)] ?? 0) * 2.5;
        },
        rules === undefined ? {} : { rules },
      ),
    );
  }

  it('switch a rule off', () => {
    const verdict = withAmountOff({ disabled: ['A10_vwap_outside_range'] });

    assert.equal(verdict.score, 1);
    assert.deepEqual(verdict.findings, []);
  });

  it('lower a rule to a remark', () => {
    const verdict = withAmountOff({ severities: { A10_vwap_outside_range: 'info' } });

    assert.equal(verdict.fate[rowOf(60)], FATE.publish);
    assert.equal(verdict.score, 1);
    assert.deepEqual(
      verdict.findings.map(({ rule, severity }) => [rule, severity]),
      [['A10_vwap_outside_range', 'info']],
    );
  });

  it('move a threshold', () => {
    const loud = spoil(({ volume, amount }) => {
      volume[rowOf(60)] = (volume[rowOf(60)] ?? 0) * 30;
      amount[rowOf(60)] = (amount[rowOf(60)] ?? 0) * 30;
    });
    const rules = { thresholds: { volumeSpike: 100 } };

    assert.deepEqual(judge(loud).hits, { S01_volume_level: 1 });
    assert.deepEqual(judgeBars(loud.columns, { ...loud.context, rules }).hits, {});
  });

  it('add rules of the operator’s own', () => {
    const wide = {
      id: 'wide_range',
      dimension: 'accuracy',
      severity: 'high',
      summary: 'The range is wide',
      when: [{ left: 'high', op: '>', right: 'low', factor: 1.04 }],
    } as const;
    const verdict = judge(spoil(() => undefined, { rules: { custom: [wide] } }));
    const { high, low } = verdict.columns;
    const held = rowsWith(verdict, FATE.quarantine).filter(
      (row) => (high[row] ?? 0) > 1.04 * (low[row] ?? 0),
    );

    assert.equal(verdict.hits['wide_range'], held.length);
    assert.ok(held.length > 0);
  });

  it('leave all rows but twins and unloadable ones alone where only key rules are on', () => {
    const verdict = judge(
      spoil(
        ({ high, low, close, volume }) => {
          volume[rowOf(60)] = 1;
          const held = high[rowOf(65)] ?? 0;
          high[rowOf(65)] = low[rowOf(65)] ?? 0;
          low[rowOf(65)] = held;
          close[rowOf(70)] = Number.NaN;
        },
        { rules: KEY_RULES_ONLY },
      ),
    );

    // The table itself refuses prices out of order: such a row would fail its whole batch.
    assert.deepEqual(rowsWith(verdict, FATE.quarantine), [rowOf(65), rowOf(70)]);
    assert.deepEqual(Object.keys(verdict.hits), ['G02_not_loadable']);
    assert.deepEqual(verdict.repairs, []);
  });

  it('are refused where they name no rule', () => {
    assert.throws(() => withAmountOff({ disabled: ['A99_nothing'] }), /No such rule: A99_nothing/);
    assert.throws(
      () => withAmountOff({ disabled: ['G02_not_loadable'] }),
      /cannot be switched off/,
    );
  });
});
