import type { CallPriority } from '../call-gate.ts';
import type { RequestFacts } from '../data-source.ts';
import { endOfValue, findPath, valueAt } from '../decode/json-scan.ts';
import { eachElement } from '../decode/json-rows.ts';
import { createHttpClient } from '../http/client.ts';
import { shapeDrift } from '../http/source-error.ts';
import type { RemoteOptions } from '../remote-source.ts';
import { tushareFault } from './faults.ts';

export const TUSHARE = 'tushare';

export interface TushareOptions extends RemoteOptions {
  readonly token: string;
}

/** One interface of Tushare's with its parameters. */
export interface TushareQuery {
  readonly api: string;
  readonly params: Readonly<Record<string, string>>;
  /** Columns wanted, joined by commas; the default ones where absent. */
  readonly fields?: string;
  /** Rows a page: the interface's cap, or less. */
  readonly pageRows: number;
  readonly priority?: CallPriority | undefined;
}

export interface TusharePage {
  readonly request: RequestFacts;
  readonly body: Uint8Array;
}

export interface TushareClient {
  /** Pages until there are no more. Data may change between two: a row may come twice, and is told by its key. */
  pages(query: TushareQuery, signal: AbortSignal): AsyncIterable<TusharePage>;
}

const MAX_PAGES = 200;

export function createTushareClient({
  token,
  baseUrl,
  gate,
  timeoutMs,
  maxBytes,
}: TushareOptions): TushareClient {
  const http = createHttpClient({
    source: TUSHARE,
    baseUrl,
    gate,
    connections: 4,
    secrets: [token],
    totalTimeoutMs: timeoutMs,
    maxBytes,
  });
  return {
    async *pages({ api, params, fields = '', pageRows, priority }, signal) {
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const window = { limit: String(pageRows), offset: String(page * pageRows) };
        const { body } = await http.send(
          {
            endpoint: api,
            priority,
            method: 'POST',
            path: '/',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({
              api_name: api,
              token,
              params: { ...params, ...window },
              fields,
            }),
          },
          tushareFault,
          signal,
        );
        yield { request: { api, ...params, ...(page === 0 ? {} : window) }, body };
        if (!hasMore(body, pageRows)) {
          return;
        }
      }
      throw shapeDrift({ source: TUSHARE, endpoint: api }, `more than ${MAX_PAGES} pages`);
    },
  };
}

/** `has_more`, or a page that is full: older gateways do not say it. */
function hasMore(body: Uint8Array, pageRows: number): boolean {
  if (valueAt(body, findPath(body, ['data', 'has_more'])) === true) {
    return true;
  }
  let rows = 0;
  eachElement(body, findPath(body, ['data', 'items']), (at) => {
    rows += 1;
    return endOfValue(body, at);
  });
  return rows >= pageRows;
}
