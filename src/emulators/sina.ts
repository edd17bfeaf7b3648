import { shanghaiDayAt, fromDayNumber, toDayNumber } from '../domain/trading-day.ts';
import { sessionsBetween } from '../calendar/trading-calendar.ts';
import { json, type EmulatedSource } from './emulated-source.ts';
import { cny, symbolOf, tradedRows } from './market-bars.ts';

const MAX_ROWS = 1023;
/** 您的IP存在异常访问: the page that a ban shows, in GB18030. */
const BAN_PAGE = Buffer.from(
  'c4fab5c44950b4e6d4dad2ecb3a3b7c3cecaa3acc7ebcfb5d0f7b9dcc0edd4b1',
  'hex',
);

/** Sina's plain K-lines: the last rows before today, in shares, without amounts. */
export function emulateSina(): EmulatedSource {
  return {
    name: 'sina',
    endpointOf: ({ path }) => (path.endsWith('getKLineData') ? 'getKLineData' : path),
    answer({ query, headers }, { market, fault, isOverLimit, now }) {
      if (!String(headers['referer'] ?? '').includes('finance.sina.com.cn')) {
        return { status: 403, type: 'text/html', body: 'Forbidden' };
      }
      if (isOverLimit || fault === 'rateLimitBody') {
        return { type: 'text/html; charset=gb2312', body: BAN_PAGE };
      }
      const symbol = symbolOf(market, query.get('symbol') ?? '');
      if (symbol === undefined || fault === 'noData') {
        return { body: 'null' };
      }
      const rows = Math.min(MAX_ROWS, Number(query.get('datalen') ?? MAX_ROWS));
      const today = shanghaiDayAt(now);
      const days = sessionsBetween('SSE', '1990-12-19', today);
      const from = days[Math.max(0, days.length - rows)] ?? 0;
      const truth = tradedRows(market, [symbol], { from, to: toDayNumber(today), fault });
      return json(
        truth.map((row) => {
          const [open, high, low, close] = [row.open, row.high, row.low, row.close].map((price) =>
            cny(price, 3),
          );
          const prices =
            fault === 'reorderColumns' ? { close, low, high, open } : { open, high, low, close };
          return { day: fromDayNumber(row.day), ...prices, volume: String(row.volume) };
        }),
      );
    },
  };
}
