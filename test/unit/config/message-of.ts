import assert from 'node:assert/strict';

import { ConfigurationError } from '../../../src/domain/errors.ts';

/** The headline of the ConfigurationError that `work` throws. */
export function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.headline;
  }
  return assert.fail('accepted');
}
