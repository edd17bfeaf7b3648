import assert from 'node:assert/strict';

import { createFailpoint } from '../../../src/activities/failpoint.ts';

describe('failpoints', () => {
  it('do nothing unless set', () => {
    createFailpoint(undefined)('load.after_commit');
  });

  it('fire at the pass that is named, and only then', () => {
    const pass = createFailpoint('load.after_commit=throw@2');

    pass('load.after_commit');
    assert.throws(() => pass('load.after_commit'), /Failpoint load.after_commit/);
    pass('load.after_commit');
    pass('other');
  });

  it('refuse a setting that they do not understand', () => {
    assert.throws(() => createFailpoint('load.after_commit=explode'), RangeError);
  });
});
