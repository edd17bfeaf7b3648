/** What reading a cell's text told beside its value. */
export type CellNote = 'plain' | 'empty' | 'normalised' | 'unparseable';

export interface ReadCell {
  /** NaN where there is none. */
  readonly value: number;
  readonly note: CellNote;
}

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DECORATED = /^[¥￥]?\s*([+-]?[\d,]*\.?\d+)\s*(万|亿)?\s*(股|元|手)?$/;
const UNITS: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };
const SHARES_PER_LOT = 100;
const EMPTY: ReadCell = { value: Number.NaN, note: 'empty' };
const UNPARSEABLE: ReadCell = { value: Number.NaN, note: 'unparseable' };

/** A number as vendors write it: `1,234.50`, `12.3万`, `500股`, `¥9.99`. Every form but the plain one is noted. */
export function readNumber(text: string): ReadCell {
  const trimmed = text.trim();
  if (PLAIN.test(trimmed)) {
    return { value: Number(trimmed), note: 'plain' };
  }
  if (trimmed === '' || /^nan$/i.test(trimmed)) {
    return EMPTY;
  }
  const match = DECORATED.exec(trimmed);
  if (match === null) {
    return UNPARSEABLE;
  }
  const [, digits = '', scale = '', unit = ''] = match;
  const number = Number(digits.replaceAll(',', ''));
  const value = number * (UNITS[scale] ?? 1) * (unit === '手' ? SHARES_PER_LOT : 1);
  return { value: Math.round(value * 1e4) / 1e4, note: 'normalised' };
}
