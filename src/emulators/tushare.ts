import {
  json,
  type EmulatedAnswer,
  type EmulatedSource,
  type EmulationContext,
} from './emulated-source.ts';
import { compactDay, tradedRows } from './market-bars.ts';
import { namedRange, namedSymbols, type Params, type TushareRow } from './tushare-params.ts';
import { REFERENCE_COLUMNS, referenceRows } from './tushare-reference.ts';

/** Rows that an interface gives at most. */
const CAPS: Readonly<Record<string, number>> = {
  daily: 6000,
  daily_basic: 6000,
  adj_factor: 6000,
  suspend_d: 5000,
  stk_limit: 5800,
  stock_st: 1000,
  bse_mapping: 1000,
};
const DAILY_COLUMNS = [
  'ts_code',
  'trade_date',
  'open',
  'high',
  'low',
  'close',
  'pre_close',
  'change',
  'pct_chg',
  'vol',
  'amount',
] as const;

interface TushareCall {
  readonly api: string;
  readonly token: string;
  readonly params: Params;
  readonly fields: readonly string[];
}

/** Tushare Pro: POST with a token, tables newest first, errors within HTTP 200. */
export function emulateTushare(token: string): EmulatedSource {
  const cache = new Map<string, string>();
  return {
    name: 'tushare',
    endpointOf: ({ path, body }) => parseCall(path, body).api,
    answer({ path, body }, context) {
      const call = parseCall(path, body);
      const refusal = refusalOf(call, token, context);
      if (refusal !== undefined) {
        return refusal;
      }
      const key = `${JSON.stringify({ ...call, token: '' })}${context.fault ?? ''}`;
      const known = cache.get(key);
      const made = known ?? tableOf(call, context);
      if (known === undefined && made !== undefined) {
        if (cache.size > 256) {
          cache.clear();
        }
        cache.set(key, made);
      }
      return made === undefined ? failure(40101, '请指定正确的接口名') : { body: made };
    },
  };
}

function parseCall(path: string, body: string): TushareCall {
  const parsed: unknown = parseJson(body);
  const record = isRecord(parsed) ? parsed : {};
  const params = isRecord(record['params']) ? record['params'] : {};
  const given = Object.entries(params).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
  );
  const inPath = /^\/dataapi\/([a-z_]+)/.exec(path)?.[1];
  const fields = typeof record['fields'] === 'string' ? record['fields'] : '';
  return {
    api: inPath ?? text(record['api_name']),
    token: text(record['token']),
    params: Object.fromEntries(given),
    fields: fields.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function failure(code: number, msg: string): EmulatedAnswer {
  return json({ request_id: 'emulated', code, msg, data: null, detail: null });
}

function refusalOf(
  call: TushareCall,
  token: string,
  { fault, isOverLimit, limit }: EmulationContext,
): EmulatedAnswer | undefined {
  if (fault === 'badToken' || call.token !== token) {
    return failure(40101, '您的token不对，请确认。');
  }
  if (fault === 'rateLimitBody' || isOverLimit) {
    const link = '（权限的具体详情访问：https://tushare.pro/document/1?doc_id=108）';
    return failure(40203, `抱歉，您每分钟最多访问该接口${limit ?? 200}次${link}。`);
  }
  return fault === 'noPermission'
    ? failure(
        40203,
        '抱歉，您没有接口(daily)访问权限，权限的具体详情访问：https://tushare.pro/document/1?doc_id=108。',
      )
    : undefined;
}

/** The whole answer as text; undefined for an interface that there is none of. */
function tableOf(call: TushareCall, context: EmulationContext): string | undefined {
  const isDaily = call.api === 'daily';
  const rows = isDaily ? dailyRows(call.params, context) : referenceRows(call, context);
  if (rows === undefined) {
    return undefined;
  }
  const cap = CAPS[call.api] ?? 10_000;
  const offset = Number(call.params['offset'] ?? 0);
  const limit = Math.min(cap, Number(call.params['limit'] ?? cap));
  const page = rows.slice(offset, offset + limit);
  const known = isDaily
    ? DAILY_COLUMNS
    : (REFERENCE_COLUMNS[call.api] ?? Object.keys(rows[0] ?? {}));
  const wanted = call.fields.length > 0 ? call.fields : known;
  const ordered = context.fault === 'reorderColumns' ? wanted.toReversed() : wanted;
  const items = page.map((row) => JSON.stringify(ordered.map((name) => row[name] ?? null)));
  const hasMore = offset + limit < rows.length;
  return `{"request_id":"emulated","code":0,"msg":"","data":{"fields":${JSON.stringify(ordered)},"items":[${items.join(',')}],"has_more":${hasMore},"count":-1},"detail":null}`;
}

function dailyRows(params: Params, context: EmulationContext): readonly TushareRow[] {
  const range = namedRange(params);
  const rows = tradedRows(context.market, namedSymbols(context, params), {
    ...range,
    fault: context.fault,
  });
  const isOneDay = range.from === range.to;
  const ordered = isOneDay ? rows : rows.toSorted((left, right) => right.day - left.day);
  return ordered.map((row) => ({
    ts_code: row.symbol,
    trade_date: compactDay(row.day),
    open: row.open / 10_000,
    high: row.high / 10_000,
    low: row.low / 10_000,
    close: row.close / 10_000,
    pre_close: row.preClose / 10_000,
    change: (row.close - row.preClose) / 10_000,
    pct_chg: Math.round(((row.close - row.preClose) / row.preClose) * 1_000_000) / 10_000,
    vol: row.volume / 100,
    amount: row.amount / 10_000_000,
  }));
}
