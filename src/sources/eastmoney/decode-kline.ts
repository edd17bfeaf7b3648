import type { BarColumns } from '../../domain/bar.ts';
import type { RequestFacts } from '../data-source.ts';
import { planCells, PRICE_SHIFT } from '../decode/bar-cells.ts';
import { splitRow } from '../decode/csv-rows.ts';
import { parseScaled } from '../decode/decimal.ts';
import { eachElement } from '../decode/json-rows.ts';
import { endOfString, findKey, findPath, valueAt } from '../decode/json-scan.ts';
import { SymbolRowReader } from '../decode/keyed-rows.ts';
import { checkUnits } from '../decode/unit-guard.ts';
import { shapeDrift } from '../http/source-error.ts';

export const EASTMONEY = 'eastmoney';
export const EASTMONEY_KLINE = 'eastmoney.kline/1';

const QUOTE = 0x22;
/** Positions in a K-line: day, open, close, high, low, volume, amount, amplitude, per cent, change, turnover. */
const CLOSE_AT = 2;
const CHANGE_AT = 9;
const PLAN = planCells(
  { open: 1, close: CLOSE_AT, high: 3, low: 4, volume: 5, amount: 6 },
  { volume: 'lot', amount: 'cny' },
);
const PRE_CLOSE = 4;
const PRE_CLOSE_BITS = 0xf << (4 * PRE_CLOSE);
const CELLS = 11;
const ROW_BYTES = 80;
/** Volume in whole lots. */
const SLACK = { volume: 50, amount: 100 };

/** Rows of K-lines: text joined by commas, prices in CNY, volume in lots, amount in CNY; pre-close = close - change. */
export function decodeEastmoneyKline(body: Uint8Array, request: RequestFacts): BarColumns {
  const symbol = String(request['symbol']);
  const data = findPath(body, ['data']);
  const reader = new SymbolRowReader({
    symbol,
    leastCells: CELLS,
    width: CELLS,
    dayAt: 0,
    plan: PLAN,
    expected: body.length / ROW_BYTES,
    drift,
  });
  if (data < 0) {
    throw drift('the answer has no data');
  }
  if (valueAt(body.subarray(0, data + 4), data) === null) {
    return reader.finish();
  }
  checkSymbol(body, data, symbol);
  const lines = findKey(body, data, 'klines');
  const end = eachElement(body, lines, (position, index) => {
    const behind = body[position] === QUOTE ? endOfString(body, position) : -1;
    if (behind < 0) {
      return -1;
    }
    splitRow(body.subarray(0, behind - 1), position + 1, reader.cells);
    derivePreClose(body, reader, reader.add(body, index));
    return behind;
  });
  if (end < 0) {
    throw drift('data.klines is no whole array of texts');
  }
  const columns = reader.finish();
  checkUnits(columns, EASTMONEY_KLINE, SLACK);
  return columns;
}

/** The change is against the ex-right reference price, which the line does not give itself. */
function derivePreClose(body: Uint8Array, { builder, cells }: SymbolRowReader, row: number): void {
  const { starts, ends } = cells;
  const change = parseScaled(body, starts[CHANGE_AT] ?? 0, ends[CHANGE_AT] ?? 0, PRICE_SHIFT);
  const preClose = (builder.values[3]?.[row] ?? Number.NaN) - change;
  const target = builder.values[PRE_CLOSE];
  if (target !== undefined && preClose > 0) {
    target[row] = preClose;
    builder.missing[row] = (builder.missing[row] ?? 0) & ~PRE_CLOSE_BITS;
  }
}

function checkSymbol(body: Uint8Array, data: number, symbol: string): void {
  const code = valueAt(body, findKey(body, data, 'code'));
  if (code !== symbol.slice(0, 6)) {
    throw drift(`the answer is about ${String(code).slice(0, 32)}; expected ${symbol.slice(0, 6)}`);
  }
}

function drift(what: string): Error {
  return shapeDrift({ source: EASTMONEY, endpoint: 'kline' }, what);
}
