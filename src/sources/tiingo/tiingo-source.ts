import type { EtlError } from '../../domain/errors.ts';
import type { DataSource } from '../data-source.ts';
import { usTicker } from '../foreign-symbol.ts';
import { beginningOf, type HttpAnswer } from '../http/answer.ts';
import {
  noPermission,
  rateLimited,
  refusedToken,
  unknownSymbol,
  type Place,
} from '../http/source-error.ts';
import type { RemoteOptions } from '../remote-source.ts';
import { createSymbolSource } from '../symbol-source.ts';
import { TIINGO, TIINGO_DAILY } from './decode-daily.ts';

export interface TiingoOptions extends RemoteOptions {
  readonly token: string;
}

const HOUR_SECONDS = 3600;
const MONTH_HINT = 'wait for the next month, or ask for fewer symbols.';

/** Tiingo: shares of the United States, keyed, raw prices. */
export function createTiingoSource({ token, ...options }: TiingoOptions): DataSource {
  return createSymbolSource(
    {
      name: TIINGO,
      endpoint: 'daily',
      format: TIINGO_DAILY,
      capabilities: { markets: ['US'], isEmptyReliable: true, concurrency: 2 },
      quota: { perHour: 50, perDay: 1000 },
      http: { headers: { authorization: `Token ${token}` }, secrets: [token] },
      whyNotServed: (symbol) =>
        usTicker(symbol) === undefined ? 'is not of the United States' : undefined,
      callsOf: (symbol, { startDate, endDate }) => [
        {
          path: `/tiingo/daily/${encodeURIComponent(usTicker(symbol) ?? '')}/prices`,
          query: { startDate, endDate },
          facts: { startDate, endDate },
        },
      ],
      faultOf: tiingoFault,
    },
    options,
  );
}

/** Over the quota it says so in three shapes, one of them a success of plain text. */
function tiingoFault(
  { status, body }: HttpAnswer,
  place: Place,
  safe: (text: string) => string,
): EtlError | undefined {
  const text = beginningOf(body);
  const what = `HTTP ${status}: ${safe(text.slice(0, 200))}`;
  if (/run over your .*(month|symbol look ?up)/i.test(text)) {
    return noPermission(place, what, MONTH_HINT);
  }
  if (status === 429 || /run over your/i.test(text)) {
    const isDaily = /daily|day/i.test(text);
    return rateLimited(place, what, { windowSeconds: isDaily ? 24 * HOUR_SECONDS : HOUR_SECONDS });
  }
  if (status === 401 || status === 403) {
    return /permission|plan|cover/i.test(text)
      ? noPermission(place, what, 'the plan of this token does not cover the symbol.')
      : refusedToken(place, what, 'TIINGO_TOKEN');
  }
  return status === 404 ? unknownSymbol(place, what) : undefined;
}
