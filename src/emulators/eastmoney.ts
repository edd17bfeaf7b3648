import { json, type EmulatedSource } from './emulated-source.ts';
import { cny, percentOf, rangeOf, symbolOf, tradedRows, type TruthRow } from './market-bars.ts';
import { fromDayNumber } from '../domain/trading-day.ts';

const PATH = '/api/qt/stock/kline/get';

/** EastMoney's K-line interface: one symbol, oldest first, texts joined by commas, volumes in whole lots. */
export function emulateEastmoney(): EmulatedSource {
  return {
    name: 'eastmoney',
    endpointOf: ({ path }) => (path === PATH ? 'kline' : path),
    answer({ path, query }, { market, fault }) {
      if (path !== PATH) {
        return { status: 404, type: 'text/html', body: '<html><body>404</body></html>' };
      }
      const secid = query.get('secid') ?? '';
      const [place, code = ''] = secid.split('.');
      const symbol = symbolOf(market, place === '1' ? `sh${code}` : szOrBj(code));
      if (symbol === undefined || fault === 'noData') {
        return json({ rc: 100, rt: 17, svr: 181669449, lt: 1, full: 0, dlmkts: '', data: null });
      }
      const range = rangeOf(query.get('beg'), query.get('end'));
      const rows = tradedRows(market, [symbol], { ...range, fault });
      const isAdjusted = query.get('fqt') !== '0' && query.get('fqt') !== null;
      const klines = rows.map((row) => lineOf(row, fault === 'reorderColumns', isAdjusted));
      return json({
        rc: 0,
        rt: 17,
        svr: 181669449,
        lt: 1,
        full: 0,
        dlmkts: '',
        data: {
          code,
          market: Number(place),
          name: `模拟${code}`,
          decimal: 2,
          dktotal: rows.length,
          preKPrice: Number(cny(rows[0]?.preClose ?? 0, 2)),
          klines,
        },
      });
    },
  };
}

function szOrBj(code: string): string {
  return /^(4|8|92)/.test(code) ? `bj${code}` : `sz${code}`;
}

function lineOf(row: TruthRow, isReordered: boolean, isAdjusted: boolean): string {
  const shift = isAdjusted ? 13_500 : 0;
  const [open, close, high, low] = [row.open, row.close, row.high, row.low].map((price) =>
    cny(price - shift, 2),
  );
  return [
    fromDayNumber(row.day),
    ...(isReordered ? [open, high, low, close] : [open, close, high, low]),
    Math.round(row.volume / 100),
    cny(row.amount, 2),
    percentOf(row, row.high - row.low),
    percentOf(row, row.close - row.preClose),
    cny(row.close - row.preClose, 2),
    '0.05',
  ].join(',');
}
