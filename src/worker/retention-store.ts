import type { RetentionStore } from '../activities/clean-up.ts';
import { chunk } from '../domain/chunk.ts';
import type { CleanupItem } from '../domain/cleanup.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { knownSymbols } from '../warehouse/queries.ts';
import {
  countOldRows,
  deleteBarsOfYear,
  deleteOldRows,
  deleteReport,
  isOldRowsClass,
  narrowCoverage,
  oldBarYears,
  oldPayloads,
  oldReports,
  oldRuns,
} from '../warehouse/retention.ts';

const KEYS_A_LOOK = 1000;
const SESSIONS_A_YEAR = 250;
const YEAR_DIGITS = 4;

/** Old data of a warehouse and its store: counted, and removed in small steps. */
export function createRetentionStore(
  warehouse: Warehouse,
  store: ObjectStore,
  batchRows: number,
): RetentionStore {
  async function* oldKeys(kind: 'payloads' | 'staging', before: string): AsyncGenerator<string> {
    const [prefix, look, part] =
      kind === 'payloads'
        ? (['payload/', oldPayloads, 2] as const)
        : (['staging/', oldRuns, 1] as const);
    function nameOf(key: string): string {
      return (key.split('/')[part] ?? '').replace(kind === 'payloads' ? /\..*$/ : /^$/, '');
    }
    async function* old(keys: readonly string[]): AsyncGenerator<string> {
      const names = await look(warehouse, [...new Set(keys.map(nameOf))], before);
      yield* keys.filter((key) => names.has(nameOf(key)));
    }
    let keys: string[] = [];
    for await (const key of store.list(prefix)) {
      keys.push(key);
      if (keys.length === KEYS_A_LOOK) {
        yield* old(keys);
        keys = [];
      }
    }
    yield* old(keys);
  }

  async function removeBars({ years, before }: CleanupItem, signal: AbortSignal): Promise<number> {
    await narrowCoverage(warehouse, Number(before.slice(0, YEAR_DIGITS)));
    const symbols = await knownSymbols(warehouse);
    const size = Math.max(1, Math.floor(batchRows / SESSIONS_A_YEAR));
    let removed = 0;
    for (const year of years) {
      for (const part of chunk(symbols, size)) {
        signal.throwIfAborted();
        removed += await deleteBarsOfYear(warehouse, year, part);
      }
    }
    return removed;
  }

  /** Pages before the row that names them: what is left by a death in between is found again. */
  async function removeReports(before: string, signal: AbortSignal): Promise<number> {
    const reports = await oldReports(warehouse, before);
    for (const { reportId, keys } of reports) {
      signal.throwIfAborted();
      await Promise.all(keys.map((key) => store.delete(key)));
      await deleteReport(warehouse, reportId);
    }
    return reports.length;
  }

  return {
    async count(dataClass, before) {
      if (isOldRowsClass(dataClass)) {
        return countOldRows(warehouse, dataClass, before);
      }
      if (dataClass === 'reports') {
        return (await oldReports(warehouse, before)).length;
      }
      let count = 0;
      for await (const _ of oldKeys(dataClass, before)) {
        count += 1;
      }
      return count;
    },
    oldBarYears: (lastYear) => oldBarYears(warehouse, lastYear),
    async remove(item, signal) {
      const { dataClass, before } = item;
      if (dataClass === 'bars') {
        return removeBars(item, signal);
      }
      if (dataClass === 'reports') {
        return removeReports(before, signal);
      }
      let removed = 0;
      if (isOldRowsClass(dataClass)) {
        for (let last = batchRows; last >= batchRows;) {
          signal.throwIfAborted();
          last = await deleteOldRows(warehouse, dataClass, { before, limit: batchRows });
          removed += last;
        }
        return removed;
      }
      for await (const key of oldKeys(dataClass, before)) {
        signal.throwIfAborted();
        await store.delete(key);
        removed += 1;
      }
      return removed;
    },
  };
}
