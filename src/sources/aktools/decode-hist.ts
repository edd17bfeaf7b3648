import type { BarColumns } from '../../domain/bar.ts';
import type { RequestFacts } from '../data-source.ts';
import { planCells, PRICE_SHIFT } from '../decode/bar-cells.ts';
import { parseScaled, textOf } from '../decode/decimal.ts';
import { eachElement, RowFields, splitObject } from '../decode/json-rows.ts';
import { skipSpace } from '../decode/json-scan.ts';
import { SymbolRowReader } from '../decode/keyed-rows.ts';
import { checkUnits } from '../decode/unit-guard.ts';
import { shapeDrift } from '../http/source-error.ts';

export const AKTOOLS = 'aktools';
export const AKTOOLS_HIST = 'aktools.stock_zh_a_hist/1';

const NAMES = [
  '日期',
  '股票代码',
  '开盘',
  '收盘',
  '最高',
  '最低',
  '成交量',
  '成交额',
  '涨跌额',
] as const;
const CODE_AT = 1;
const CHANGE_AT = 8;
const PLAN = planCells(
  { open: 2, close: 3, high: 4, low: 5, volume: 6, amount: 7 },
  { volume: 'lot', amount: 'cny' },
);
const CLOSE = 3;
const PRE_CLOSE = 4;
/** All but the code, which very old versions do not give. */
const LEAST_CELLS = NAMES.length - 1;
const ROW_BYTES = 240;
const SLACK = { volume: 50, amount: 100 };

/** Row objects with Chinese names: prices in CNY, volume in lots, amount in CNY; pre-close = close - change. */
export function decodeAktoolsHist(body: Uint8Array, request: RequestFacts): BarColumns {
  const symbol = String(request['symbol']);
  const reader = new SymbolRowReader({
    symbol,
    leastCells: LEAST_CELLS,
    width: NAMES.length,
    dayAt: 0,
    plan: PLAN,
    expected: body.length / ROW_BYTES,
    drift,
  });
  const fields = new RowFields(NAMES);
  const { starts, ends } = reader.cells;
  const end = eachElement(body, skipSpace(body, 0), (position, index) => {
    const behind = splitObject(body, position, fields, reader.cells);
    if (behind < 0) {
      return behind;
    }
    const row = reader.add(body, index);
    const code = textOf(body, starts[CODE_AT] ?? 0, ends[CODE_AT] ?? 0);
    if (code !== '' && code !== symbol.slice(0, 6)) {
      throw drift(`row ${index} is about ${code}; expected ${symbol.slice(0, 6)}`);
    }
    const change = parseScaled(body, starts[CHANGE_AT] ?? 0, ends[CHANGE_AT] ?? 0, PRICE_SHIFT);
    const preClose = (reader.builder.values[CLOSE]?.[row] ?? Number.NaN) - change;
    const target = reader.builder.values[PRE_CLOSE];
    if (target !== undefined && preClose > 0) {
      target[row] = preClose;
      reader.builder.missing[row] = (reader.builder.missing[row] ?? 0) & ~(0xf << (4 * PRE_CLOSE));
    }
    return behind;
  });
  if (end < 0) {
    throw drift('the answer is no whole array of objects');
  }
  const columns = reader.finish();
  checkUnits(columns, AKTOOLS_HIST, SLACK);
  return columns;
}

function drift(what: string): Error {
  return shapeDrift({ source: AKTOOLS, endpoint: 'stock_zh_a_hist' }, what);
}
