import type { BarColumns } from '../../domain/bar.ts';
import type { RequestFacts } from '../data-source.ts';
import { PRICE_SHIFT } from '../decode/bar-cells.ts';
import { allocateCells } from '../decode/csv-rows.ts';
import { parseDayCell } from '../decode/day.ts';
import { parseScaled } from '../decode/decimal.ts';
import { foreignColumns, type ForeignRow } from '../decode/foreign-bars.ts';
import { eachElement, RowFields, splitObject } from '../decode/json-rows.ts';
import { skipSpace } from '../decode/json-scan.ts';
import { checkOrder } from '../decode/unit-guard.ts';
import { shapeDrift } from '../http/source-error.ts';

export const TIINGO = 'tiingo';
export const TIINGO_DAILY = 'tiingo.daily/1';

/** Raw values only: `adjClose` and its like stand beside them. */
const NAMES = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;
const DAY_CHARACTERS = 10;

/** Row objects of numbers: prices in USD, volume in shares; the day is the date's first ten characters. */
export function decodeTiingoDaily(body: Uint8Array, request: RequestFacts): BarColumns {
  const fields = new RowFields(NAMES);
  const cells = allocateCells(NAMES.length);
  const rows: ForeignRow[] = [];
  function value(cell: number, shift: number): number {
    return parseScaled(body, cells.starts[cell] ?? 0, cells.ends[cell] ?? 0, shift);
  }
  const end = eachElement(body, skipSpace(body, 0), (position, index) => {
    const behind = splitObject(body, position, fields, cells);
    if (behind >= 0 && cells.count < NAMES.length) {
      throw drift(`row ${index} lacks some of ${NAMES.join(', ')}`);
    }
    const start = cells.starts[0] ?? 0;
    const day = parseDayCell(body, start, start + DAY_CHARACTERS);
    if (behind >= 0 && Number.isNaN(day)) {
      throw drift(`row ${index} has no date`);
    }
    rows.push({
      day,
      open: value(1, PRICE_SHIFT),
      high: value(2, PRICE_SHIFT),
      low: value(3, PRICE_SHIFT),
      close: value(4, PRICE_SHIFT),
      volume: value(5, 0),
      marks: 0,
      sourceRow: index,
    });
    return behind;
  });
  if (end < 0) {
    throw drift('the answer is no whole array of objects');
  }
  const columns = foreignColumns(String(request['symbol']), rows);
  checkOrder(columns, TIINGO_DAILY);
  return columns;
}

function drift(what: string): Error {
  return shapeDrift({ source: TIINGO, endpoint: 'daily' }, what);
}
