import assert from 'node:assert/strict';

import { judgeBars } from '../../../../src/quality/judge.ts';
import { MUTANTS } from '../../../../src/quality/mutants/catalogue.ts';
import { VICTIM } from '../../../../src/quality/mutants/mutant.ts';
import { cleanSample, type Sample } from '../../../../src/quality/mutants/sample.ts';
import { FATE, type JudgeContext } from '../../../../src/quality/verdict.ts';

function oddSample(change: Partial<JudgeContext> = {}): Sample {
  const mutant = MUTANTS['M01_anomaly'];
  assert.ok(mutant?.level === 'columns');
  const { columns, context } = mutant.spoil(cleanSample());
  return { columns, context: { ...context, ...change } };
}

describe('ranking of open rows', () => {
  it('remarks an odd bar with what makes it odd, and holds nothing back', () => {
    const { columns, context } = oddSample();

    const { findings, fate, score, models } = judgeBars(columns, context);

    const [finding] = findings.filter(({ rule }) => rule === 'M01_anomaly');
    assert.equal(finding?.row, VICTIM);
    assert.match(finding.message, /: (volume|amount|high|change|range)[^(]*× ?\d.*model 1\)/);
    assert.ok(fate.every((one) => one === FATE.publish));
    assert.equal(score, 1);
    assert.deepEqual(
      models.map(({ modelId, flagged, isShadow }) => ({ modelId, flagged, isShadow })),
      [{ modelId: 1, flagged: 1, isShadow: false }],
    );
  });

  it('holds it back where the operator wants that', () => {
    const { columns, context } = oddSample({ rules: { severities: { M01_anomaly: 'high' } } });

    const { fate } = judgeBars(columns, context);

    assert.equal(fate[VICTIM], FATE.quarantine);
    assert.equal(fate.filter((one) => one !== FATE.publish).length, 1);
  });

  it('says nothing where the rule is switched off, or for a shadow, whose flags are only counted', () => {
    const { columns, context } = oddSample();
    const models = (context.anomaly?.models ?? []).map((one) => ({ ...one, isShadow: true }));

    const off = judgeBars(columns, { ...context, rules: { disabled: ['M01_anomaly'] } });
    const shadow = judgeBars(columns, { ...context, anomaly: { models, share: 0.05 } });

    assert.equal(off.hits['M01_anomaly'], undefined);
    assert.deepEqual(off.models, []);
    assert.equal(shadow.hits['M01_anomaly'], undefined);
    assert.equal(shadow.models[0]?.flagged, 1);
  });

  it('scores no more than its share, and no row on which a rule has decided', () => {
    const { columns, context } = oddSample();
    columns.volume[VICTIM] = -1;

    const { models, hits } = judgeBars(columns, {
      ...context,
      anomaly: { models: context.anomaly?.models ?? [], share: 0.01 },
    });

    const [account] = models;
    assert.ok(account && account.scored <= 0.01 * columns.length, JSON.stringify(account));
    assert.equal(hits['M01_anomaly'], undefined);
  });

  it('names the model among what a rule lacks where there is none', () => {
    const { columns, context } = cleanSample();

    const { abstentions } = judgeBars(columns, context);

    assert.deepEqual(abstentions['M01_anomaly'], ['model']);
  });
});
