import type { EtlError } from '../../domain/errors.ts';
import { isStockSymbol } from '../../domain/stock-symbol.ts';
import { fromDayNumber } from '../../domain/trading-day.ts';
import type { DataSource } from '../data-source.ts';
import { findKey, valueAt } from '../decode/json-scan.ts';
import { isBlankBody, type HttpAnswer } from '../http/answer.ts';
import { badRequest, rateLimited, transient, type Place } from '../http/source-error.ts';
import { sessionsIn, type RemoteOptions } from '../remote-source.ts';
import { createSymbolSource } from '../symbol-source.ts';
import { prefixedCode, TENCENT, TENCENT_KLINE } from './decode-kline.ts';

/** Rows that one call gives, at most. */
const MAX_ROWS = 640;
const THROTTLE_SECONDS = 60;

/** Tencent's K-lines with amounts (`newfqkline`), always unadjusted: its adjusted prices are no multiples. */
export function createTencentSource(options: RemoteOptions): DataSource {
  return createSymbolSource(
    {
      name: TENCENT,
      endpoint: 'newfqkline',
      format: TENCENT_KLINE,
      capabilities: { markets: ['SSE', 'SZSE'], hasAmount: true, wholeLots: true, concurrency: 2 },
      quota: { perMinute: 240, minIntervalMs: 150 },
      whyNotServed,
      callsOf: (symbol, request) =>
        windowsOf(sessionsIn(request)).map(([startDate, endDate]) => ({
          path: '/appstock/app/newfqkline/get',
          query: { param: `${prefixedCode(symbol)},day,${startDate},${endDate},${MAX_ROWS},` },
          facts: { startDate, endDate },
        })),
      faultOf: tencentFault,
    },
    options,
  );
}

/** Of Beijing it has today's bar at most. */
function whyNotServed(symbol: string): string | undefined {
  if (!isStockSymbol(symbol)) {
    return 'is no A-share';
  }
  return symbol.endsWith('.BJ') ? 'is listed in Beijing, of which it has no history' : undefined;
}

/** The sessions cut into ranges of as many rows as one call gives. */
function windowsOf(days: Int32Array): readonly (readonly [string, string])[] {
  return Array.from({ length: Math.ceil(days.length / MAX_ROWS) }, (_, index) => {
    const part = days.subarray(index * MAX_ROWS, (index + 1) * MAX_ROWS);
    return [fromDayNumber(part[0] ?? 0), fromDayNumber(part.at(-1) ?? 0)];
  });
}

/** An empty body is how it says "too fast"; other troubles have a code. */
function tencentFault(
  answer: HttpAnswer,
  place: Place,
  safe: (text: string) => string,
): EtlError | undefined {
  const { status, body } = answer;
  if (status !== 200) {
    return undefined;
  }
  if (isBlankBody(body)) {
    return rateLimited(place, 'an empty answer, as when it is asked too fast', {
      windowSeconds: THROTTLE_SECONDS,
    });
  }
  const codeAt = findKey(body, 0, 'code');
  const code = codeAt < 0 ? 0 : Number(valueAt(body, codeAt));
  if (code === 0) {
    return undefined;
  }
  const message = safe(String(valueAt(body, findKey(body, 0, 'msg'))).slice(0, 200));
  const what = `code ${code}: ${message}`;
  return /param/i.test(message) ? badRequest(place, what) : transient(place, 'said', what);
}
