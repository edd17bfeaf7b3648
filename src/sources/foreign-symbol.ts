import { isStockSymbol, type StockSymbol } from '../domain/stock-symbol.ts';

/** A symbol of the United States in our form: AAPL.US, BRK-B.US, ^GSPC.US. */
const FOREIGN = /^([A-Z^][A-Z0-9^-]{0,14})\.US$/;

/** Its ticker; undefined for symbols of other markets. */
export function usTicker(symbol: StockSymbol): string | undefined {
  return FOREIGN.exec(symbol)?.[1];
}

/** As Yahoo writes it: 600000.SS, 000001.SZ, AAPL; undefined for a symbol of no market that it has. */
export function yahooTicker(symbol: StockSymbol): string | undefined {
  if (isStockSymbol(symbol)) {
    return symbol.endsWith('.BJ') ? undefined : symbol.replace(/\.SH$/, '.SS');
  }
  return usTicker(symbol);
}

/** The way back; a ticker without a suffix is one of the United States. */
export function symbolOfYahoo(ticker: string): StockSymbol {
  if (/^\d{6}\.SS$/.test(ticker)) {
    return ticker.replace(/\.SS$/, '.SH');
  }
  const isOfChina: boolean = isStockSymbol(ticker);
  return isOfChina ? ticker : `${ticker}.US`;
}
