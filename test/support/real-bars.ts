import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import {
  MARK,
  MISSING,
  VALUE_COLUMNS,
  allocateBarColumns,
  type BarColumns,
  type ValueColumn,
} from '../../src/domain/bar.ts';
import { dayNumberOf, parseDay } from '../../src/domain/trading-day.ts';
import { sharedData } from './shared-data.ts';

/** One row of a real file, in CNY and shares, as text; a column that is absent has no key. */
export interface RealRow extends Partial<Readonly<Record<ValueColumn, string>>> {
  readonly symbol: string;
  readonly day: number;
  readonly isSuspended?: boolean;
  readonly isSt?: boolean;
}

type CsvRow = Readonly<Record<string, string>>;

export function readCsv(text: string): CsvRow[] {
  const [header = '', ...lines] = text.replace('\uFEFF', '').replaceAll('\r', '').split('\n');
  const names = header.split(',');
  return lines.filter(Boolean).map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

export function readSharedCsv(...parts: readonly string[]): CsvRow[] {
  return readCsv(gunzipSync(readFileSync(sharedData(...parts))).toString('utf8'));
}

/** The regular files of a tar.gz by name. */
export function readSharedTar(...parts: readonly string[]): Map<string, string> {
  const archive = gunzipSync(readFileSync(sharedData(...parts)));
  const members = new Map<string, string>();
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8);
    if (archive.toString('latin1', at + 156, at + 157) === '0') {
      members.set(name, archive.toString('utf8', at + 512, at + 512 + size));
    }
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return members;
}

export function compactDay(text: string): number {
  return (
    dayNumberOf(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6))) ?? 0
  );
}

/** Baostock's files: unadjusted, shares, yuan. */
export function readBaostock(name: string): BarColumns {
  return columnsOf(baostockRows(name));
}

export function baostockRows(name: string): RealRow[] {
  return readSharedCsv('bars_unadjusted', `${name}.csv.gz`).map((row): RealRow => {
    const [exchange = '', code = ''] = (row['code'] ?? '').split('.');
    return {
      symbol: `${code}.${exchange.toUpperCase()}`,
      day: parseDay(row['date'] ?? '') ?? 0,
      open: row['open'] ?? '',
      high: row['high'] ?? '',
      low: row['low'] ?? '',
      close: row['close'] ?? '',
      preClose: row['preclose'] ?? '',
      volume: row['volume'] ?? '',
      amount: row['amount'] ?? '',
      isSuspended: row['tradestatus'] === '0',
      isSt: row['isST'] === '1',
    };
  });
}

export function columnsOf(rows: readonly RealRow[]): BarColumns {
  const symbols = [...new Set(rows.map(({ symbol }) => symbol))].toSorted();
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const columns = allocateBarColumns(rows.length, symbols);
  rows.forEach((row, at) => {
    columns.symbolId[at] = idOf.get(row.symbol) ?? 0;
    columns.tradingDay[at] = row.day;
    columns.sourceRow[at] = at;
    columns.marks[at] =
      (row.isSuspended === true ? MARK.suspended : 0) |
      (row.isSt === undefined ? 0 : MARK.stKnown) |
      (row.isSt === true ? MARK.st : 0);
    VALUE_COLUMNS.forEach((name, index) => {
      const text = row[name];
      const scale = name === 'volume' ? 1 : 10_000;
      const isGiven = text !== undefined && text !== '';
      columns[name][at] = isGiven ? Math.round(Number(text) * scale) : Number.NaN;
      const reason = text === undefined ? MISSING.noColumn : MISSING.empty;
      columns.missing[at] = (columns.missing[at] ?? 0) | ((isGiven ? 0 : reason) << (4 * index));
    });
  });
  return columns;
}

/** Sessions of the exchanges from the shared calendar file. */
export function readSessions(): Int32Array {
  const rows = readSharedCsv('calendar', 'trade_cal_sse_19901219_20261231.csv.gz');
  const open = rows.filter((row) => row['is_open'] === '1');
  return Int32Array.from(open, (row) => compactDay(row['cal_date'] ?? '')).toSorted();
}
