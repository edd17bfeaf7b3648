import type { DatabasePurpose } from '../../../src/warehouse/migrate.ts';
import { openWarehouse, type Warehouse } from '../../../src/warehouse/pool.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';

export interface ScratchDatabase extends TestDatabase {
  readonly warehouse: Warehouse;
  /** Forgets all that loads have written: cheaper than a new database for each test. */
  empty(): Promise<void>;
}

const LOADED = `daily_bars, daily_bars_history, load_batches, batch_answers, batch_verdicts, load_claims, quarantine,
  suspensions, adjustment_factors, rulesets, quality_batches, quality_costs, quality_findings, bar_repairs,
  provisional_bars`;

/** A migrated database of its own, and a pool on it; `drop` ends both. */
export async function createScratchDatabase(
  purpose: DatabasePurpose = 'standard',
): Promise<ScratchDatabase> {
  const { url, drop } = await testDatabase(purpose);
  const warehouse = openWarehouse({ connectionString: url, applicationName: 'candlewick test' });
  return {
    url,
    warehouse,
    async empty() {
      await warehouse.pool.query(`truncate ${LOADED} restart identity cascade`);
    },
    async drop() {
      await warehouse.close();
      await drop();
    },
  };
}
