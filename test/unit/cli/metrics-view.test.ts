import assert from 'node:assert/strict';

import { failedMetrics, metricsRecord, renderMetrics } from '../../../src/cli/metrics-view.ts';
import type { EtlMetrics } from '../../../src/domain/job.ts';
import { fakeOutput } from './fake-output.ts';

const METRICS: EtlMetrics = {
  ...failedMetrics({ jobName: 'nightly', jobId: 'etl-job/nightly/1', runId: 'r' }, Date.now(), 'x'),
  status: 'partial_success',
  stage: 'complete',
  durationSeconds: 2,
  symbols: 1200,
  symbolsFailed: ['600000.SH'],
  recordsExtracted: 3000,
  recordsLoaded: 2500,
  qualityScore: 0.998,
  successRate: 0.999,
  sources: { files: 2500 },
  errorMessages: ['600000.SH: ETL-SRC-001 gone'],
};

/** What other programs rely on: issue 3 names the first seventeen. */
const KEYS = `
  job_name status stage start_time end_time duration_seconds
  records_extracted records_transformed records_loaded records_updated
  records_unchanged records_failed records_quarantined quality_score
  lowest_symbol_score quality_threshold
  success_rate sources error_messages notes
  symbols symbols_failed records_duplicate records_suspended records_dropped job_id run_id`
  .trim()
  .split(/\s+/);

describe('the account of a job', () => {
  it('has every key of the contract as JSON, and no other', () => {
    assert.deepEqual(Object.keys(metricsRecord(METRICS)).toSorted(), KEYS.toSorted());
  });

  it('has null, not a missing key, where nothing is known', () => {
    const { endTime: _, ...open } = METRICS;

    const record = JSON.parse(
      JSON.stringify(metricsRecord({ ...open, endTime: undefined, qualityScore: undefined })),
    );

    assert.equal(record.end_time, null);
    assert.equal(record.quality_score, null);
  });

  it('shows a person the counts, the rate and what failed', () => {
    const { output } = fakeOutput();

    const text = renderMetrics(METRICS, output);

    for (const line of [
      /^status +partial_success$/m,
      /^symbols +1,200, 1 failed$/m,
      /^rows extracted +3,000$/m,
      /^ +loaded +2,500$/m,
      /^quality score +0\.998$/m,
      /^rows\/s +1,500$/m,
      /^sources +files \(2,500 rows\)$/m,
      /^failed symbols 600000\.SH$/m,
      /^- 600000\.SH: ETL-SRC-001 gone$/m,
    ]) {
      assert.match(text, line);
    }
  });

  it('shows what the planner had to say', () => {
    const { output } = fakeOutput();

    const text = renderMetrics({ ...METRICS, notes: ['no session is expected'] }, output);

    assert.match(text, /^note: no session is expected$/m);
    assert.doesNotMatch(renderMetrics(METRICS, output), /^note/m);
  });

  it('tells the score of all rows from the one by which symbols are held', () => {
    const { output } = fakeOutput();
    const gate = { threshold: 0.7, lowestSymbolScore: 0.7862 };

    const text = renderMetrics({ ...METRICS, qualityScore: 0.3, gate }, output);

    assert.match(text, /^quality score +0\.300; lowest symbol 0\.786, held below 0\.7$/m);
  });

  it('is given for a job that failed before it could give one', () => {
    const record = metricsRecord(failedMetrics({ jobName: 'etl-job' }, Date.now(), 'ETL-X-1 no'));

    assert.equal(record['status'], 'failed');
    assert.deepEqual(record['error_messages'], ['ETL-X-1 no']);
  });
});
