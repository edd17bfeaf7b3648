import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { candlewick, lastJson, temporaryHome } from './candlewick.ts';

describe('the commands about quality', () => {
  const home = temporaryHome();
  let database: TestDatabase;
  let env: Record<string, string>;
  before(async () => {
    database = await testDatabase('standard');
    env = { CANDLEWICK_HOME: home.path, DATABASE_URL: database.url };
  });
  after(async () => {
    await database.drop();
    home.remove();
  });

  function rulesFile(settings: object): string {
    const path = join(home.path, 'rules.json');
    writeFileSync(path, JSON.stringify(settings));
    return path;
  }

  it('list the rules as a file sets them', async () => {
    const path = rulesFile({
      disabled: ['S01_volume_level'],
      severities: { A12_precision_loss: 'info' },
      thresholds: { volumeDip: 12 },
    });

    const ended = await candlewick(['rules', '--json'], { ...env, ETL_RULES_FILE: path });

    const { ruleset, rules, thresholds } = lastJson(ended) as {
      ruleset: string;
      rules: { id: string; state: string }[];
      thresholds: Record<string, unknown>;
    };
    const states = new Map(rules.map(({ id, state }) => [id, state]));
    assert.match(ruleset, /^\d+\+[0-9a-f]{12}$/);
    assert.deepEqual(
      ['S01_volume_level', 'A12_precision_loss', 'A08_spike'].map((id) => states.get(id)),
      ['off', 'note', 'on'],
    );
    assert.deepEqual(thresholds['volumeDip'], { value: 12, isDefault: false });
  });

  it('refuse a file of rules with all that is wrong in it, with 3', async () => {
    const path = rulesFile({ disabled: 'all', tolerance: { accuracy: 7 } });

    const { code, stderr } = await candlewick(['rules'], { ...env, ETL_RULES_FILE: path });

    assert.equal(code, 3);
    assert.match(stderr, /ETL-CFG-120[^]*disabled: got "all"[^]*tolerance\.accuracy: got 7/);
  });

  it('answer questions about nothing with nothing', async () => {
    const asked = ['batch', 'symbol', 'day', 'rule'].map((by) => ['quality', 'scores', '--by', by]);
    const all = [...asked, ['quality', 'findings'], ['repairs', 'list', '--state', 'applied']];

    const ended = await Promise.all(all.map((argv) => candlewick([...argv, '--json'], env)));

    assert.deepEqual(
      ended.map(({ code, stdout }) => [code, stdout]),
      all.map(() => [0, '[]\n']),
    );
  });

  it('refuse a repair that is not there with 4, and an unknown group with 2', async () => {
    const [missing, group] = await Promise.all([
      candlewick(['repairs', 'undo', '7', '--why', 'test'], env),
      candlewick(['quality', 'scores', '--by', 'week'], env),
    ]);

    assert.equal(missing.code, 4, missing.stderr);
    assert.match(missing.stderr, /ETL-REP-404/);
    assert.equal(group.code, 2, group.stderr);
  });
});
