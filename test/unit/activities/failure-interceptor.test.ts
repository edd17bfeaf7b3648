import assert from 'node:assert/strict';

import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';

import {
  createFailureInterceptor,
  nextDelayMs,
} from '../../../src/activities/failure-interceptor.ts';
import {
  ConfigurationError,
  DataQualityError,
  RateLimitedError,
  SchemaDriftError,
  SystemError,
  TransientError,
} from '../../../src/domain/errors.ts';

const rules = { transientRetries: 3, transientDelayMs: 1000 };
const code = 'ETL-TST-001';

async function failureOf(error: Error, attempt = 1): Promise<ApplicationFailure> {
  const environment = new MockActivityEnvironment({ attempt });
  const interceptor = createFailureInterceptor(environment.context, rules);
  const outcome: unknown = await environment
    .run(() =>
      Promise.resolve(
        interceptor.execute?.({ args: [], headers: {} }, () => Promise.reject(error)),
      ),
    )
    .catch((failure: unknown) => failure);
  assert.ok(outcome instanceof ApplicationFailure);
  return outcome;
}

describe('failure interceptor', () => {
  it('never retries what a retry cannot mend', () => {
    for (const error of [
      new ConfigurationError('x', { code }),
      new DataQualityError('x', { code }),
      new SchemaDriftError('x', { code }),
    ]) {
      assert.equal(nextDelayMs(error, 1, rules), undefined, error.name);
    }
  });

  it('retries a transient failure as often as configured, with doubled delays and jitter', () => {
    const error = new TransientError('reset', { code });
    for (const [attempt, base] of [
      [1, 1000],
      [2, 2000],
      [3, 4000],
    ] as const) {
      const delay = nextDelayMs(error, attempt, rules);
      assert.ok(delay !== undefined && delay >= base * 0.75 && delay <= base * 1.25, `${delay}`);
    }
    assert.equal(nextDelayMs(error, 4, rules), undefined);
  });

  it('treats an error that nobody has classified as transient', () => {
    assert.notEqual(nextDelayMs(new TypeError('bug'), 1, rules), undefined);
    assert.equal(nextDelayMs(new TypeError('bug'), 4, rules), undefined);
  });

  it('retries a system failure at once, and goes on until it is back', () => {
    const error = new SystemError('database down', { code });
    assert.ok((nextDelayMs(error, 1, rules) ?? Infinity) <= 125);
    assert.ok((nextDelayMs(error, 30, rules) ?? 0) >= 20_000);
    assert.equal(nextDelayMs(error, 60, rules), undefined);
  });

  it('waits for the window that a source has named, but no longer than a quarter of an hour', () => {
    const soon = new RateLimitedError('429', { code, retryAfterMs: 5000 });
    const late = new RateLimitedError('429', { code, retryAfterMs: 86_400_000 });
    assert.equal(nextDelayMs(soon, 1, rules), 5000);
    assert.equal(nextDelayMs(late, 1, rules), 900_000);
  });

  it('gives Temporal the class name, the whole headline and the facts', async () => {
    const failure = await failureOf(
      new ConfigurationError('batch_size: got 0', {
        code,
        hint: 'use 100.',
        details: { field: 'batch_size' },
      }),
    );

    assert.equal(failure.type, 'ConfigurationError');
    assert.equal(failure.message, 'ETL-TST-001 batch_size: got 0 Try: use 100.');
    assert.equal(failure.nonRetryable, true);
    assert.deepEqual(failure.details, [{ code, class: 'configuration', field: 'batch_size' }]);
  });

  it('ends the retries of a transient failure at the last attempt', async () => {
    const error = new TransientError('reset', { code });
    assert.equal((await failureOf(error, 1)).nonRetryable, false);
    assert.equal((await failureOf(error, 4)).nonRetryable, true);
  });
});
