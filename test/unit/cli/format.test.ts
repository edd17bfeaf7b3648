import assert from 'node:assert/strict';

import {
  cut,
  formatCount,
  formatDuration,
  formatInstant,
  formatScore,
  rowsPerSecond,
  toSnakeCase,
} from '../../../src/cli/format.ts';

describe('format', () => {
  const durations = [
    [0.0271, '27 ms'],
    [1, '1.0 s'],
    [12.34, '12.3 s'],
    [59.96, '1 min 00 s'],
    [245, '4 min 05 s'],
    [7384, '2 h 03 min'],
  ] as const;
  for (const [seconds, expected] of durations) {
    it(`writes ${seconds} s as ${expected}`, () => {
      assert.equal(formatDuration(seconds), expected);
    });
  }

  it('cuts scores, and never lifts one to a threshold', () => {
    assert.deepEqual([0.6996, 0.9996, 0.0007, 0.3, 1].map(formatScore), [
      '0.699',
      '0.999',
      '0.000',
      '0.300',
      '1.000',
    ]);
  });

  it('groups thousands', () => {
    assert.equal(formatCount(1_234_567), '1,234,567');
  });

  it('has a dash for what was not judged', () => {
    assert.deepEqual([formatScore(undefined), formatScore(0.99849)], ['–', '0.998']);
  });

  it('gives no rate for a job without duration', () => {
    assert.deepEqual([rowsPerSecond(100, 0), rowsPerSecond(100, 0.5)], [undefined, 200]);
  });

  it('writes an instant to the second', () => {
    assert.match(formatInstant('2026-11-23T10:20:30.456Z'), /^2026-11-2[234] \d\d:\d\d:30$/);
  });

  it('cuts by characters, not by halves of them', () => {
    assert.equal(cut('𠮷𠮷𠮷', 2), '𠮷…');
  });

  it('makes snake_case of keys at every depth and null of undefined', () => {
    const value = { jobId: 'a', list: [{ startTime: undefined }], '600000.SH': 1, second_run: 2 };

    assert.deepEqual(toSnakeCase(value), {
      job_id: 'a',
      list: [{ start_time: null }],
      '600000.SH': 1,
      second_run: 2,
    });
  });
});
