import assert from 'node:assert/strict';

import { mostHopeful, parseHeadline, SystemError } from '../../../src/domain/errors.ts';

describe('a headline', () => {
  it('comes apart into what it was made of', () => {
    const parts = { code: 'ETL-DB-301', message: 'No answer. Try: harder', hint: 'start it.' };

    const { headline } = new SystemError(parts.message, parts);

    assert.deepEqual(parseHeadline(headline), parts);
  });

  it('may have neither code nor hint', () => {
    const plain = { code: undefined, message: 'socket hang up', hint: undefined };

    assert.deepEqual(parseHeadline('socket hang up'), plain);
  });
});

describe('one failure for many', () => {
  it('is the one that may pass by itself, in whatever order they came', () => {
    const transient = { errorClass: 'transient', code: 'ETL-SRC-002' } as const;
    const failures = [
      { errorClass: 'schema_drift', code: 'ETL-SRC-252' },
      { errorClass: 'transient', code: 'ETL-SRC-003' },
      transient,
    ] as const;

    assert.deepEqual(mostHopeful(failures), transient);
    assert.deepEqual(mostHopeful(failures.toReversed()), transient);
    assert.equal(mostHopeful([]), undefined);
  });
});
