import assert from 'node:assert/strict';

import { canonicalJson, dailyJobId, etlJobId } from '../../../src/client/job-ids.ts';

const noon = Date.parse('2026-11-23T04:00:00Z');

describe('business ids of jobs', () => {
  it('are equal for equal requests, whatever the order of keys', () => {
    assert.equal(
      etlJobId('a', { symbols: ['600000.SH'], batchSize: 5 }),
      etlJobId('a', { batchSize: 5, symbols: ['600000.SH'], startDate: undefined }),
    );
    assert.notEqual(etlJobId('a', { batchSize: 5 }), etlJobId('a', { batchSize: 6 }));
  });

  it('name the day in Shanghai for a daily ingestion', () => {
    assert.equal(dailyJobId(undefined, noon), 'daily-data-ingestion/2026-11-23');
    assert.equal(dailyJobId({}, noon), 'daily-data-ingestion/2026-11-23');
    assert.equal(
      dailyJobId({}, Date.parse('2026-11-23T16:00:00Z')),
      'daily-data-ingestion/2026-11-24',
    );
    assert.match(
      dailyJobId({ symbols: ['600000.SH'] }, noon),
      /^daily-data-ingestion\/2026-11-23\/[0-9a-f]{12}$/,
    );
  });

  it('rest on JSON that sorts keys at every depth', () => {
    assert.equal(
      canonicalJson({ b: { d: 1, c: [2, { f: 1, e: 2 }] }, a: null }),
      '{"a":null,"b":{"c":[2,{"e":2,"f":1}],"d":1}}',
    );
  });
});
