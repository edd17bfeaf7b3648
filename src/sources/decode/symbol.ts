import { suffixOfCode, type StockSymbol } from '../../domain/stock-symbol.ts';
import { textOf } from './decimal.ts';

const ZERO = 0x30;
const DOT = 0x2e;
const SUFFIXES = ['SH', 'SZ', 'BJ'] as const;
/** Suffixes of other vendors, in the order of SUFFIXES. */
const ALIASES: Readonly<Record<string, number>> = {
  SH: 0,
  SS: 0,
  SSE: 0,
  XSHG: 0,
  SZ: 1,
  SZE: 1,
  XSHE: 1,
  BJ: 2,
  XBSE: 2,
};

/** A symbol as one number, code × 4 + exchange: what a row is looked up by. */
export type SymbolKey = number;

export function symbolOfKey(key: SymbolKey): StockSymbol {
  return `${String(key >> 2).padStart(6, '0')}.${SUFFIXES[key & 3] ?? ''}`;
}

/** `600519.SH`, `sh.600519`, `sh600519`, `600519.SS`, `600519.XSHG`, or `600519` where the code alone tells; else -1. */
export function symbolKeyOf(text: string): SymbolKey {
  const [, before, code, after] =
    /^(?:([A-Za-z]{2})\.?)?(\d{6})(?:\.([A-Za-z]{2,4}))?$/.exec(text) ?? [];
  if (code === undefined || (before !== undefined && after !== undefined)) {
    return -1;
  }
  const exchange = ALIASES[(before ?? after ?? suffixOfCode(code) ?? '').toUpperCase()];
  return exchange === undefined ? -1 : Number(code) * 4 + exchange;
}

/** The exchange whose two letters begin at `at`, in either case; -1 for others. */
function exchangeAt(bytes: Uint8Array, at: number): number {
  // Bit 5 is the only difference between upper and lower case.
  const letters = (((bytes[at] ?? 0) & 0xdf) << 8) | ((bytes[at + 1] ?? 0) & 0xdf);
  if (letters === 0x5348) {
    return 0;
  }
  return letters === 0x535a ? 1 : Number(letters === 0x424a) * 3 - 1;
}

/** As `symbolKeyOf`, for a cell. */
export function parseSymbolCell(bytes: Uint8Array, start: number, end: number): SymbolKey {
  const isDotted = end - start === 9;
  const isSuffixed = isDotted && bytes[start + 6] === DOT;
  const isPrefixed = isDotted && bytes[start + 2] === DOT;
  if (isSuffixed || isPrefixed) {
    const exchange = exchangeAt(bytes, isSuffixed ? start + 7 : start);
    const code = sixDigits(bytes, isSuffixed ? start : start + 3);
    if (exchange >= 0 && code >= 0) {
      return code * 4 + exchange;
    }
  }
  return symbolKeyOf(textOf(bytes, start, end));
}

function sixDigits(bytes: Uint8Array, start: number): number {
  let code = 0;
  for (let at = start; at < start + 6; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) {
      return -1;
    }
    code = code * 10 + digit;
  }
  return code;
}
