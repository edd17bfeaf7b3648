import type { EtlError } from '../../domain/errors.ts';
import type { Capabilities, Quota } from '../capabilities.ts';
import type { DataSource } from '../data-source.ts';
import { usTicker } from '../foreign-symbol.ts';
import { beginningOf, type HttpAnswer } from '../http/answer.ts';
import { createHttpClient } from '../http/client.ts';
import {
  noPermission,
  rateLimited,
  refusedToken,
  unknownSymbol,
  type Place,
} from '../http/source-error.ts';
import { partSymbols, refusedWhereUnknown, type RemoteOptions } from '../remote-source.ts';
import { TIINGO, TIINGO_DAILY } from './decode-daily.ts';

export interface TiingoOptions extends RemoteOptions {
  readonly token: string;
}

const TIINGO_CAPABILITIES: Capabilities = {
  datasets: ['daily_bars'],
  shapes: ['symbol'],
  markets: ['US'],
  hasAmount: false,
  hasPreClose: false,
  wholeLots: false,
  priceBasis: 'raw',
  reportsSuspensions: false,
  isEmptyReliable: true,
  isFinite: false,
  concurrency: 2,
};

const TIINGO_QUOTA: Quota = { perHour: 50, perDay: 1000 };

const HOUR_SECONDS = 3600;
const MONTH_HINT = 'wait for the next month, or ask for fewer symbols.';

/** Tiingo: shares of the United States, keyed, raw prices. */
export function createTiingoSource({
  baseUrl,
  gate,
  timeoutMs,
  maxBytes,
  token,
}: TiingoOptions): DataSource {
  const http = createHttpClient({
    source: TIINGO,
    baseUrl,
    gate,
    connections: 2,
    headers: { authorization: `Token ${token}` },
    secrets: [token],
    totalTimeoutMs: timeoutMs,
    maxBytes,
  });
  return {
    name: TIINGO,
    capabilities: TIINGO_CAPABILITIES,
    defaultQuota: TIINGO_QUOTA,
    endpoints: { symbol: 'daily' },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars({ symbols, startDate, endDate, priority }, signal) {
      const { served, refused } = partSymbols(symbols, TIINGO, (symbol) =>
        usTicker(symbol) === undefined ? 'is not of the United States' : undefined,
      );
      yield* refused;
      for (const symbol of served) {
        const path = `/tiingo/daily/${encodeURIComponent(usTicker(symbol) ?? '')}/prices`;
        const query = { startDate, endDate };
        yield await refusedWhereUnknown(symbol, async () => {
          const { body } = await http.send(
            { endpoint: 'daily', priority, path, query },
            tiingoFault,
            signal,
          );
          const request = { symbol, startDate, endDate };
          return { kind: 'answer', symbols: [symbol], format: TIINGO_DAILY, request, body };
        });
      }
    },
  };
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
