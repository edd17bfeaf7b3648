import assert from 'node:assert/strict';

import { renderCleanup, retentionDifferences } from '../../../src/cli/cleanup-view.ts';

describe('the view of a cleanup', () => {
  it('says whose retention counts where shell and worker differ', () => {
    const here = { dataRetentionDays: 365, barsRetentionDays: 3650 };

    assert.deepEqual(retentionDifferences({ data: 365, bars: undefined }, here), [
      "BARS_RETENTION_DAYS is not set where the worker runs and 3650 here: the worker's counts",
    ]);
    assert.deepEqual(retentionDifferences({ data: 365, bars: 3650 }, here), []);
  });

  it('has a line for the bars also where they are kept for ever', () => {
    const plan = { items: [], isDryRun: true, removed: {} };

    const text = renderCleanup({ ...plan, keptDays: { data: 365, bars: undefined } });

    assert.match(text, /^bars +kept for ever$/m);
    assert.doesNotMatch(
      renderCleanup({ ...plan, keptDays: { data: 365, bars: 3650 } }),
      /for ever/,
    );
  });
});
