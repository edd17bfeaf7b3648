import type { EtlError } from '../../domain/errors.ts';
import { isStockSymbol } from '../../domain/stock-symbol.ts';
import type { DataSource } from '../data-source.ts';
import { findKey, skipSpace, valueAt } from '../decode/json-scan.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { badRequest, noPermission, shapeDrift, type Place } from '../http/source-error.ts';
import type { RemoteOptions } from '../remote-source.ts';
import { createSymbolSource } from '../symbol-source.ts';
import { AKTOOLS, AKTOOLS_HIST } from './decode-hist.ts';

const FUNCTION = 'stock_zh_a_hist';
const OPEN_OBJECT = 0x7b;

/**
 * AKShare over HTTP, on a server of one's own. That server makes Python source of its query and runs it: so nothing but six
 * digits and eight digits is ever sent, and it belongs on the loopback interface.
 */
export function createAktoolsSource(options: RemoteOptions): DataSource {
  return createSymbolSource(
    {
      name: AKTOOLS,
      endpoint: FUNCTION,
      format: AKTOOLS_HIST,
      capabilities: {
        markets: ['SSE', 'SZSE', 'BSE'],
        hasAmount: true,
        hasPreClose: true,
        wholeLots: true,
      },
      // Behind it stands EastMoney, which bans.
      quota: { perMinute: 40, perHour: 150, minIntervalMs: 1500 },
      whyNotServed: (symbol) => (isStockSymbol(symbol) ? undefined : 'is no A-share'),
      callsOf: (symbol, { startDate, endDate }) => [
        {
          path: `/api/public/${FUNCTION}`,
          query: {
            symbol: symbol.slice(0, 6),
            period: 'daily',
            start_date: startDate.replaceAll('-', ''),
            end_date: endDate.replaceAll('-', ''),
            adjust: '',
          },
          facts: { startDate, endDate },
        },
      ],
      faultOf: aktoolsFault,
    },
    options,
  );
}

/** 404 means three things, told apart by their text; 500 hides every trouble behind it. */
function aktoolsFault(
  { status, body }: HttpAnswer,
  place: Place,
  safe: (text: string) => string,
): EtlError | undefined {
  if (status !== 404 || body[skipSpace(body, 0)] !== OPEN_OBJECT) {
    return undefined;
  }
  const said: unknown = valueAt(body, findKey(body, 0, 'error'));
  const message = safe(typeof said === 'string' ? said.slice(0, 200) : 'no message');
  if (message.includes('未找到该接口')) {
    return noPermission(place, message, 'update AKShare on that server.');
  }
  return /'(data|klines|day)'/.test(message)
    ? shapeDrift(place, `its own source has changed: ${message}`)
    : badRequest(place, message);
}
