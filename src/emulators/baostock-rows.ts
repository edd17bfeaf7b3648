import { isSession } from '../calendar/trading-calendar.ts';
import { fromDayNumber, shanghaiDayAt } from '../domain/trading-day.ts';
import type { Market } from '../sources/simulated/market.ts';
import type { FaultKind } from './fault.ts';
import { cny, dayOf, distort, rangeOf, symbolOf, truthRows, type TruthRow } from './market-bars.ts';

/* The rows of Baostock's answers: texts, whatever they stand for. */

export interface AnswerContext {
  readonly market: Market;
  readonly fault: FaultKind | undefined;
  readonly now: number;
}

export const SESSION_FIELDS =
  'date,code,open,high,low,close,preclose,volume,amount,adjustflag,turn,tradestatus,pctChg,isST';

function dotted(symbol: string): string {
  return `${symbol.slice(7).toLowerCase()}.${symbol.slice(0, 6)}`;
}

/** Columns in another order come with their names in that order, as they should. */
export function fieldsFor(fields: string, fault: FaultKind | undefined): string {
  return fault === 'reorderColumns' ? fields.split(',').toReversed().join(',') : fields;
}

function cellsOf(row: TruthRow, fields: readonly string[]): readonly string[] {
  const status = row.isSuspended ? '0' : '1';
  const values: Readonly<Record<string, string>> = {
    date: fromDayNumber(row.day),
    code: dotted(row.symbol),
    open: cny(row.open, 4),
    high: cny(row.high, 4),
    low: cny(row.low, 4),
    close: cny(row.close, 4),
    preclose: cny(row.preClose, 4),
    volume: row.isSuspended ? '' : String(row.volume),
    amount: row.isSuspended ? '' : cny(row.amount, 4),
    adjustflag: '3',
    turn: row.isSuspended ? '' : '0.500000',
    tradestatus: status,
    pctChg: (((row.close - row.preClose) / row.preClose) * 100).toFixed(6),
    isST: row.isSt ? '1' : '0',
  };
  return fields.map((name) => values[name] ?? '');
}

interface KlineRequest {
  readonly fields: string;
  readonly start: string;
  readonly end: string;
}

export function klineRows(
  code: string,
  { fields, start, end }: KlineRequest,
  { market, fault }: AnswerContext,
): readonly (readonly string[])[] | undefined {
  const symbol = symbolOf(market, code);
  if (symbol === undefined || symbol.endsWith('.BJ')) {
    return /^(sh|sz)\.\d{6}$/.test(code) ? [] : undefined;
  }
  const { from, to } = rangeOf(start, end);
  const names = fieldsFor(fields, fault).split(',');
  return distort(truthRows(market, [symbol], from, to), fault).map((row) => cellsOf(row, names));
}

export function sessionRows(
  date: string,
  { market, fault }: AnswerContext,
): readonly (readonly string[])[] {
  const day = dayOf(date);
  const symbols = market.instruments.flatMap(({ symbol }) =>
    symbol.endsWith('.BJ') ? [] : [symbol],
  );
  const rows = day === undefined ? [] : truthRows(market, symbols, day, day);
  const names = fieldsFor(SESSION_FIELDS, fault).split(',');
  return distort(rows, fault).map((row) => cellsOf(row, names));
}

export function tradeDates(start: string, end: string): readonly (readonly string[])[] {
  const { from, to } = rangeOf(start, end);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => [
    fromDayNumber(from + index),
    isSession('SSE', from + index) ? '1' : '0',
  ]);
}

export function basicRows(
  code: string,
  { market, now }: AnswerContext,
): readonly (readonly string[])[] {
  const today = shanghaiDayAt(now);
  return market.instruments.flatMap(({ symbol, name = '', listDate = '', delistDate }) => {
    const isGone = delistDate !== undefined && delistDate <= today;
    const isWanted = !symbol.endsWith('.BJ') && (code === '' || code === dotted(symbol));
    return isWanted
      ? [[dotted(symbol), name, listDate, isGone ? delistDate : '', '1', isGone ? '0' : '1']]
      : [];
  });
}

export function factorRows(
  code: string,
  start: string,
  end: string,
  { market }: AnswerContext,
): readonly (readonly string[])[] {
  const symbol = symbolOf(market, code);
  if (symbol === undefined) {
    return [];
  }
  const { from, to } = rangeOf(start, end);
  const { days, cumulative } = market.adjustmentFactors(symbol);
  const latest = cumulative.at(-1) ?? 1;
  return Array.from(days).flatMap((day, index) => {
    const factor = cumulative[index] ?? 1;
    const cells = [(factor / latest).toFixed(6), factor.toFixed(6), factor.toFixed(6)];
    return day >= from && day <= to ? [[dotted(symbol), fromDayNumber(day), ...cells]] : [];
  });
}
