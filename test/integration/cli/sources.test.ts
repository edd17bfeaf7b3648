import assert from 'node:assert/strict';

import { changeBreaker } from '../../../src/warehouse/source-breakers.ts';
import { CLOSED } from '../../../src/domain/source-breaker.ts';
import { reportSources, resetBreakers } from '../../../src/warehouse/source-report.ts';
import { switchOff, switchOn } from '../../../src/warehouse/source-switches.ts';
import { createScratchDatabase, type ScratchDatabase } from '../warehouse/scratch-database.ts';
import { candlewick } from './candlewick.ts';

describe('candlewick sources', () => {
  let database: ScratchDatabase;

  before(async () => {
    database = await createScratchDatabase();
  });

  after(async () => {
    await database.drop();
  });

  function accountOf(): string {
    return 'mine';
  }

  async function run(...args: string[]): ReturnType<typeof candlewick> {
    return candlewick(['sources', ...args], { DATABASE_URL: database.url });
  }

  it('shows an open breaker, closes it, and disables and enables a source', async () => {
    await changeBreaker(
      database.warehouse,
      { source: 'tushare', endpoint: 'daily' },
      (_, nowMs) => ({ ...CLOSED, position: 'open', openings: 1, openUntilMs: nowMs + 60_000 }),
      { worker: 'test', code: 'ETL-SRC-301', reason: 'closed' },
    );
    const [open] = await reportSources(database.warehouse, accountOf);
    assert.deepEqual([open?.state, open?.openUntil?.endsWith('Z')], ['open', true]);

    assert.equal(await resetBreakers(database.warehouse, 'tushare', 'test'), 1);
    const off = { source: 'tushare', endpoint: '*', account: '', disabledBy: 'operator' } as const;
    await switchOff(database.warehouse, { ...off, code: null, reason: 'by command' });
    const states = (await reportSources(database.warehouse, accountOf)).map(({ state }) => state);
    assert.deepEqual(states, ['disabled', 'disabled']);
    assert.equal(await switchOn(database.warehouse, 'tushare'), 1);
    assert.equal((await reportSources(database.warehouse, accountOf))[0]?.state, 'closed');
  });

  it('does not call disabled what another configuration has disabled', async () => {
    const off = { source: 'sina', endpoint: '*', disabledBy: 'configuration' } as const;
    const why = { code: 'ETL-SRC-322', reason: 'token refused' };
    await switchOff(database.warehouse, { ...off, ...why, account: 'mine' });
    async function sources(): Promise<string[]> {
      return (await reportSources(database.warehouse, accountOf)).map(({ source }) => source);
    }

    const mine = await sources();
    await switchOff(database.warehouse, { ...off, ...why, account: 'former' });
    const former = await sources();

    assert.ok(mine.includes('sina') && !former.includes('sina'));
    await switchOn(database.warehouse, 'sina');
  });

  it('speaks JSON, and refuses a source that there is none of with what was meant', async () => {
    const listed = await run('--json');
    const wrong = await run('reset', 'tushar', '--json');

    assert.equal(listed.code, 0, listed.stderr);
    const { orders, endpoints } = JSON.parse(listed.stdout);
    assert.deepEqual(orders, [
      { of: 'everything', sources: [{ source: 'baostock', missing_setting: null }] },
    ]);
    assert.deepEqual(Object.keys(endpoints[0]).slice(0, 3), ['source', 'endpoint', 'state']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stdout + wrong.stderr, /did you mean tushare/);
  });
});
