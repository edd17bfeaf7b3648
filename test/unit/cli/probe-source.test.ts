import assert from 'node:assert/strict';

import { CALENDAR_DAYS } from '../../../src/calendar/trading-calendar.ts';
import { calendarEnd, planDemo } from '../../../src/cli/plan-demo.ts';
import { lastKnownDay, liveSources, probeSource } from '../../../src/cli/probe-source.ts';
import { parseConfig, type Config } from '../../../src/config/config.ts';
import { startEmulators, type Emulators } from '../../../src/emulators/start.ts';
import { fakeOutput } from './fake-output.ts';

const TIMEOUT_MS = 5000;

describe('the live sources of a demo', function () {
  this.timeout(30_000);
  let emulators: Emulators;
  let config: Config;
  before(async () => {
    emulators = await startEmulators({ market: { seed: 1, symbols: 20 } });
    config = parseConfig({ ETL_BAOSTOCK_ADDRESS: '127.0.0.1:9', ...emulators.env });
  });
  after(() => emulators.close());

  function probe(name: string): Promise<boolean> {
    return probeSource(name, config, AbortSignal.timeout(TIMEOUT_MS));
  }

  it('are those only that have what they need', () => {
    const { TUSHARE_TOKEN: _, ...withoutToken } = emulators.env;

    const live = liveSources(parseConfig(withoutToken));

    assert.ok(live.includes('eastmoney'));
    assert.ok(!live.includes('tushare'));
  });

  it('are asked by their own interfaces, and answer', async () => {
    assert.deepEqual(await Promise.all(['tushare', 'eastmoney'].map(probe)), [true, true]);
  });

  it('are asked as of the end of the trading calendar, where it is past and nobody named a day', () => {
    const over = Date.parse('2027-01-15T02:00:00Z');

    assert.equal(lastKnownDay(over), '2026-12-31');
    assert.equal(lastKnownDay(Date.parse('2026-11-24T02:00:00Z')), '2026-11-24');
    assert.equal(calendarEnd({}, over), '2026-12-31');
    assert.equal(calendarEnd({ source: ['tushare'] }, over), undefined);
    assert.equal(calendarEnd({ from: '2026-12-01' }, over), undefined);
    assert.equal(calendarEnd({}, Date.parse('2026-12-31T10:00:00Z')), undefined);
  });

  it('do not answer while they are at fault', async () => {
    emulators.faults('tencent').set({ kind: 'http500' });

    await assert.rejects(probe('tencent'));
  });

  it('are what the demo then asks, for five symbols and into a database of real bars', async () => {
    const { output, stderr } = fakeOutput();

    const plan = await planDemo({}, config, { output });

    assert.equal(plan.database, 'standard');
    assert.ok(plan.config.sources.includes('tushare'));
    assert.equal(plan.job.config.symbols.length, 5);
    assert.ok(plan.job.config.endDate <= CALENDAR_DAYS.lastDay);
    assert.match(stderr.text, /live sources that answer: .*tushare/);
  });

  it('are asked for the symbols that were named, where some were', async () => {
    const { output } = fakeOutput();

    const plan = await planDemo({ symbols: ['600000.SH'] }, config, { output });

    assert.deepEqual(plan.job.config.symbols, ['600000.SH']);
  });
});
