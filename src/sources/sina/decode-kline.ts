import type { BarColumns } from '../../domain/bar.ts';
import type { RequestFacts } from '../data-source.ts';
import { planCells } from '../decode/bar-cells.ts';
import { eachElement, RowFields, splitObject } from '../decode/json-rows.ts';
import { skipSpace } from '../decode/json-scan.ts';
import { SymbolRowReader } from '../decode/keyed-rows.ts';
import { checkUnits } from '../decode/unit-guard.ts';
import { shapeDrift } from '../http/source-error.ts';

export const SINA = 'sina';
export const SINA_KLINE = 'sina.kline/1';

const LETTER_N = 0x6e;
const NAMES = ['day', 'open', 'high', 'low', 'close', 'volume', 'amount'] as const;
const WITHOUT_AMOUNT = planCells(
  { open: 1, high: 2, low: 3, close: 4, volume: 5 },
  { volume: 'share', amount: 'cny' },
);
const WITH_AMOUNT = planCells(
  { open: 1, high: 2, low: 3, close: 4, volume: 5, amount: 6 },
  { volume: 'share', amount: 'cny' },
);
const LEAST_CELLS = 6;
const ROW_BYTES = 105;
const SLACK = { volume: 1, amount: 10_000 };

/** Row objects of texts: prices in CNY, volume in shares, amount (newer answers only) in CNY. `null`: no such symbol. */
export function decodeSinaKline(body: Uint8Array, request: RequestFacts): BarColumns {
  const start = skipSpace(body, 0);
  const hasAmount = Buffer.from(body.subarray(0, 256)).includes('"amount"');
  const reader = new SymbolRowReader({
    symbol: String(request['symbol']),
    leastCells: LEAST_CELLS,
    width: NAMES.length,
    dayAt: 0,
    plan: hasAmount ? WITH_AMOUNT : WITHOUT_AMOUNT,
    expected: body.length / ROW_BYTES,
    drift,
  });
  if (body[start] === LETTER_N) {
    return reader.finish();
  }
  const fields = new RowFields(NAMES);
  const end = eachElement(body, start, (position, index) => {
    const behind = splitObject(body, position, fields, reader.cells);
    if (behind >= 0) {
      reader.add(body, index);
    }
    return behind;
  });
  if (end < 0) {
    throw drift('the answer is no whole array of objects');
  }
  const columns = reader.finish();
  checkUnits(columns, SINA_KLINE, SLACK);
  return columns;
}

function drift(what: string): Error {
  return shapeDrift({ source: SINA, endpoint: 'getKLineData' }, what);
}
