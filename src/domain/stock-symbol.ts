/** `600000.SH`: six digits and the exchange's suffix, the only form in which a symbol travels. */
export type StockSymbol = string;

export type Exchange = 'SSE' | 'SZSE' | 'BSE';
export type ExchangeSuffix = 'SH' | 'SZ' | 'BJ';
/** The market segment, which decides price limits, lot sizes and trading rules. */
export type Board = 'main' | 'chinext' | 'star' | 'bse' | 'b_share' | 'fund' | 'index' | 'other';

const EXCHANGES: Readonly<Record<ExchangeSuffix, Exchange>> = { SH: 'SSE', SZ: 'SZSE', BJ: 'BSE' };
const SYMBOL = /^(\d{6})\.(SH|SZ|BJ)$/;

export function isStockSymbol(text: string): text is StockSymbol {
  return SYMBOL.test(text);
}

/** @throws RangeError where `symbol` is not of the form `600000.SH`. */
export function exchangeOf(symbol: StockSymbol): Exchange {
  const suffix = SYMBOL.exec(symbol)?.[2];
  if (suffix !== 'SH' && suffix !== 'SZ' && suffix !== 'BJ') {
    throw new RangeError(`Not a symbol: ${symbol}`);
  }
  return EXCHANGES[suffix];
}

type PrefixRule = readonly [prefix: RegExp, board: Board];

/** Code ranges by exchange, first match wins (source: the exchanges' code allocation rules). */
const BOARDS: Readonly<Record<ExchangeSuffix, readonly PrefixRule[]>> = {
  SH: [
    [/^(688|689)/, 'star'],
    [/^(600|601|603|605)/, 'main'],
    [/^900/, 'b_share'],
    [/^5/, 'fund'],
    [/^000/, 'index'],
  ],
  SZ: [
    [/^(300|301|302)/, 'chinext'],
    [/^(000|001|002|003|004)/, 'main'],
    [/^200/, 'b_share'],
    [/^(15|16|18)/, 'fund'],
    [/^399/, 'index'],
  ],
  BJ: [
    [/^899/, 'index'],
    [/^(4|8|920)/, 'bse'],
  ],
};

/** The board of a symbol, from its code alone. */
export function boardOf(symbol: StockSymbol): Board {
  const [, code, suffix] = SYMBOL.exec(symbol) ?? [];
  if (code === undefined || (suffix !== 'SH' && suffix !== 'SZ' && suffix !== 'BJ')) {
    throw new RangeError(`Not a symbol: ${symbol}`);
  }
  return BOARDS[suffix].find(([prefix]) => prefix.test(code))?.[1] ?? 'other';
}

/** Every instrument whose code alone tells its exchange: used to suggest, never to guess silently. */
export function suffixOfCode(code: string): ExchangeSuffix | undefined {
  if (!/^\d{6}$/.test(code)) {
    return undefined;
  }
  if (/^(5|6|9(?!20))/.test(code)) {
    return 'SH';
  }
  if (/^(0|1|2|3)/.test(code)) {
    return 'SZ';
  }
  return 'BJ';
}
