import assert from 'node:assert/strict';

import { SystemError } from '../../../src/domain/errors.ts';
import { NO_RECORDS, type EtlJobConfig, type EtlMetrics } from '../../../src/domain/job.ts';
import { loadBatch } from '../../../src/warehouse/load-batch.ts';
import { readRun, summariseRun } from '../../../src/warehouse/run-reports.ts';
import {
  failedSymbols,
  finishRun,
  readBatch,
  recordStage,
  recordSymbolFailures,
  saveBatches,
  skipSymbols,
  startRun,
  symbolFailures,
} from '../../../src/warehouse/runs.ts';
import { loadRequest, type TestBar } from './load-requests.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

const CONFIG: EtlJobConfig = {
  jobName: 'daily',
  symbols: [],
  startDate: '2024-01-02',
  endDate: '2024-01-03',
  batchSize: 100,
  qualityThreshold: 0.7,
  retryFailed: true,
  skipExisting: false,
  validateData: true,
  cleanData: true,
  sources: ['tushare', 'akshare'],
  path: undefined,
  concurrency: 2,
};
const DAYS = { startDate: CONFIG.startDate, endDate: CONFIG.endDate };
const FIRST = { batchNo: 0, symbols: ['000001.SZ', '000002.SZ'], ...DAYS };
const SECOND = { batchNo: 1, symbols: ['600000.SH'], ...DAYS };

function runStart(runId: string, jobId = `job-of-${runId}`): Parameters<typeof startRun>[1] {
  const dueAt = '2024-01-03T10:00:00.000Z';
  return { runId, jobId, jobType: 'etlJob', config: CONFIG, dueAt, notes: ['a note'] };
}

function failure(symbol: string): { symbol: string; code: string; message: string } {
  return { symbol, code: 'ETL-SRC-010', message: `no answer for ${symbol}` };
}

