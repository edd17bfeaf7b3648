import assert from 'node:assert/strict';

import {
  describeProgress,
  NO_COUNTS,
  type JobProgress,
} from '../../../src/workflows/job-progress.ts';

const progress: JobProgress = {
  stage: 'load',
  paused: false,
  concurrency: 4,
  batches: { done: 1, failed: 0, total: 6 },
  symbols: 300,
  range: '2024-01-02 to 2024-01-08',
  sources: ['simulated'],
  rows: { ...NO_COUNTS, extracted: 500, loaded: 400 },
  qualityScore: 0.98765,
  failedSymbols: 0,
  lastFailures: [],
  notes: [],
};

describe('current details of a job', () => {
  it('say the most important first, in bullets, and never as a fraction', () => {
    const [first = '', ...others] = describeProgress(progress).split('\n');

    assert.equal(first, '- **load**: 1 of 6 batches (16 %), quality 0.988');
    assert.ok(others.every((line) => line.startsWith('- ')));
    assert.doesNotMatch(describeProgress(progress), /\d\/\d/);
  });

  it('say when a job is paused, and what failed', () => {
    const text = describeProgress({
      ...progress,
      paused: true,
      failedSymbols: 2,
      lastFailures: ['batch 3, extract: ETL-SRC-001 no answer'],
    });

    assert.match(text, /\*\*PAUSED\*\*/);
    assert.match(text, /2 symbols failed/);
    assert.match(text, /ETL-SRC-001/);
  });

  it('stay short, since they travel in a URL', () => {
    const text = describeProgress({
      ...progress,
      lastFailures: Array.from({ length: 5 }, () => 'x'.repeat(1000)),
      notes: Array.from({ length: 50 }, () => 'y'.repeat(1000)),
    });

    assert.ok(text.length < 3000, `${text.length}`);
  });

  it('are complete for a job without batches', () => {
    const text = describeProgress({
      ...progress,
      batches: { done: 0, failed: 0, total: 0 },
      qualityScore: undefined,
    });

    assert.match(text, /0 of 0 batches \(100 %\)/);
  });
});
