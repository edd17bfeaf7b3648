import assert from 'node:assert/strict';

import { RULES } from '../../../src/quality/catalogue.ts';
import { readRows, type TextRow } from '../../../src/quality/intake/read-rows.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { MUTANTS } from '../../../src/quality/mutants/catalogue.ts';
import type { Mutant } from '../../../src/quality/mutants/mutant.ts';
import { cleanSample, textOf, type Sample } from '../../../src/quality/mutants/sample.ts';
import { FATE } from '../../../src/quality/verdict.ts';

function rulesThatFire(sample: Sample): ReadonlySet<string> {
  const { hits, findings } = judgeBars(sample.columns, sample.context);
  return new Set([...Object.keys(hits), ...findings.map(({ rule }) => rule)]);
}

function rulesOfText(rows: readonly TextRow[], { context }: Sample): ReadonlySet<string> {
  const intake = readRows(rows, {
    known: new Set(context.instruments.keys()),
    sessions: context.sessions,
    suspensions: context.suspensions,
    endDay: context.endDay,
    isSt: () => false,
  });
  const judged = rulesThatFire({ columns: intake.columns, context });
  return new Set([...judged, ...intake.notes.map(({ rule }) => rule)]);
}

function rulesOfMutant(mutant: Mutant): ReadonlySet<string> {
  const sample = cleanSample();
  if (mutant.level === 'columns') {
    return rulesThatFire(mutant.spoil(sample));
  }
  const rows = textOf(sample);
  mutant.spoil(rows);
  return rulesOfText(rows, sample);
}

describe('every rule', () => {
  for (const { id } of RULES) {
    it(`${id} fires on its mutant`, () => {
      const mutant = MUTANTS[id];
      assert.ok(mutant, `${id} has no mutant: add one to src/quality/mutants`);

      const fired = rulesOfMutant(mutant);

      assert.ok(fired.has(id), `fired instead: ${[...fired].join(', ')}`);
    });
  }

  it('has a mutant, and no mutant is without a rule', () => {
    const ids = new Set(RULES.map(({ id }) => id));

    assert.deepEqual(
      Object.keys(MUTANTS).filter((id) => !ids.has(id)),
      [],
    );
  });

  it('is silent on the clean sample, as columns and as text', () => {
    const sample = cleanSample();

    assert.deepEqual([...rulesThatFire(sample)], []);
    assert.deepEqual([...rulesOfText(textOf(sample), sample)], []);
  });

  it('lets a clean sample of any seed be published whole', () => {
    for (const seed of [1, 2, 3]) {
      const { columns, context } = cleanSample(seed);

      const { fate, score } = judgeBars(columns, context);

      assert.equal(score, 1);
      assert.ok(fate.every((one) => one === FATE.publish));
    }
  });
});
