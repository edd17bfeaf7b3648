import assert from 'node:assert/strict';

import { chooseSources } from '../../../src/cli/choose-sources.ts';
import { needsOwnQueues, planDemo } from '../../../src/cli/plan-demo.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { fakeOutput } from './fake-output.ts';

/** The one live source that needs no setting, and nobody there: tests ask no stranger's server. */
const OFFLINE = { ETL_BAOSTOCK_ADDRESS: '127.0.0.1:9' };
const never = new Promise<boolean>(() => undefined);

function choose(
  live: readonly string[],
  answers: Readonly<Record<string, Promise<boolean>>> = {},
): ReturnType<typeof chooseSources> {
  return chooseSources({
    given: undefined,
    path: undefined,
    live,
    probe: (name) => answers[name] ?? never,
    timeoutMs: 20,
  });
}

describe('the sources of a demo', () => {
  it('are those that were named', async () => {
    const { sources } = await chooseSources({
      given: ['files'],
      path: undefined,
      live: ['tushare'],
      probe: () => Promise.reject(new Error('must not be asked')),
      timeoutMs: 20,
    });

    assert.deepEqual(sources, ['files']);
  });

  it('are the live ones that answer, in their order', async () => {
    const yes = Promise.resolve(true);

    const { sources, reason } = await choose(['tushare', 'akshare', 'baostock'], {
      tushare: yes,
      akshare: Promise.resolve(false),
      baostock: yes,
    });

    assert.deepEqual(sources, ['tushare', 'baostock']);
    assert.match(reason, /tushare, baostock/);
  });

  it('are the simulated market when none answers in time or one fails', async () => {
    const { sources, reason } = await choose(['tushare', 'akshare'], {
      akshare: Promise.reject(new Error('down')),
    });

    assert.deepEqual(sources, ['simulated']);
    assert.match(reason, /none of tushare, akshare answered/);
  });

  it('are the simulated market when no live source is configured', async () => {
    assert.deepEqual((await choose([])).sources, ['simulated']);
  });
});

describe('planDemo', () => {
  const config = parseConfig(OFFLINE);

  it('runs the daily ingestion of the simulated market into the demo database', async () => {
    const { output, stderr } = fakeOutput();

    const plan = await planDemo({}, config, { output });

    assert.equal(plan.jobType, 'dailyDataIngestion');
    assert.equal(plan.database, 'demo');
    assert.deepEqual(plan.job.request, { sources: ['simulated'] });
    assert.deepEqual(plan.config.sources, ['simulated']);
    assert.match(stderr.text, /simulated market/);
  });

  it('runs one job over files, from wherever they lie', async () => {
    const { output } = fakeOutput();

    const plan = await planDemo(
      { path: 'test/unit/cli', skipExisting: false, symbols: ['600000.SH'] },
      { ...config, filesRoot: '/somewhere' },
      { output },
    );

    assert.equal(plan.jobType, 'etlJob');
    assert.equal(plan.database, 'standard');
    assert.deepEqual(plan.job.request, {
      symbols: ['600000.SH'],
      skip_existing: false,
      sources: ['files'],
      path: '.',
    });
    assert.match(plan.config.filesRoot, /test\/unit\/cli$/);
  });

  it('wants to know what files to read', async () => {
    const { output } = fakeOutput();

    await assert.rejects(planDemo({ source: ['files'] }, config, { output }), {
      code: 'ETL-JOB-121',
    });
  });
});

describe('a demo on a shared Temporal server', () => {
  const embedded = parseConfig(OFFLINE);
  const configured = parseConfig({ ...OFFLINE, TEMPORAL_ADDRESS: '127.0.0.1:7233' });
  const named = parseConfig({ ...OFFLINE, CANDLEWICK_QUEUE_PREFIX: 'mine-' });
  const table = [
    ['that it started itself uses the plain queues', embedded, 'demo', ['temporal'], false],
    ['of another demo has queues of its own', embedded, 'standard', [], true],
    ['that is configured keeps the simulated market apart', configured, 'demo', [], true],
    ['that is configured works for real data as any worker', configured, 'standard', [], false],
    ['keeps to the prefix that was chosen', named, 'demo', [], false],
  ] as const;
  for (const [title, config, database, started, expected] of table) {
    it(title, async () => {
      const { output } = fakeOutput();
      const plan = { ...(await planDemo({}, config, { output })), database };

      assert.equal(needsOwnQueues(plan, { started }), expected);
    });
  }
});
