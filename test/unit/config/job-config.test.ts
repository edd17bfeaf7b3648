import assert from 'node:assert/strict';

import fc from 'fast-check';

import { parseJobInput } from '../../../src/config/job-config.ts';
import type { JobDefaults } from '../../../src/config/job-defaults.ts';
import { jobInputJsonSchema } from '../../../src/config/job-schema.ts';
import { lastCompletedDay } from '../../../src/config/job-range.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { messageOf } from './message-of.ts';

const defaults: JobDefaults = {
  jobType: 'dailyDataIngestion',
  dueAt: '2026-11-24T09:00:00Z',
  batchSize: 50,
  qualityThreshold: 0.8,
  concurrency: 3,
  sources: ['simulated'],
  knownSources: ['files', 'simulated'],
};

describe('a job from its input', () => {
  it('has every default where nothing is given', () => {
    const { config, notes } = parseJobInput(undefined, defaults);

    assert.deepEqual(config, {
      jobName: 'daily-data-ingestion',
      symbols: [],
      startDate: '2026-11-18',
      endDate: '2026-11-24',
      batchSize: 50,
      qualityThreshold: 0.8,
      retryFailed: true,
      skipExisting: true,
      validateData: true,
      cleanData: true,
      sources: ['simulated'],
      path: undefined,
      concurrency: 3,
    });
    assert.deepEqual(notes, []);
  });

  it('is of the last day of the calendar where the market is simulated and the calendar is over', () => {
    const over = {
      ...defaults,
      dueAt: '2027-01-15T02:00:00Z',
      horizon: { firstDay: '1990-12-19', lastDay: '2026-12-31' },
      knownSources: ['tushare', 'simulated'],
    };

    const still = parseJobInput({ days_back: 7 }, over);
    const real = parseJobInput({ sources: ['tushare'] }, over);
    const given = parseJobInput({ start_date: '2026-12-01', end_date: '2026-12-31' }, over);

    assert.deepEqual(
      [still.config.startDate, still.config.endDate, ...still.notes],
      [
        '2026-12-25',
        '2026-12-31',
        'as of 2026-12-31: the trading calendar ends there, and the simulated market with it',
      ],
    );
    // A real market goes on without the calendar: its planner refuses the days that nothing is known of.
    assert.deepEqual([real.config.endDate, ...real.notes], ['2027-01-14']);
    assert.deepEqual([given.config.endDate, ...given.notes], ['2026-12-31']);
    assert.match(
      messageOf(() => parseJobInput({ end_date: '2027-01-05' }, over)),
      /to 2026-12-31 \(the trading calendar ends there\)/,
    );
  });

  it('is named after its type', () => {
    const names = (['etlJob', 'historicalBackfill'] as const).map(
      (jobType) => parseJobInput({}, { ...defaults, jobType }).config.jobName,
    );

    assert.deepEqual(names, ['etl-job', 'historical-backfill']);
  });

  it('takes what is given over every default', () => {
    const input = {
      job_name: 'weekly',
      symbols: ['600000.SH'],
      start_date: '2024-01-02',
      end_date: '2024-01-31',
      batch_size: 1,
      quality_threshold: 0,
      retry_failed: false,
      skip_existing: false,
      validate_data: false,
      clean_data: false,
      sources: ['files', 'simulated'],
      path: 'bars/*.csv.gz',
      concurrency: 64,
    };

    assert.deepEqual(parseJobInput(input, defaults).config, {
      jobName: 'weekly',
      symbols: ['600000.SH'],
      startDate: '2024-01-02',
      endDate: '2024-01-31',
      batchSize: 1,
      qualityThreshold: 0,
      retryFailed: false,
      skipExisting: false,
      validateData: false,
      cleanData: false,
      sources: ['files', 'simulated'],
      path: 'bars/*.csv.gz',
      concurrency: 64,
    });
  });

  it('treats undefined fields as not given, as a typed client sends them', () => {
    const input = { symbols: undefined, batchSize: undefined };

    assert.deepEqual(parseJobInput(input, defaults), parseJobInput({}, defaults));
  });

  it('reads files where only a path is given, and refuses a path without that source', () => {
    assert.deepEqual(parseJobInput({ path: 'a.csv' }, defaults).config.sources, ['files']);
    assert.match(
      messageOf(() => parseJobInput({ path: 'a.csv', sources: ['simulated'] }, defaults)),
      /path: got "a\.csv"; expected sources to hold "files"/,
    );
  });

  it('has orders of its own by market or dataset, before those of the installation', () => {
    const installed = { markets: { SSE: ['simulated'] }, datasets: {} };
    const rules = { ...defaults, orders: installed };
    const source_orders = { BSE: ['files', 'simulated'], trading_calendar: ['simulated'] };
    const own = { BSE: source_orders.BSE };

    assert.deepEqual(parseJobInput({ source_orders }, rules).config.orders, {
      markets: { ...installed.markets, ...own },
      datasets: { trading_calendar: ['simulated'] },
    });
    const narrowed = parseJobInput({ sources: ['files'], sourceOrders: own }, rules).config;
    assert.deepEqual(narrowed.sources, ['files']);
    assert.deepEqual(narrowed.orders, { markets: own, datasets: {} });
  });

  const badOrders: readonly (readonly [unknown, RegExp])[] = [
    [{ BSX: ['files'] }, /source_orders\.BSX: expected one of SSE, .* as key; did you mean BSE\?/],
    [
      { BSE: ['file'] },
      /source_orders\.BSE\[0\]: got "file"; expected one of .*; did you mean files\?/,
    ],
    [
      { BSE: ['files', 'files'] },
      /source_orders\.BSE\[1\]: got "files"; expected each source once/,
    ],
    [{ BSE: [] }, /source_orders: got an object; expected an object of arrays/],
    [{ BSE: 'files' }, /source_orders: got an object; expected an object of arrays/],
    [['files'], /source_orders: got an array of 1; expected an object of arrays/],
  ];
  for (const [source_orders, message] of badOrders) {
    it(`refuses the orders ${JSON.stringify(source_orders)}`, () => {
      assert.match(
        messageOf(() => parseJobInput({ source_orders }, defaults)),
        message,
      );
    });
  }

  it('refuses a source twice', () => {
    assert.match(
      messageOf(() => parseJobInput({ sources: ['files', 'files'] }, defaults)),
      /sources\[1\]: got "files"; expected each source once/,
    );
  });
});

