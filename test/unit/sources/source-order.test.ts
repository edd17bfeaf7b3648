import assert from 'node:assert/strict';

import { sourceTurns } from '../../../src/activities/extract/source-turns.ts';
import { passedOver } from '../../../src/activities/passed-over.ts';
import { orderLines, ordersInForce } from '../../../src/cli/source-order-view.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { parseJobInput } from '../../../src/config/job-config.ts';
import { missingSetting } from '../../../src/config/remote-sources.ts';
import { openGate } from '../../../src/sources/call-gate.ts';
import { createSources } from '../../../src/worker/sources.ts';
import { messageOf } from '../config/message-of.ts';

const SHANGHAI = '600000.SH';
const SHENZHEN = '000001.SZ';
const BEIJING = '920001.BJ';
const INDEX = '000001.SH';

function turnsOf(
  text: string,
  symbols: readonly string[],
): readonly (readonly [string, readonly string[]])[] {
  const order = parseConfig({ ETL_SOURCES: text });
  return sourceTurns({ expand: (names) => names }, order, symbols).map(
    ({ source, symbols: asked }) => [source, [...asked]] as const,
  );
}

describe('the order of the sources', () => {
  it('is one for all, and another for a market or a dataset that has its own', () => {
    const { sources, orders } = parseConfig({
      ETL_SOURCES: 'tushare, akshare; BSE=sina,tushare; trading_calendar = baostock',
    });

    assert.deepEqual(sources, ['tushare', 'akshare']);
    assert.deepEqual(orders, {
      markets: { BSE: ['sina', 'tushare'] },
      datasets: { trading_calendar: ['baostock'] },
    });
  });

  const faults: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown source', 'tushare; BSE=tushar', /expected names out of files.* in "BSE=tushar"/],
    ['an unknown market or dataset', 'tushare; calender=baostock', /in place of "calender"/],
    ['a misspelt dataset', 'tushare; trading_calender=baostock', /did you mean trading_calendar\?/],
    ['a market without sources', 'tushare; BSE=', /in "BSE="/],
    ['a source twice', 'tushare,tushare', /each source once/],
    ['a market twice', 'tushare; BSE=sina; BSE=tushare', /one order for BSE, not several/],
    ['no general order', 'BSE=sina', /then, if need be/],
  ];
  for (const [what, text, message] of faults) {
    it(`is refused with ${what}`, () => {
      assert.match(
        messageOf(() => parseConfig({ ETL_SOURCES: text })),
        message,
      );
    });
  }

  it('is live sources that have what they need where none is set, or files that have a place', () => {
    assert.deepEqual(parseConfig({}).sources, ['baostock']);
    assert.deepEqual(parseConfig({ TUSHARE_TOKEN: 't', ETL_SINA_URL: 'http://[::1]' }).sources, [
      'tushare',
      'akshare',
      'baostock',
    ]);
    assert.deepEqual(parseConfig({ ETL_FILES_ROOT: '/data' }).sources, ['files']);
  });

  it('makes web sites that it names be asked where they are, and no others', () => {
    const named = parseConfig({
      ETL_SOURCES: 'akshare; INDEX=yahoo',
      ETL_SINA_URL: 'http://[::1]',
    });
    const { urls } = named.remoteSources;

    assert.equal(urls.eastmoney, 'https://push2his.eastmoney.com');
    assert.equal(urls.yahoo, 'https://query2.finance.yahoo.com');
    assert.equal(urls.sina, 'http://[::1]');
    assert.equal(missingSetting(named.remoteSources, 'aktools'), 'ETL_AKTOOLS_URL');
    assert.equal(parseConfig({}).remoteSources.urls.eastmoney, undefined);
  });

  it('is shown with what a source waits for', () => {
    const config = parseConfig({ ETL_SOURCES: 'tushare,baostock; BSE=sina' });

    assert.equal(
      orderLines(ordersInForce(config)),
      'order: tushare (waits for TUSHARE_TOKEN), baostock\norder of BSE: sina',
    );
  });

  it('is a job’s own where it names sources', () => {
    const { sources, orders } = parseConfig({ ETL_SOURCES: 'tushare; BSE=sina' });
    const defaults = {
      jobType: 'etlJob',
      dueAt: '2024-03-20T00:00:00Z',
      batchSize: 100,
      qualityThreshold: 0.7,
      concurrency: 1,
      sources,
      orders,
      knownSources: ['tushare', 'sina', 'baostock'],
    } as const;

    const installed = parseJobInput({}, defaults).config;
    const own = parseJobInput({ sources: ['baostock'] }, defaults).config;

    assert.deepEqual([installed.sources, installed.orders], [['tushare'], orders]);
    assert.deepEqual([own.sources, own.orders], [['baostock'], undefined]);
  });
});

describe('a plan', () => {
  it('says which sources of its order are passed over for want of a setting', () => {
    const config = parseConfig({ ETL_SOURCES: 'tushare,baostock; BSE=tiingo' });
    const sources = createSources(config, {} as never, openGate);

    assert.deepEqual(passedOver(sources, config), [
      'passed over: source tushare: TUSHARE_TOKEN is not set',
      'passed over: source tiingo: TIINGO_TOKEN is not set',
    ]);
  });
});

describe('the turns of a batch', () => {
  it('are the order itself where the symbols share one', () => {
    assert.deepEqual(turnsOf('tushare,sina; BSE=baostock', [SHANGHAI, SHENZHEN]), [
      ['tushare', [SHANGHAI, SHENZHEN]],
      ['sina', [SHANGHAI, SHENZHEN]],
    ]);
  });

  it('ask a source of several orders once, as far as each order allows it', () => {
    assert.deepEqual(
      turnsOf('tushare,eastmoney,sina; BSE=sina; INDEX=yahoo,tushare', [SHANGHAI, BEIJING, INDEX]),
      [
        ['yahoo', [INDEX]],
        ['tushare', [SHANGHAI, INDEX]],
        ['eastmoney', [SHANGHAI]],
        ['sina', [SHANGHAI, BEIJING]],
      ],
    );
  });

  it('keep to each order where two contradict each other', () => {
    assert.deepEqual(turnsOf('tushare,sina; BSE=sina,tushare', [SHANGHAI, BEIJING]), [
      ['tushare', [SHANGHAI]],
      ['sina', [SHANGHAI, BEIJING]],
      ['tushare', [BEIJING]],
    ]);
  });
});
