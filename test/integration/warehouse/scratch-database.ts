import type { DatabasePurpose } from '../../../src/warehouse/migrate.ts';
import { openWarehouse, type Warehouse } from '../../../src/warehouse/pool.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';

export interface ScratchDatabase extends TestDatabase {
  readonly warehouse: Warehouse;
}

/** A migrated database of its own, and a pool on it; `drop` ends both. */
export async function createScratchDatabase(
  purpose: DatabasePurpose = 'standard',
): Promise<ScratchDatabase> {
  const { url, drop } = await testDatabase(purpose);
  const warehouse = openWarehouse({ connectionString: url, applicationName: 'candlewick test' });
  return {
    url,
    warehouse,
    async drop() {
      await warehouse.close();
      await drop();
    },
  };
}