describe('runs', () => {
  let database: ScratchDatabase;

  async function load(runId: string, batchNo: number, bars: readonly TestBar[]): Promise<void> {
    await loadBatch(
      database.warehouse,
      loadRequest(bars, { runId, batchNo, batchKey: `${runId}/${batchNo}` }),
    );
  }

  before(async () => {
    database = await createScratchDatabase();
  });

  after(async () => {
    await database.drop();
  });

  it('gives each batch back with the configuration of its job', async () => {
    await startRun(database.warehouse, runStart('r1'), [FIRST, SECOND]);

    assert.deepEqual(await readBatch(database.warehouse, 'r1', 0), {
      ...FIRST,
      skipped: [],
      jobType: 'etlJob',
      config: CONFIG,
    });
    await assert.rejects(readBatch(database.warehouse, 'r1', 9), SystemError);
  });

  it('takes a plan again as long as no stage has begun, and keeps it afterwards', async () => {
    await startRun(database.warehouse, runStart('r2'), [FIRST, SECOND]);
    await startRun(database.warehouse, runStart('r2'), [FIRST]);
    await assert.rejects(readBatch(database.warehouse, 'r2', 1), SystemError);

    await recordStage(database.warehouse, 'r2', 0, 'transform', { extracted: 1 });
    await startRun(database.warehouse, runStart('r2'), [{ ...FIRST, symbols: ['600000.SH'] }]);

    assert.deepEqual((await readBatch(database.warehouse, 'r2', 0)).symbols, FIRST.symbols);
  });

  it('counts a symbol as failed until a later batch has loaded it', async () => {
    const { warehouse } = database;
    await startRun(warehouse, runStart('r3'), [FIRST, SECOND]);
    await recordSymbolFailures(warehouse, 'r3', 0, FIRST.symbols.map(failure));
    await recordSymbolFailures(warehouse, 'r3', 1, [failure('600000.SH')]);
    // The stage is tried again and serves its symbol.
    await recordSymbolFailures(warehouse, 'r3', 1, []);
    assert.deepEqual(await failedSymbols(warehouse, 'r3'), ['000001.SZ', '000002.SZ']);

    const retries = FIRST.symbols.map((symbol, index) => ({
      ...FIRST,
      batchNo: 100 + index,
      symbols: [symbol],
    }));
    await saveBatches(warehouse, 'r3', retries);
    await saveBatches(warehouse, 'r3', retries);
    assert.deepEqual(await failedSymbols(warehouse, 'r3'), ['000001.SZ', '000002.SZ']);

    await load('r3', 100, [{ symbol: '000001.SZ' }]);
    await recordSymbolFailures(warehouse, 'r3', 101, [
      { ...failure('000002.SZ'), message: 'again' },
    ]);

    assert.deepEqual(await symbolFailures(warehouse, 'r3'), [
      { symbol: '000002.SZ', code: 'ETL-SRC-010', message: 'again' },
    ]);
  });

  it('leaves symbols out that an operator skips', async () => {
    const { warehouse } = database;
    await startRun(warehouse, runStart('r4'), [FIRST, SECOND]);
    await recordSymbolFailures(warehouse, 'r4', 0, [failure('000001.SZ')]);

    assert.equal(await skipSymbols(warehouse, 'r4', ['000001.SZ', '999999.SH']), 1);
    assert.equal(await skipSymbols(warehouse, 'r4', ['000002.SZ']), 1);

    assert.deepEqual((await readBatch(warehouse, 'r4', 0)).skipped, FIRST.symbols);
    assert.deepEqual(await failedSymbols(warehouse, 'r4'), []);
    assert.equal((await summariseRun(warehouse, 'r4'))?.symbols, 1);
  });

  it('sums up what was loaded, so that the rows add up', async () => {
    const { warehouse } = database;
    await startRun(warehouse, runStart('r5'), [FIRST, SECOND]);
    const facts = {
      extracted: 5,
      identical: 1,
      restated: 1,
      conflicting: 0,
      suspended: 1,
      unreadable: 0,
      transformed: 2,
    };
    await recordStage(warehouse, 'r5', 0, 'transform', { ...facts, extracted: 999 });
    await recordStage(warehouse, 'r5', 0, 'transform', facts);
    await recordStage(warehouse, 'r5', 0, 'validate', { score: 0.5 });
    // A batch that was transformed but never loaded is in no sum.
    await recordStage(warehouse, 'r5', 1, 'transform', { ...facts, extracted: 100 });
    await recordSymbolFailures(warehouse, 'r5', 1, [failure('600000.SH')]);
    await load('r5', 0, [{ symbol: '300001.SZ' }, { symbol: '300002.SZ', answer: 1 }]);

    const { startedAt, ...sums } = (await summariseRun(warehouse, 'r5')) ?? { startedAt: '' };

    assert.ok(Math.abs(Date.parse(startedAt) - Date.now()) < 60_000);
    assert.deepEqual(sums, {
      jobName: 'daily',
      jobId: 'job-of-r5',
      runId: 'r5',
      symbols: 3,
      failures: [failure('600000.SH')],
      notes: ['a note'],
      batches: 2,
      batchesLoaded: 1,
      extracted: 5,
      transformed: 2,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      quarantined: 0,
      duplicates: 2,
      suspended: 1,
      unreadable: 0,
      score: 0.9,
      gate: undefined,
      loadedBySource: { tushare: 1, akshare: 1 },
    });
    assert.equal(await summariseRun(warehouse, 'no such run'), undefined);
  });

  it('sums up a run of which nothing was loaded', async () => {
    await startRun(database.warehouse, runStart('r6'), []);

    const sums = await summariseRun(database.warehouse, 'r6');

    assert.deepEqual(
      [sums?.batches, sums?.extracted, sums?.inserted, sums?.score],
      [0, 0, 0, undefined],
    );
    assert.deepEqual(sums?.loadedBySource, {});
  });

  it('finds a run by its id, and the newest of a job by the id of the job', async () => {
    const { warehouse } = database;
    await startRun(warehouse, runStart('r7', 'job-x'), [FIRST]);
    await startRun(warehouse, runStart('r8', 'job-x'), [FIRST]);
    const metrics: EtlMetrics = {
      jobName: 'daily',
      jobId: 'job-x',
      runId: 'r7',
      status: 'partial_success',
      stage: 'complete',
      startTime: '2024-01-03T10:00:00.000Z',
      endTime: '2024-01-03T10:00:05.000Z',
      durationSeconds: 5,
      symbols: 2,
      symbolsFailed: [],
      ...NO_RECORDS,
      qualityScore: 1,
      successRate: 1,
      sources: {},
      errorMessages: [],
    };
    await finishRun(warehouse, 'r7', metrics);

    assert.equal((await readRun(warehouse, 'job-x'))?.runId, 'r8');
    const ended = await readRun(warehouse, 'r7');
    assert.deepEqual(
      [ended?.status, ended?.endedAt, ended?.metrics],
      ['partial_success', metrics.endTime, metrics],
    );
    assert.equal(await readRun(warehouse, 'nobody'), undefined);
  });
});
