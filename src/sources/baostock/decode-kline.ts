import { MARK, type BarColumns } from '../../domain/bar.ts';
import { BarBuilder } from '../decode/bar-builder.ts';
import { planCells, readCells } from '../decode/bar-cells.ts';
import { allocateCells } from '../decode/csv-rows.ts';
import { parseDayCell } from '../decode/day.ts';
import { eachElement, splitArray } from '../decode/json-rows.ts';
import { parseSymbolCell } from '../decode/symbol.ts';
import { checkUnits } from '../decode/unit-guard.ts';
import { openRecords } from './records.ts';

export const BAOSTOCK_KLINE = 'baostock.kline/1';
export const BAOSTOCK_SESSION = 'baostock.session/1';

const NEEDED = ['date', 'code', 'open', 'high', 'low', 'close', 'volume', 'amount'] as const;
const ZERO = 0x30;
const ONE = 0x31;
const RAW_FLAG = 0x33;
const ROW_BYTES = 120;
const SLACK = { volume: 1, amount: 10_000 };

/** Rows of one symbol over a range: texts, prices in CNY, volume in shares, amount in CNY. */
export function decodeBaostockKline(bytes: Uint8Array): BarColumns {
  return decodeRows(bytes, { data: 6, fields: 8, format: BAOSTOCK_KLINE });
}

/** Rows of all symbols of one session. */
export function decodeBaostockSession(bytes: Uint8Array): BarColumns {
  return decodeRows(bytes, { data: 4, fields: 5, format: BAOSTOCK_SESSION });
}

interface RowsAt {
  /** Which fields of the body hold the rows and the columns' names. */
  readonly data: number;
  readonly fields: number;
  readonly format: string;
}

function decodeRows(bytes: Uint8Array, { data, fields, format }: RowsAt): BarColumns {
  const { body, names, records, drift } = openRecords(bytes, { data, fields }, NEEDED, format);
  function at(name: string): number {
    return names.indexOf(name);
  }
  const plan = planCells(
    {
      open: at('open'),
      high: at('high'),
      low: at('low'),
      close: at('close'),
      preClose: at('preclose'),
      volume: at('volume'),
      amount: at('amount'),
    },
    { volume: 'share', amount: 'cny' },
  );
  const marked = { status: at('tradestatus'), st: at('isST'), flag: at('adjustflag') };
  const [dayAt, symbolAt] = [at('date'), at('code')];
  const builder = new BarBuilder(body.length / ROW_BYTES);
  const cells = allocateCells(names.length);
  const { starts, ends } = cells;
  const end = eachElement(body, records, (position, index) => {
    const behind = splitArray(body, position, cells);
    if (behind < 0 || cells.count !== names.length) {
      throw drift(`row ${index} has ${cells.count} cells, the header ${names.length}`);
    }
    const symbol = parseSymbolCell(body, starts[symbolAt] ?? 0, ends[symbolAt] ?? 0);
    const day = parseDayCell(body, starts[dayAt] ?? 0, ends[dayAt] ?? 0);
    if (symbol < 0 || Number.isNaN(day)) {
      throw drift(`row ${index} has no symbol or no day`);
    }
    if (marked.flag >= 0 && body[starts[marked.flag] ?? 0] !== RAW_FLAG) {
      throw drift(`row ${index} is adjusted: its adjustflag is not 3`);
    }
    const row = builder.addRow(symbol, day, index);
    readCells(body, cells, plan, { builder, row });
    builder.marks[row] = marksOf(body, starts, ends, marked);
    return behind;
  });
  if (end < 0) {
    throw drift('its record is no whole array of arrays');
  }
  const columns = builder.finish();
  checkUnits(columns, format, SLACK);
  return columns;
}

interface MarkedAt {
  readonly status: number;
  readonly st: number;
}

function marksOf(body: Uint8Array, starts: Int32Array, ends: Int32Array, at: MarkedAt): number {
  const isSuspended = at.status >= 0 && body[starts[at.status] ?? 0] === ZERO;
  const knowsSt = at.st >= 0 && starts[at.st] !== ends[at.st];
  const isSt = knowsSt && body[starts[at.st] ?? 0] === ONE;
  return (isSuspended ? MARK.suspended : 0) | (knowsSt ? MARK.stKnown : 0) | (isSt ? MARK.st : 0);
}
