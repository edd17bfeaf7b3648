import assert from 'node:assert/strict';

import { MockActivityEnvironment } from '@temporalio/testing';

import type { CheckShard, ShardOutcome } from '../../../src/activities/check-contract.ts';
import { createCheckStoredBars } from '../../../src/activities/check-stored-bars.ts';
import { runCheck } from '../../../src/activities/cpu/check-task.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { sessionsBetween } from '../../../src/calendar/trading-calendar.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import type { CheckSums, ShardRecord } from '../../../src/warehouse/quality-checks.ts';
import { barColumns } from '../../support/bar-columns.ts';

type CheckDeps = Parameters<typeof createCheckStoredBars>[0];

const RANGE = { startDate: '2024-01-02', endDate: '2024-01-05' } as const;
const SUMS: CheckSums = {
  ...RANGE,
  symbols: 3,
  bars: 100,
  keys: 100,
  cost: 0,
  missing: 20,
  held: 3,
  barless: 0,
  failed: 0,
  notes: [],
  rules: [],
  worst: [],
  failures: [],
};

/** Three symbols in one shard; judging fails whenever the poisonous one is among them. */
function deskOf(poisonous: string): {
  readonly deps: CheckDeps;
  readonly records: ShardRecord[];
  readonly notices: Notice[];
} {
  const records: ShardRecord[] = [];
  const notices: Notice[] = [];
  const deps = {
    checks: {
      readShard: () =>
        Promise.resolve({ ...RANGE, symbols: ['000001.SZ', '000002.SZ', '600000.SH'] }),
      readColumns: (symbols: readonly string[]) =>
        Promise.resolve(barColumns(symbols.map((symbol) => ({ symbol, day: '2024-01-02' })))),
      recordShard: (_key: unknown, record: ShardRecord) => {
        records.push(record);
        return Promise.resolve();
      },
      sum: () => Promise.resolve(SUMS),
      close: () => Promise.resolve(),
    },
    facts: {
      judgeContext: () =>
        Promise.resolve({
          sessions: sessionsBetween('SSE', '2023-12-01', RANGE.endDate),
          startDay: toDayNumber(RANGE.startDate),
          endDay: toDayNumber(RANGE.endDate),
          instruments: new Map(),
          lastClose: new Map(),
          suspensions: new Map(),
        }),
    },
    cpu: {
      check: (task: Parameters<typeof runCheck>[0]) =>
        task.columns.symbols.includes(poisonous)
          ? Promise.reject(new RangeError('a fault of ours'))
          : Promise.resolve(runCheck(task)),
    },
    rules: () => Promise.resolve({}),
    models: { ranking: () => Promise.resolve([]), share: 0.02 },
    planning: { qualityThreshold: 0.7 },
    notify: (notice: Notice) => {
      notices.push(notice);
      return Promise.resolve();
    },
  };
  return { deps: deps as unknown as CheckDeps, records, notices };
}

describe('checkShard', () => {
  it('names the one symbol that cannot be judged, and judges the others', async () => {
    const { deps, records } = deskOf('000002.SZ');
    const { checkShard } = createCheckStoredBars(deps);

    const outcome = await new MockActivityEnvironment().run<
      [CheckShard],
      ShardOutcome,
      typeof checkShard
    >(checkShard, { checkId: 'check-1', shardNo: 0 });

    assert.equal(outcome.failed, 1);
    assert.equal(outcome.bars, 2);
    const [record] = records;
    assert.deepEqual(
      record?.symbols.map(({ name, error }) => [name, error]),
      [
        ['000001.SZ', undefined],
        ['000002.SZ', 'a fault of ours'],
        ['600000.SH', undefined],
      ],
    );
    assert.equal(record?.days[0]?.keys, 2);
  });
});

describe('finishCheck', () => {
  it('tells people where the stored bars score below the threshold', async () => {
    const { deps, notices } = deskOf('none');

    const result = await createCheckStoredBars(deps).finishCheck({
      checkId: 'check-1',
      cancelled: false,
    });

    assert.ok((result.score ?? 1) < 0.7);
    assert.deepEqual([result.missing, result.held], [20, 3]);
    assert.deepEqual(
      notices.map(({ code, severity }) => [code, severity]),
      [['ETL-CHK-300', 'warning']],
    );
  });

  it('tells nobody of a check that was cancelled', async () => {
    const { deps, notices } = deskOf('none');

    await createCheckStoredBars(deps).finishCheck({ checkId: 'check-1', cancelled: true });

    assert.deepEqual(notices, []);
  });
});
