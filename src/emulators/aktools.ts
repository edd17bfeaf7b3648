import { fromDayNumber } from '../domain/trading-day.ts';
import { json, type EmulatedSource } from './emulated-source.ts';
import { percentOf, rangeOf, symbolOf, tradedRows } from './market-bars.ts';

const PREFIX = '/api/public/';

/** AKTools: AKShare's functions by name, row objects with Chinese keys, every trouble a 404 or a 500. */
export function emulateAktools(): EmulatedSource {
  return {
    name: 'aktools',
    endpointOf: ({ path }) => path.slice(PREFIX.length),
    answer({ path, query }, { market, fault, isOverLimit }) {
      if (path !== `${PREFIX}stock_zh_a_hist`) {
        return json(
          { error: '未找到该接口，请升级 AKShare 到最新版本并在文档中确认该接口的使用方式' },
          404,
        );
      }
      if (isOverLimit || fault === 'rateLimitBody') {
        return { status: 500, type: 'text/plain; charset=utf-8', body: 'Internal Server Error' };
      }
      if (fault === 'noPermission') {
        return json({ error: "请输入正确的参数错误 'data'，请升级 AKShare 到最新版本" }, 404);
      }
      if (query.get('period') !== 'daily' || !/^\d{6}$/.test(query.get('symbol') ?? '')) {
        return json({ error: "请输入正确的参数错误 'xx'，请升级 AKShare 到最新版本" }, 404);
      }
      const symbol = symbolOf(market, query.get('symbol') ?? '');
      const range = rangeOf(query.get('start_date'), query.get('end_date'));
      const rows = symbol === undefined ? [] : tradedRows(market, [symbol], { ...range, fault });
      return json(
        rows.map((row) => ({
          日期: `${fromDayNumber(row.day)}T00:00:00.000`,
          股票代码: row.symbol.slice(0, 6),
          开盘: row.open / 10_000,
          收盘: row.close / 10_000,
          最高: (fault === 'reorderColumns' ? row.low : row.high) / 10_000,
          最低: (fault === 'reorderColumns' ? row.high : row.low) / 10_000,
          成交量: Math.round(row.volume / 100),
          成交额: row.amount / 10_000,
          振幅: Number(percentOf(row, row.high - row.low)),
          涨跌幅: Number(percentOf(row, row.close - row.preClose)),
          涨跌额: (row.close - row.preClose) / 10_000,
          换手率: 0.05,
        })),
      );
    },
  };
}
