import type { BarColumns } from '../../domain/bar.ts';
import { BarBuilder } from '../decode/bar-builder.ts';
import { planCells, readCells } from '../decode/bar-cells.ts';
import { allocateCells } from '../decode/csv-rows.ts';
import { parseDayCell } from '../decode/day.ts';
import { textOf } from '../decode/decimal.ts';
import { eachElement, splitArray } from '../decode/json-rows.ts';
import { parseSymbolCell } from '../decode/symbol.ts';
import { checkUnits } from '../decode/unit-guard.ts';
import { shapeDrift } from '../http/source-error.ts';
import { TUSHARE } from './client.ts';
import { openTable } from './table.ts';

export const TUSHARE_DAILY = 'tushare.daily/1';
const NEEDED = ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'vol', 'amount'] as const;
const ROW_BYTES = 90;
/** Volumes come with two decimals of a lot, amounts with three of a thousand CNY: both exact. */
const SLACK = { volume: 1, amount: 10_000 };

/** Rows of `daily`: prices in CNY, volume in lots, amount in thousands of CNY; columns by their names, in any order. */
export function decodeTushareDaily(body: Uint8Array): BarColumns {
  const { fields, items } = openTable(body, 'daily', NEEDED);
  function at(name: string): number {
    return fields.indexOf(name);
  }
  const plan = planCells(
    {
      open: at('open'),
      high: at('high'),
      low: at('low'),
      close: at('close'),
      preClose: at('pre_close'),
      volume: at('vol'),
      amount: at('amount'),
    },
    { volume: 'lot', amount: 'thousandCny' },
  );
  const [symbolAt, dayAt] = [at('ts_code'), at('trade_date')];
  const builder = new BarBuilder(body.length / ROW_BYTES);
  const cells = allocateCells(fields.length);
  const { starts, ends } = cells;
  const end = eachElement(body, items, (position, index) => {
    const behind = splitArray(body, position, cells);
    if (behind < 0 || cells.count !== fields.length) {
      throw drift(`row ${index} has ${cells.count} cells, the header ${fields.length}`);
    }
    const symbol = parseSymbolCell(body, starts[symbolAt] ?? 0, ends[symbolAt] ?? 0);
    const day = parseDayCell(body, starts[dayAt] ?? 0, ends[dayAt] ?? 0);
    if (symbol < 0 || Number.isNaN(day)) {
      const cell = symbol < 0 ? symbolAt : dayAt;
      throw drift(`row ${index}: "${textOf(body, starts[cell] ?? 0, ends[cell] ?? 0)}" is no key`);
    }
    readCells(body, cells, plan, { builder, row: builder.addRow(symbol, day, index) });
    return behind;
  });
  if (end < 0) {
    throw drift('its rows are no whole array of arrays');
  }
  const columns = builder.finish();
  checkUnits(columns, TUSHARE_DAILY, SLACK);
  return columns;
}

function drift(what: string): Error {
  return shapeDrift({ source: TUSHARE, endpoint: 'daily' }, what);
}
