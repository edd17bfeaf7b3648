import assert from 'node:assert/strict';

import { analyseRuns } from '../../../src/client/job-analysis.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';

function run(day: number, facts: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: `r${day}`,
    jobId: `daily/${day}`,
    jobType: 'dailyDataIngestion',
    jobName: 'daily',
    status: 'success',
    startedAt: new Date(Date.UTC(2026, 0, day)).toISOString(),
    durationSeconds: 10 + (day % 3),
    symbols: 100,
    symbolsFailed: 0,
    rows: 1000,
    rowsLoaded: 900,
    rowsQuarantined: 0,
    qualityScore: 0.99,
    sources: { tushare: 900 },
    ...facts,
  };
}

function runs(count: number, newest: Partial<RunRecord> = {}): RunRecord[] {
  return Array.from({ length: count }, (_, day) => run(day + 1, day >= count - 3 ? newest : {}));
}

describe('the analysis of jobs', () => {
  it('gives rates, durations and speed by job and by source', () => {
    const { byJob, bySource } = analyseRuns([
      run(1, { durationSeconds: 10 }),
      run(2, { durationSeconds: 30, status: 'partial_success', sources: { akshare: 500 } }),
      run(3, { durationSeconds: 20, status: 'failed', rows: 0, rowsLoaded: 0, sources: {} }),
    ]);

    const [daily] = byJob;
    assert.equal(daily?.runs, 3);
    assert.equal(daily?.successRate, 1 / 3);
    assert.equal(daily?.failureRate, 1 / 3);
    assert.equal(daily?.medianSeconds, 20);
    assert.equal(daily?.rowsPerSecond, 50, 'time of runs without rows does not count');
    assert.deepEqual(
      bySource.map(({ name, runs: count, rowsLoaded }) => [name, count, rowsLoaded]),
      [
        ['akshare', 1, 500],
        ['tushare', 1, 900],
      ],
    );
  });

  it('sees nothing worse where runs vary as they always did', () => {
    assert.deepEqual(analyseRuns(runs(20)).regressions, []);
  });

  for (const [measure, newest] of [
    ['duration', { durationSeconds: 60, rows: 6000 }],
    ['rows_per_second', { rows: 300 }],
    ['success_rate', { status: 'partial_success' }],
    ['quality_score', { qualityScore: 0.9 }],
  ] as const) {
    it(`sees that the ${measure} has become worse`, () => {
      const found = analyseRuns(runs(20, newest)).regressions.map((item) => item.measure);

      assert.ok(found.includes(measure), found.join());
    });
  }

  it('says nothing of jobs with too few runs to compare', () => {
    assert.deepEqual(analyseRuns(runs(7, { durationSeconds: 600 })).regressions, []);
  });
});
