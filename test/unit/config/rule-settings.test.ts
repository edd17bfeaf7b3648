import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseJobInput } from '../../../src/config/job-config.ts';
import { parseRuleSettings } from '../../../src/config/rule-settings.ts';
import { readRulesFile, rulesetVersion } from '../../../src/config/rules-file.ts';
import { mergeRuleSettings } from '../../../src/domain/rule-settings.ts';
import { openRulebook } from '../../../src/quality/rulebook.ts';
import { messageOf } from './message-of.ts';

const PENNY = {
  id: 'penny',
  dimension: 'validity',
  severity: 'medium',
  summary: 'Below 1 CNY',
  when: [{ left: 'close', op: '<', right: 1 }],
} as const;

function problemsOf(input: unknown): Record<string, string> {
  const { problems } = parseRuleSettings(input);
  return Object.fromEntries(
    problems.map(({ field, expected, suggestion }) => [field, suggestion ?? expected]),
  );
}

describe('settings of the rules', () => {
  it('are taken as written, in camelCase or snake_case', () => {
    const input = {
      disabled: ['S01_volume_level'],
      severities: { A12_precision_loss: 'info', penny: 'high' },
      thresholds: { volume_spike: 8, volumeDip: 10 },
      tolerance: { accuracy: 0.01 },
      custom: [{ ...PENNY, when: [{ left: 'pre_close', op: '<', right: 1, factor: 2 }] }],
    };

    const { settings, problems } = parseRuleSettings(input);

    assert.deepEqual(problems, []);
    assert.deepEqual(settings, {
      ...input,
      thresholds: { volumeSpike: 8, volumeDip: 10 },
      custom: [{ ...PENNY, when: [{ left: 'preClose', op: '<', right: 1, factor: 2 }] }],
    });
    // What was accepted is what the engine accepts.
    openRulebook(settings);
  });

  it('name every problem at once, with what was meant', () => {
    const found = problemsOf({
      disabld: [],
      disabled: ['A10'],
      thresholds: { volumeSpikes: 8, coarseRows: 1.5 },
      tolerance: { accuracy: 0 },
      custom: [
        { ...PENNY, severity: 'grave', when: [] },
        { ...PENNY, wen: 1 },
      ],
    });

    assert.deepEqual(found, {
      disabld: 'disabled',
      'disabled[0]': 'A10_vwap_outside_range',
      'thresholds.volumeSpikes': 'volumeSpike',
      'thresholds.coarseRows': 'a whole number from 2 to 1000',
      'tolerance.accuracy': 'a number from 0.0001 to 1',
      'custom[0].severity': 'one of critical, high, medium, low, info',
      'custom[0].when': 'an array of 1 to 10 conditions {left, op, right, factor}',
      'custom[1].wen': 'when',
      'custom[1].id': 'an id that no other rule has',
    });
  });

  it('name rules that exist: those to be set must, those to be added must not', () => {
    const found = problemsOf({
      disabled: ['A10', 'G02_not_loadable'],
      severities: { A12_precison_loss: 'low' },
      custom: [PENNY, PENNY],
    });

    assert.deepEqual(found, {
      'disabled[0]': 'A10_vwap_outside_range',
      'disabled[1]': 'a rule that does not guard the table',
      severities: 'A12_precision_loss',
      'custom[1].id': 'an id that no other rule has',
    });
  });

  for (const input of [[], 'off', 7, null]) {
    it(`are one object, not ${JSON.stringify(input)}`, () => {
      assert.deepEqual(Object.values(problemsOf(input)), ['one JSON object']);
    });
  }

  it('have one name however they are written, and another for another meaning', () => {
    const one = { disabled: ['S01_volume_level'], thresholds: { volumeSpike: 8, volumeDip: 9 } };
    const other = { thresholds: { volumeDip: 9, volumeSpike: 8 }, disabled: ['S01_volume_level'] };

    assert.equal(rulesetVersion(one), rulesetVersion(other));
    assert.notEqual(rulesetVersion(one), rulesetVersion({ thresholds: { volumeSpike: 8 } }));
    assert.match(rulesetVersion(), /^\d+$/);
    assert.match(rulesetVersion(one), /^\d+\+[0-9a-f]{12}$/);
  });

  it('of a job lie over those of the installation', () => {
    const merged = mergeRuleSettings(
      { disabled: ['B'], thresholds: { volumeSpike: 8, volumeDip: 9 }, custom: [PENNY] },
      { disabled: ['A'], thresholds: { volumeSpike: 7 }, custom: [{ ...PENNY, severity: 'high' }] },
    );

    assert.deepEqual(merged, {
      disabled: ['A', 'B'],
      thresholds: { volumeSpike: 7, volumeDip: 9 },
      custom: [{ ...PENNY, severity: 'high' }],
    });
    assert.deepEqual(mergeRuleSettings({}, {}), {});
  });

  it("of a job's input are checked with the rest of it", () => {
    const defaults = {
      jobType: 'etlJob',
      batchSize: 100,
      qualityThreshold: 0.7,
      concurrency: 4,
      sources: ['files'],
      knownSources: ['files'],
      dueAt: '2024-03-08T10:00:00Z',
    } as const;

    const message = messageOf(() =>
      parseJobInput({ batchSize: 0, rules: { thresholds: { volumeDip: 0 } } }, defaults),
    );
    const { config } = parseJobInput({ rules: { disabled: ['A08_spike'] } }, defaults);

    assert.match(message, /2 problems[^]*batchSize: got 0[^]*rules\.thresholds\.volumeDip: got 0/);
    assert.deepEqual(config.rules, { disabled: ['A08_spike'] });
    assert.equal('rules' in parseJobInput({}, defaults).config, false);
  });
});

describe('the rules file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-rules-'));
  after(() => rmSync(folder, { recursive: true }));

  function fileOf(text: string): string {
    const path = join(folder, 'rules.json');
    writeFileSync(path, text);
    return path;
  }

  it('is not needed', () => {
    assert.deepEqual(readRulesFile(undefined), {});
  });

  it('is refused with its name and all that is wrong in it', () => {
    const path = fileOf('{"disabled": ["X99"], "tolerance": {"accuracy": 2}, "foo": 1}');

    const message = messageOf(() => readRulesFile(path));

    assert.match(message, /3 problems with the rules file .*rules\.json/);
    assert.match(message, /tolerance\.accuracy: got 2/);
    assert.match(message, /foo: expected a known key/);
  });

  it('is refused where it is no JSON, with line and column', () => {
    assert.match(
      messageOf(() => readRulesFile(fileOf('{"disabled": [,]}'))),
      /rules\.json:1:15: not JSON/,
    );
  });
});
