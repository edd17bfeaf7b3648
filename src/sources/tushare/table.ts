import { shapeDrift } from '../http/source-error.ts';
import { findPath, valueAt } from '../decode/json-scan.ts';
import { TUSHARE } from './client.ts';

/** Where the rows of an answer lie, and what its columns are called. */
export interface TushareTable {
  readonly fields: readonly string[];
  /** Position of the array of rows. */
  readonly items: number;
}

/** @throws SchemaDriftError where the body is no table, or lacks one of the columns */
export function openTable(body: Uint8Array, api: string, needed: readonly string[]): TushareTable {
  const place = { source: TUSHARE, endpoint: api };
  const fields = valueAt(body, findPath(body, ['data', 'fields']));
  const items = findPath(body, ['data', 'items']);
  if (!isNames(fields) || items < 0) {
    throw shapeDrift(place, 'the answer has no data.fields or no data.items');
  }
  const missing = needed.filter((name) => !fields.includes(name));
  if (missing.length > 0) {
    throw shapeDrift(place, `the answer lacks ${missing.join(', ')}; it has ${fields.join(', ')}`);
  }
  return { fields, items };
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
