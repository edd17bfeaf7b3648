import { MISSING, VALUE_COLUMNS, type BarColumns } from '../../domain/bar.ts';
import { boardOf, type StockSymbol } from '../../domain/stock-symbol.ts';
import type { RequestFacts } from '../data-source.ts';
import { AMOUNT_SHIFTS, planCells } from '../decode/bar-cells.ts';
import { missingReason, parseScaled } from '../decode/decimal.ts';
import { eachElement, splitArray } from '../decode/json-rows.ts';
import { findKey, findPath } from '../decode/json-scan.ts';
import { SymbolRowReader } from '../decode/keyed-rows.ts';
import { checkUnits } from '../decode/unit-guard.ts';
import { shapeDrift } from '../http/source-error.ts';

export const TENCENT = 'tencent';
export const TENCENT_KLINE = 'tencent.kline/1';

const OPEN_OBJECT = 0x7b;
/** Day, open, close, high, low, volume; then an event of the day, the turnover, the amount. */
const PLAN = planCells(
  { open: 1, close: 2, high: 3, low: 4, volume: 5 },
  { volume: 'share', amount: 'tenThousandCny' },
);
const AMOUNT_AT = 8;
const AMOUNT = VALUE_COLUMNS.indexOf('amount');
const LEAST_CELLS = 6;
const MOST_CELLS = 10;
const ROW_BYTES = 80;
const SHARES_PER_LOT = 100;
/** Volume in whole lots, amount in hundreds of CNY. */
const SLACK = { volume: 50, amount: 1_000_000 };

/** sz000001. */
export function prefixedCode(symbol: StockSymbol): string {
  return `${symbol.slice(7).toLowerCase()}${symbol.slice(0, 6)}`;
}

/**
 * Rows of K-lines of one symbol: texts, prices in CNY, amount (where there is one) in ten thousands of CNY. Volume is in lots,
 * but in shares for STAR and indices; amounts prove which. Rows under `qfqday` or `hfqday` are adjusted, and refused.
 */
export function decodeTencentKline(body: Uint8Array, request: RequestFacts): BarColumns {
  const symbol = String(request['symbol']);
  const reader = new SymbolRowReader({
    symbol,
    leastCells: LEAST_CELLS,
    width: MOST_CELLS,
    dayAt: 0,
    plan: PLAN,
    expected: body.length / ROW_BYTES,
    drift,
  });
  const days = findRows(body, symbol);
  if (days < 0) {
    return reader.finish();
  }
  const end = eachElement(body, days, (position, index) => {
    const behind = splitArray(body, position, reader.cells);
    if (behind >= 0) {
      readAmount(body, reader, reader.add(body, index));
    }
    return behind;
  });
  if (end < 0) {
    throw drift('its rows are no whole array of arrays');
  }
  const columns = reader.finish();
  if (isInLots(columns, symbol)) {
    columns.volume.forEach((volume, row) => {
      columns.volume[row] = volume * SHARES_PER_LOT;
    });
  }
  checkUnits(columns, TENCENT_KLINE, SLACK);
  return columns;
}

/** Where the unadjusted rows begin; -1 where the source knows none. */
function findRows(body: Uint8Array, symbol: StockSymbol): number {
  const data = findPath(body, ['data']);
  if (data < 0) {
    throw drift('the answer has no data');
  }
  const own = body[data] === OPEN_OBJECT ? findKey(body, data, prefixedCode(symbol)) : -1;
  if (own < 0 || body[own] !== OPEN_OBJECT) {
    if (body[data] === OPEN_OBJECT && hasOtherSymbol(body, data)) {
      throw drift(`the answer is not about ${prefixedCode(symbol)}`);
    }
    return -1;
  }
  const days = findKey(body, own, 'day');
  if (days < 0 && (findKey(body, own, 'qfqday') >= 0 || findKey(body, own, 'hfqday') >= 0)) {
    throw drift('prices are adjusted: the rows are called qfqday or hfqday');
  }
  return days;
}

function hasOtherSymbol(body: Uint8Array, data: number): boolean {
  const text = Buffer.from(body.subarray(data, data + 16)).toString('latin1');
  return /^\{\s*"(sh|sz|bj)\d/.test(text);
}

function readAmount(body: Uint8Array, { builder, cells }: SymbolRowReader, row: number): void {
  const target = builder.values[AMOUNT];
  if (cells.count <= AMOUNT_AT || target === undefined) {
    return; // The older interface has none: PLAN says so.
  }
  const start = cells.starts[AMOUNT_AT] ?? 0;
  const end = cells.ends[AMOUNT_AT] ?? 0;
  const amount = parseScaled(body, start, end, AMOUNT_SHIFTS.tenThousandCny);
  const reason = Number.isNaN(amount) ? missingReason(body, start, end) : MISSING.given;
  target[row] = amount;
  const others = (builder.missing[row] ?? 0) & ~(0xf << (4 * AMOUNT));
  builder.missing[row] = others | (reason << (4 * AMOUNT));
}

/** By the amounts, where there are any; else by the board. */
function isInLots({ length, volume, amount, close }: BarColumns, symbol: StockSymbol): boolean {
  let lots = 0;
  let shares = 0;
  for (let row = 0; row < length; row += 1) {
    const mean = (amount[row] ?? 0) / (volume[row] ?? 0) / (close[row] ?? 0);
    lots += mean > 50 && mean < 200 ? 1 : 0;
    shares += mean > 0.5 && mean < 2 ? 1 : 0;
  }
  if (lots !== shares) {
    return lots > shares;
  }
  const board = boardOf(symbol);
  return board !== 'star' && board !== 'index';
}

function drift(what: string): Error {
  return shapeDrift({ source: TENCENT, endpoint: 'newfqkline' }, what);
}
