import { REFERENCE_DATASETS } from '../domain/dataset.ts';
import { ORDERED_MARKETS, type SourceOrder, type SourceOrders } from '../domain/source-order.ts';
import { nearest } from './nearest.ts';
import { splitList } from './setting-parsers.ts';

/** Sources that may be named in ETL_SOURCES. */
export const SOURCE_NAMES = [
  'files',
  'simulated',
  'tushare',
  'akshare',
  'eastmoney',
  'tencent',
  'sina',
  'baostock',
  'aktools',
  'yahoo',
  'tiingo',
] as const;

/** What may have an order of its own. */
export const ORDER_KEYS = [...ORDERED_MARKETS, ...REFERENCE_DATASETS] as const;

export const SOURCE_ORDER_FORM = `names out of ${SOURCE_NAMES.join(', ')}, joined by commas; then, if need be, "; MARKET=names" and "; DATASET=names"`;

interface Part {
  /** undefined: of the general order. */
  readonly key: string | undefined;
  readonly names: readonly string[];
}

function partsOf(text: string): readonly Part[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0
        ? { key: undefined, names: splitList(part) }
        : { key: part.slice(0, at).trim(), names: splitList(part.slice(at + 1)) };
    });
}

function isMarket(key: string): key is (typeof ORDERED_MARKETS)[number] {
  return ORDERED_MARKETS.some((market) => market === key);
}

function isDataset(key: string): key is (typeof REFERENCE_DATASETS)[number] {
  return REFERENCE_DATASETS.some((dataset) => dataset === key);
}

/** What is wrong with a text of ETL_SOURCES, as what was expected instead. */
export function sourceOrderFault(text: string): string | undefined {
  const parts = partsOf(text);
  for (const { key, names } of parts) {
    const unknown = names.find((name) => !SOURCE_NAMES.some((known) => known === name));
    if (unknown !== undefined || names.length === 0) {
      const list = `names out of ${SOURCE_NAMES.join(', ')}`;
      return key === undefined && parts.length === 1
        ? `${list}, joined by commas`
        : `${list} in "${key === undefined ? (unknown ?? '') : `${key}=${names.join(',')}`}"`;
    }
    if (new Set(names).size < names.length) {
      return `each source once in "${names.join(',')}"`;
    }
    if (key !== undefined && !isMarket(key) && !isDataset(key)) {
      const meant = nearest(key, ORDER_KEYS);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      return `a market or a dataset before "=", one of ${ORDER_KEYS.join(', ')}, in place of "${key}"${hint}`;
    }
    if (parts.filter((part) => part.key === key).length > 1) {
      return `one order ${key === undefined ? 'without a market or dataset' : `for ${key}`}, not several`;
    }
  }
  return parts.some(({ key }) => key === undefined) ? undefined : SOURCE_ORDER_FORM;
}

/** `tushare,akshare; BSE=tushare,sina; trading_calendar=baostock`: text without a fault. */
export function parseSourceOrder(text: string): Required<SourceOrder> {
  const parts = partsOf(text);
  return {
    sources: parts.find(({ key }) => key === undefined)?.names ?? [],
    orders: ordersOf(
      parts.flatMap(({ key, names }) => (key === undefined ? [] : [[key, names] as const])),
    ),
  };
}

/** Orders by market or dataset; other keys are left out. */
export function ordersOf(
  entries: readonly (readonly [key: string, names: readonly string[]])[],
): SourceOrders {
  return {
    markets: Object.fromEntries(entries.filter(([key]) => isMarket(key))),
    datasets: Object.fromEntries(entries.filter(([key]) => isDataset(key))),
  };
}
