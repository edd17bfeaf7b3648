import { isStockSymbol, suffixOfCode, type StockSymbol } from '../../domain/stock-symbol.ts';

export interface ReadSymbol {
  /** Undefined where no known instrument can be meant. */
  readonly symbol: StockSymbol | undefined;
  readonly isNormalised: boolean;
}

const CODE_LENGTH = 6;

/** A symbol as vendors write it: a bare code, a prefix, the wrong exchange, lost zeros; only known instruments are taken. */
export function readSymbol(text: string, known: ReadonlySet<StockSymbol>): ReadSymbol {
  const trimmed = text.trim().toUpperCase();
  if (known.has(trimmed)) {
    return { symbol: trimmed, isNormalised: trimmed !== text };
  }
  const digits = /\d{1,6}/.exec(trimmed)?.[0];
  if (digits === undefined) {
    return { symbol: undefined, isNormalised: false };
  }
  const code = digits.padStart(CODE_LENGTH, '0');
  const named = /(SH|SZ|BJ)/.exec(trimmed)?.[1];
  const suffixes = [named, suffixOfCode(code), 'SH', 'SZ', 'BJ'];
  for (const suffix of suffixes) {
    const symbol = `${code}.${suffix ?? ''}`;
    if (isStockSymbol(symbol) && known.has(symbol)) {
      return { symbol, isNormalised: true };
    }
  }
  return { symbol: undefined, isNormalised: false };
}
