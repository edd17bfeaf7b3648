import assert from 'node:assert/strict';

import { noticeOfFailure } from '../../../src/activities/failure-notice.ts';
import { noticeOfEnd } from '../../../src/activities/job-notice.ts';
import {
  ConfigurationError,
  SchemaDriftError,
  SystemError,
  TransientError,
} from '../../../src/domain/errors.ts';
import type { EtlMetrics } from '../../../src/domain/job.ts';
import { metricsOf } from '../../support/fake-activities.ts';

function metrics(facts: Partial<EtlMetrics>): EtlMetrics {
  return { ...metricsOf({ jobId: 'daily/1', runId: 'r' }, 10), ...facts };
}

describe('the notice of a job that has ended', () => {
  it('is none where all went well', () => {
    assert.equal(noticeOfEnd(metrics({}), false), undefined);
  });

  it('is a warning that names what failed and what is held, and how to go on', () => {
    const notice = noticeOfEnd(
      metrics({
        status: 'partial_success',
        symbolsFailed: ['600000.SH'],
        recordsQuarantined: 7,
        errorMessages: ['600000.SH: reset'],
      }),
      false,
    );

    assert.equal(notice?.severity, 'warning');
    assert.match(notice?.title ?? '', /1 symbol failed, 7 rows held.*600000\.SH: reset/);
    assert.match(notice?.action ?? '', /jobs retry daily\/1 .*quarantine list/);
  });

  it('is an error where nothing was loaded, and a mere word where it was cancelled', () => {
    const failed = metrics({ status: 'failed', stage: 'failed' });

    assert.equal(noticeOfEnd(failed, false)?.severity, 'error');
    assert.equal(noticeOfEnd(failed, true)?.severity, 'info');
  });
});

describe('the notice of a failed attempt', () => {
  const attempt = { jobId: 'daily/1', activity: 'loadBatch', attempt: 1, isRetried: true };

  it('escalates what we stand on at its second failure in a row, and when it is given up', () => {
    const error = new SystemError('database is down', { code: 'ETL-DB-303' });

    assert.equal(noticeOfFailure(error, attempt), undefined);
    assert.equal(noticeOfFailure(error, { ...attempt, attempt: 2 })?.severity, 'critical');
    assert.equal(noticeOfFailure(error, { ...attempt, attempt: 3 }), undefined);
    assert.match(
      noticeOfFailure(error, { ...attempt, attempt: 60, isRetried: false })?.meaning ?? '',
      /give up/,
    );
  });

  it('tells a wrong configuration and a changed source at once, one trouble each', () => {
    const wrong = new ConfigurationError('bad token', { code: 'ETL-SRC-301', hint: 'set it' });
    const drift = new SchemaDriftError('no column', {
      code: 'ETL-SRC-401',
      details: { source: 'tushare' },
    });

    assert.equal(noticeOfFailure(wrong, attempt)?.action, 'set it');
    assert.equal(noticeOfFailure(drift, attempt)?.key, 'schema_drift/ETL-SRC-401/tushare');
  });

  it('leaves what is retried, and what is a fault of ours, to the log and the job', () => {
    assert.equal(noticeOfFailure(new TransientError('reset', { code: 'X' }), attempt), undefined);
    assert.equal(noticeOfFailure(new Error('bug'), attempt), undefined);
  });
});
