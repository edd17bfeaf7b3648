import { MARK, type BarColumns } from '../../domain/bar.ts';
import { toDayNumber } from '../../domain/trading-day.ts';
import type { RequestFacts } from '../data-source.ts';
import { foreignColumns, type ForeignRow } from '../decode/foreign-bars.ts';
import { checkOrder } from '../decode/unit-guard.ts';
import { symbolOfYahoo } from '../foreign-symbol.ts';
import { shapeDrift } from '../http/source-error.ts';

export const YAHOO = 'yahoo';
export const YAHOO_CHART = 'yahoo.chart/1';

const SECONDS_PER_DAY = 86_400;
const UNITS = 10_000;
/** Float32 has about seven digits: what is nearer than this to a tick is one. */
const FLOAT_NOISE = 1e-6;

interface Chart {
  readonly symbol: string;
  readonly gmtOffset: number;
  readonly priceHint: number;
  readonly timestamps: readonly number[];
  readonly quote: Readonly<Record<string, readonly (number | null)[]>>;
}

/**
 * A chart: arrays by column, instants of each session's opening, prices in float32. `close` is split-adjusted. Rows without a
 * price are holidays' fillers; a last row of the same day, or beyond the range, is a live quote. Neither is a bar.
 */
export function decodeYahooChart(body: Uint8Array, request: RequestFacts): BarColumns {
  const chart = readChart(body);
  const symbol = String(request['symbol']);
  if (chart === undefined) {
    return foreignColumns(symbol, []);
  }
  if (symbolOfYahoo(chart.symbol) !== symbol) {
    throw drift(`the answer is about ${chart.symbol.slice(0, 32)}; expected ${symbol}`);
  }
  const lastDay = toDayNumber(String(request['endDate']));
  const rows: ForeignRow[] = [];
  for (const [index, timestamp] of chart.timestamps.entries()) {
    const day = Math.floor((timestamp + chart.gmtOffset) / SECONDS_PER_DAY);
    const row = rowAt(chart, index, day);
    if (row !== undefined && day <= lastDay && rows.at(-1)?.day !== day) {
      rows.push(row);
    }
  }
  const columns = foreignColumns(symbol, rows);
  checkOrder(columns, YAHOO_CHART);
  return columns;
}

function rowAt(chart: Chart, index: number, day: number): ForeignRow | undefined {
  function price(name: string): number {
    const value = chart.quote[name]?.[index];
    return typeof value === 'number' ? priceOf(value, chart.priceHint) : Number.NaN;
  }
  const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(price);
  const prices = { open: open ?? Number.NaN, high: high ?? Number.NaN, low: low ?? Number.NaN };
  if ([open, high, low, close].every(Number.isNaN)) {
    return undefined;
  }
  const given = chart.quote['volume']?.[index];
  const volume = typeof given === 'number' ? given : Number.NaN;
  const isFlat = volume === 0 && open === high && high === low && low === close;
  return {
    day,
    ...prices,
    close: close ?? Number.NaN,
    volume,
    marks: isFlat ? MARK.suspended : 0,
    sourceRow: index,
  };
}

/** 129.0399932861328 is 129.04: the nearest tick where float32 could not tell it from it, else what it says. */
function priceOf(value: number, priceHint: number): number {
  const ticks = 10 ** Math.min(4, Math.max(0, priceHint));
  const nearest = Math.round(value * ticks) / ticks;
  const isTick = Math.abs(nearest - value) <= Math.abs(value) * FLOAT_NOISE;
  return Math.round((isTick ? nearest : value) * UNITS);
}

/** Undefined for a chart without rows. @throws SchemaDriftError where it is none */
function readChart(body: Uint8Array): Chart | undefined {
  const parsed = parse(body);
  const result = at(parsed, 'chart', 'result', 0);
  const meta = at(result, 'meta');
  const quote = at(result, 'indicators', 'quote', 0);
  if (!isRecord(meta) || !isRecord(quote)) {
    throw drift('the answer has no chart.result[0] with meta and quote');
  }
  if (meta['dataGranularity'] !== '1d') {
    throw drift(`the bars are of ${String(meta['dataGranularity'])}; expected 1d`);
  }
  const timestamps = at(result, 'timestamp');
  if (timestamps === undefined) {
    return undefined;
  }
  const columns = Object.fromEntries(
    ['open', 'high', 'low', 'close', 'volume'].map((name) => [name, quote[name]]),
  );
  if (!isNumbers(timestamps) || !Object.values(columns).every(isNumbers)) {
    throw drift('its columns are no arrays of numbers');
  }
  const lengths = Object.values(columns).map((column) => (isNumbers(column) ? column.length : 0));
  if (lengths.some((length) => length !== timestamps.length)) {
    throw drift('its columns are not as long as its timestamps');
  }
  return {
    symbol: String(meta['symbol']),
    gmtOffset: Number(meta['gmtoffset'] ?? 0),
    priceHint: Number(meta['priceHint'] ?? 2),
    timestamps: timestamps.map(Number),
    quote: Object.fromEntries(
      Object.entries(columns).flatMap(([name, column]) =>
        isNumbers(column) ? [[name, column]] : [],
      ),
    ),
  };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    throw shapeDrift({ source: YAHOO, endpoint: 'chart' }, 'the answer is no JSON', error);
  }
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) {
      return typeof key === 'number' ? inner[key] : undefined;
    }
    return isRecord(inner) ? inner[String(key)] : undefined;
  }, value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((each) => each === null || typeof each === 'number');
}

function drift(what: string): Error {
  return shapeDrift({ source: YAHOO, endpoint: 'chart' }, what);
}
