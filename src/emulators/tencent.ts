import { boardOf } from '../domain/stock-symbol.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import { json, type EmulatedSource } from './emulated-source.ts';
import { cny, rangeOf, symbolOf, tradedRows, type TruthRow } from './market-bars.ts';

const MAX_ROWS = 640;

/** Tencent's K-lines with amounts: texts; volume in lots, in shares for STAR; amount in ten thousands of CNY. */
export function emulateTencent(): EmulatedSource {
  return {
    name: 'tencent',
    endpointOf: ({ path }) => (path.includes('fqkline') ? 'newfqkline' : path),
    answer({ query }, { market, fault, isOverLimit }) {
      if (isOverLimit || fault === 'rateLimitBody') {
        return { body: '' };
      }
      const [code = '', period, start, end, count] = (query.get('param') ?? '').split(',');
      if (period !== 'day' || !/^(sh|sz|bj)\d{6}$/.test(code)) {
        return json({ code: 1, msg: 'param error', data: {} });
      }
      const symbol = symbolOf(market, code);
      if (symbol === undefined || fault === 'noData' || code.startsWith('bj')) {
        return json({ code: 0, msg: '', data: { [code]: { qt: {}, prec: '0', version: '16' } } });
      }
      const isInShares = boardOf(symbol) === 'star';
      const rows = tradedRows(market, [symbol], { ...rangeOf(start, end), fault })
        .slice(-Math.min(MAX_ROWS, Number(count)))
        .map((row) => cellsOf(row, isInShares, fault === 'reorderColumns'));
      const key = fault === 'adjusted' ? 'qfqday' : 'day';
      return json({
        code: 0,
        msg: '',
        data: { [code]: { [key]: rows, qt: {}, prec: '0', version: '16' } },
      });
    },
  };
}

function cellsOf(row: TruthRow, isInShares: boolean, isReordered: boolean): readonly unknown[] {
  const volume = isInShares ? row.volume : Math.round(row.volume / 100);
  const [open, close, high, low] = [row.open, row.close, row.high, row.low].map((price) =>
    cny(price, 2),
  );
  return [
    fromDayNumber(row.day),
    ...(isReordered ? [open, high, low, close] : [open, close, high, low]),
    volume.toFixed(3),
    {},
    '0.05',
    (row.amount / 100_000_000).toFixed(2),
    '',
  ];
}
