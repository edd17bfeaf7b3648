import assert from 'node:assert/strict';

import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { readExRights } from '../../../src/warehouse/ex-rights.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

const RANGE = { startDate: '2024-03-04', endDate: '2024-03-15' };
const [FIRST, SECOND, UNASKED] = ['600000.SH', '600001.SH', '600002.SH'];

interface Refresh {
  readonly from: string;
  readonly to: string;
  readonly at?: string;
  readonly symbols?: readonly string[];
  readonly rows?: number;
}

describe('ex-right days', () => {
  let database: ScratchDatabase;

  before(async () => {
    database = await createScratchDatabase();
  });

  after(() => database.drop());

  beforeEach(async () => {
    await database.warehouse.pool.query('truncate adjustment_factors, reference_refreshes');
    await database.warehouse.pool.query(
      `insert into adjustment_factors (symbol, effective_date, factor, source, created_at)
       select s, d::date, f, 'test', '2024-03-11T09:00:00Z'
         from unnest($1::text[]) as n (s), (values ('2020-01-02', 1), ('2024-03-06', 1.25)) as v (d, f)`,
      [[FIRST, SECOND, UNASKED]],
    );
  });

  async function refresh({
    from,
    to,
    at = `${to}T09:00:00Z`,
    symbols,
    rows = 3,
  }: Refresh): Promise<void> {
    await database.warehouse.pool.query(
      `insert into reference_refreshes (dataset, source, start_date, end_date, refreshed_at, symbols, rows, changed, payloads)
       values ('adjustment_factors', 'test', $1, $2, $3, $4, $5, 0, '{}')`,
      [from, to, at, symbols ?? null, rows],
    );
  }

  async function known(): Promise<readonly string[]> {
    const found = await readExRights(database.warehouse, [FIRST, SECOND, UNASKED], RANGE);
    return [...found.keys()].toSorted();
  }

  it('are known where refreshes of the market cover every day of the range, whatever they changed', async () => {
    await refresh({ from: '2024-03-01', to: '2024-03-08' });
    await refresh({ from: '2024-03-08', to: '2024-03-15' });

    const found = await readExRights(database.warehouse, [FIRST], RANGE);

    assert.deepEqual([...(found.get(FIRST)?.days ?? [])], [toDayNumber('2024-03-06')]);
    assert.equal(found.get(FIRST)?.factors[0], 1.25);
  });

  it('are not known where a day lies between two refreshes, or came after the last one', async () => {
    await refresh({ from: '2024-03-01', to: '2024-03-08' });
    await refresh({ from: '2024-03-12', to: '2024-03-15' });
    assert.deepEqual(await known(), []);

    await refresh({ from: '2024-03-08', to: '2024-03-31', at: '2024-03-14T09:00:00Z' });
    await database.warehouse.pool.query(
      `delete from reference_refreshes where start_date = '2024-03-12'`,
    );
    assert.deepEqual(await known(), []);
  });

  it('are known of the symbols that were asked for, and of nobody by an empty answer', async () => {
    await refresh({ from: '2024-03-01', to: '2024-03-15', symbols: [FIRST, SECOND] });
    await refresh({ from: '2024-03-01', to: '2024-03-15', rows: 0 });

    assert.deepEqual(await known(), [FIRST, SECOND]);
  });
});
