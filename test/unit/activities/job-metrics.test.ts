import assert from 'node:assert/strict';

import { metricsOf, type RunTotals } from '../../../src/activities/job-metrics.ts';

const totals: RunTotals = {
  jobName: 'etl-job',
  jobId: 'etl-job/a',
  runId: 'r',
  startedAt: '2026-11-23T00:00:00.000Z',
  endedAt: '2026-11-23T00:00:02.500Z',
  cancelled: false,
  symbols: 10,
  failures: [],
  notes: [],
  extracted: 100,
  transformed: 98,
  inserted: 50,
  updated: 8,
  unchanged: 30,
  skipped: 10,
  quarantined: 0,
  duplicates: 1,
  suspended: 1,
  unreadable: 0,
  score: 0.99,
  gate: { threshold: 0.7, lowestSymbolScore: 0.9 },
  loadedBySource: { files: 58 },
};

function failures(count: number): RunTotals['failures'] {
  return Array.from({ length: count }, (_, index) => ({
    symbol: `60000${index}.SH`,
    code: 'ETL-SRC-001',
    message: 'no answer',
  }));
}

describe('the account of a job', () => {
  it('is a success when every symbol was served and every row published', () => {
    const metrics = metricsOf(totals);

    assert.equal(metrics.status, 'success');
    assert.equal(metrics.stage, 'complete');
    assert.equal(metrics.durationSeconds, 2.5);
    assert.equal(metrics.recordsUnchanged, 40);
    assert.equal(metrics.successRate, 1);
  });

  it('is a failure where there was no plan, and says why', () => {
    const metrics = metricsOf({ ...totals, symbols: 0, failure: 'ETL-JOB-120 no such folder' });

    assert.equal(metrics.status, 'failed');
    assert.equal(metrics.successRate, 0);
    assert.deepEqual(metrics.errorMessages, ['ETL-JOB-120 no such folder']);
  });

  it('is a partial success when a symbol failed or rows were held back', () => {
    assert.equal(metricsOf({ ...totals, failures: failures(1) }).status, 'partial_success');
    assert.equal(metricsOf({ ...totals, failures: failures(1) }).successRate, 0.9);
    assert.equal(
      metricsOf({ ...totals, transformed: 99, quarantined: 1 }).status,
      'partial_success',
    );
  });

  it('accounts for rows that were dropped, and is no success when all were', () => {
    const some = metricsOf({ ...totals, extracted: 103, transformed: 101 });
    assert.equal(some.recordsDropped, 3);
    assert.equal(some.status, 'success');
    assert.match(some.errorMessages.join(), /^3 rows dropped: .*listing life/);

    const none = { inserted: 0, updated: 0, unchanged: 0, skipped: 0 };
    const all = metricsOf({ ...totals, ...none });
    assert.equal(all.recordsDropped, 98);
    assert.equal(all.status, 'partial_success');
  });

  it('says of rows that could not be read that there were some', () => {
    const { errorMessages, recordsFailed } = metricsOf({ ...totals, unreadable: 2 });

    assert.equal(recordsFailed, 2);
    assert.deepEqual(errorMessages, ['2 rows not read: without a symbol, a day or any price']);
  });

  it('is a failure when every symbol failed, or when it was cancelled', () => {
    assert.equal(metricsOf({ ...totals, failures: failures(10) }).status, 'failed');
    assert.equal(metricsOf({ ...totals, cancelled: true }).status, 'failed');
    assert.equal(metricsOf({ ...totals, cancelled: true }).stage, 'failed');
  });

  it('is a success when there was nothing to do', () => {
    const metrics = metricsOf({ ...totals, symbols: 0 });

    assert.equal(metrics.status, 'success');
    assert.equal(metrics.successRate, 1);
  });

  it('says each message once, with the symbols that it concerns', () => {
    const { errorMessages } = metricsOf({ ...totals, failures: failures(5) });

    assert.deepEqual(errorMessages, ['600000.SH, 600001.SH, 600002.SH and 2 more: no answer']);
  });
});
