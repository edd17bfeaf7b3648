import { isStockSymbol, suffixOfCode, type StockSymbol } from '../domain/stock-symbol.ts';
import { describeValue, type Problem } from './problems.ts';

export const SYMBOL_EXPECTED = 'six digits and .SH, .SZ or .BJ, such as "600000.SH"';

const ALIASES: Readonly<Record<string, string>> = {
  SH: 'SH',
  SS: 'SH',
  SSE: 'SH',
  XSHG: 'SH',
  SZ: 'SZ',
  SZSE: 'SZ',
  XSHE: 'SZ',
  BJ: 'BJ',
  BSE: 'BJ',
  XBSE: 'BJ',
};
const MAX_LENGTH = 64;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Zs}]/u;

/** The symbol in the one form in which it travels. Lower case is accepted; nothing else is guessed. */
export function normaliseSymbol(text: string): StockSymbol | undefined {
  const upper = text.length > MAX_LENGTH ? '' : text.toUpperCase();
  return isStockSymbol(upper) ? upper : undefined;
}

/** Why a text is no symbol, and which one was probably meant. */
export function symbolProblem(field: string, value: unknown): Problem {
  const got = describeValue(value);
  if (typeof value !== 'string') {
    return { field, got, expected: `text: ${SYMBOL_EXPECTED}` };
  }
  if (value.length > MAX_LENGTH) {
    return { field, got, expected: `nine characters: ${SYMBOL_EXPECTED}` };
  }
  const meant = suggestSymbol(value);
  const suggestion = meant === undefined ? undefined : `"${meant}"`;
  return { field, got: `${got}${oddCharacter(value)}`, expected: SYMBOL_EXPECTED, suggestion };
}

/** Names the first character that a person cannot see or takes for a digit. */
function oddCharacter(text: string): string {
  for (const [index, character] of Array.from(text).entries()) {
    const codePoint = character.codePointAt(0) ?? 0;
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    if (character === ' ') {
      return ` (space at position ${index + 1})`;
    }
    if (INVISIBLE.test(character)) {
      return ` (invisible character ${name} at position ${index + 1})`;
    }
    if (codePoint > 0x7f) {
      return ` (character ${name} at position ${index + 1} is not ASCII)`;
    }
  }
  return '';
}

/** From the notations of other tools: 600000.SS, sh600000, sh.600000, 600000, full-width digits. */
function suggestSymbol(text: string): StockSymbol | undefined {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Z}]/gu, '')
    .toUpperCase();
  const [, before, code, after] =
    /^(?:([A-Z]{2,4})\.?)?(\d{6})(?:\.?([A-Z]{2,4}))?$/.exec(plain) ?? [];
  if (code === undefined || (before !== undefined && after !== undefined)) {
    return undefined;
  }
  const given = before ?? after;
  const suffix = given === undefined ? suffixOfCode(code) : ALIASES[given];
  return suffix === undefined ? undefined : `${code}.${suffix}`;
}