describe('the days of a job', () => {
  it('end with today from 16:00 in Shanghai on, with yesterday before', () => {
    assert.equal(lastCompletedDay('2026-11-24T07:59:59.999Z'), '2026-11-23');
    assert.equal(lastCompletedDay('2026-11-24T08:00:00Z'), '2026-11-24');
    assert.equal(lastCompletedDay('2026-11-23T16:00:00Z'), '2026-11-23');
  });

  for (const zone of ['UTC', 'Asia/Tokyo', 'America/Los_Angeles']) {
    it(`48: are the same under TZ=${zone} as in Shanghai`, () => {
      const before = process.env['TZ'];
      process.env['TZ'] = 'Asia/Shanghai';
      const there = parseJobInput({}, defaults);
      process.env['TZ'] = zone;
      const here = parseJobInput({}, defaults);
      if (before === undefined) {
        delete process.env['TZ'];
      } else {
        process.env['TZ'] = before;
      }

      assert.deepEqual(here, there);
    });
  }

  it('count back from the end', () => {
    const { config } = parseJobInput({ days_back: 3, end_date: '2024-03-01' }, defaults);

    assert.deepEqual([config.startDate, config.endDate], ['2024-02-28', '2024-03-01']);
  });

  it('are given once: days_back or start_date', () => {
    const input = { daysBack: 3, startDate: '2024-03-01' };

    assert.match(
      messageOf(() => parseJobInput(input, defaults)),
      /daysBack: got 3; expected startDate or this, not both/,
    );
  });

  it('are those of the files where the caller gives none', () => {
    const range = { startDate: '2005-01-04', endDate: '2022-02-11' };

    const { config } = parseJobInput({}, { ...defaults, range });
    const from = parseJobInput({ start_date: '2020-01-01' }, { ...defaults, range });

    assert.deepEqual([config.startDate, config.endDate], ['2005-01-04', '2022-02-11']);
    assert.deepEqual([from.config.startDate, from.config.endDate], ['2020-01-01', '2022-02-11']);
  });

  it('lie within the trading calendar', () => {
    const horizon = { firstDay: '2000-01-01', lastDay: '2026-10-31' };

    const message = messageOf(() =>
      parseJobInput({ start_date: '1999-12-31', end_date: '2026-11-02' }, { ...defaults, horizon }),
    );

    assert.match(message, /start_date: got "1999-12-31"; expected a day from 2000-01-01/);
    assert.match(message, /end_date: .* to 2026-10-31 \(the trading calendar ends there\)/);
  });
});

describe('a job from anything at all', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('2024-01-02', '600000.SH', ['600000.SH'], ['files'], 5, 0.5, true),
  );
  const key = fc.oneof(
    fc.constantFrom('symbols', 'startDate', 'end_date', 'batch_size', 'sources', 'path', 'jobName'),
    fc.string(),
  );

  it('is a job within all bounds, or a ConfigurationError of bounded length', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.dictionary(key, value)), (input) => {
        try {
          const { config } = parseJobInput(input, defaults);
          assert.ok(config.startDate <= config.endDate && config.endDate <= '2026-11-24');
          assert.ok(Number.isInteger(config.batchSize) && config.batchSize >= 1);
          assert.ok(config.sources.every((name) => defaults.knownSources.includes(name)));
          assert.ok(config.symbols.every((symbol) => /^\d{6}\.(SH|SZ|BJ)$/.test(symbol)));
        } catch (error) {
          assert.ok(error instanceof ConfigurationError, String(error));
          assert.ok(error.message.length < 20_000);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the JSON schema of the job input', () => {
  it('describes every field, requires none and allows no other', () => {
    const schema = jobInputJsonSchema();
    const properties: unknown = schema['properties'];

    assert.equal(schema['additionalProperties'], false);
    assert.equal(schema['required'], undefined);
    assert.ok(typeof properties === 'object' && properties !== null);
    assert.equal(Object.keys(properties).length, 22);
    for (const property of Object.values(properties)) {
      assert.ok(typeof property.description === 'string' && property.type !== undefined);
      assert.equal(property.expected, undefined);
    }
  });
});
