import { Secret } from './secret.ts';
import {
  checked,
  hostAndPortFault,
  integer,
  optional,
  withDefault,
  type Parser,
} from './setting-parsers.ts';
import { z } from 'zod';

function baseUrlFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '';
  return isPlain ? undefined : 'an http:// or https:// URL without user, query and fragment';
}

const baseUrl: Parser<string> = checked(baseUrlFault);
const secret: Parser<Secret> = z.string().transform((text) => new Secret(text));
const URL_EXPECTED = 'an http:// or https:// URL';
const NOT_ASKED = 'the source is not asked';

/** Web sites' own interfaces, without a service agreement: asked only by those who want it. */
export const UNDOCUMENTED_URLS = {
  eastmoney: 'https://push2his.eastmoney.com',
  tencent: 'https://proxy.finance.qq.com/ifzqgtimg',
  sina: 'https://money.finance.sina.com.cn',
  yahoo: 'https://query2.finance.yahoo.com',
} as const;

function undocumented(source: keyof typeof UNDOCUMENTED_URLS): {
  meaning: string;
  expected: string;
  fallback: string;
} {
  const url = UNDOCUMENTED_URLS[source];
  return {
    meaning: `Base URL of the source ${source}, a web site's own interface without a service agreement`,
    expected: URL_EXPECTED,
    fallback: `${url} where ETL_SOURCES names ${source}, else ${NOT_ASKED}`,
  };
}

/** Where the sources are, and what they ask for: from here only, never from a job. */
export const SOURCE_SETTINGS = {
  TUSHARE_TOKEN: optional(secret, {
    meaning: 'Token of the source tushare',
    expected: 'a token',
    fallback: 'none',
  }),
  ETL_TUSHARE_URL: withDefault(baseUrl, {
    meaning: 'Base URL of the source tushare',
    expected: URL_EXPECTED,
    fallback: 'https://api.tushare.pro',
  }),
  ETL_EASTMONEY_URL: optional(baseUrl, undocumented('eastmoney')),
  ETL_EASTMONEY_COOKIE: optional(secret, {
    meaning: 'Cookie sent to eastmoney, where it demands one: ct=…',
    expected: 'a cookie',
    fallback: 'none',
  }),
  ETL_TENCENT_URL: optional(baseUrl, undocumented('tencent')),
  ETL_SINA_URL: optional(baseUrl, undocumented('sina')),
  ETL_YAHOO_URL: optional(baseUrl, undocumented('yahoo')),
  ETL_AKTOOLS_URL: optional(baseUrl, {
    meaning: 'Base URL of the source aktools, a server of your own: http://127.0.0.1:8080',
    expected: URL_EXPECTED,
    fallback: NOT_ASKED,
  }),
  ETL_BAOSTOCK_ADDRESS: withDefault(checked(hostAndPortFault), {
    meaning: 'host:port of the source baostock',
    expected: 'host:port',
    fallback: 'public-api.baostock.com:10030',
  }),
  TIINGO_TOKEN: optional(secret, {
    meaning: 'Token of the source tiingo',
    expected: 'a token',
    fallback: 'none',
  }),
  ETL_TIINGO_URL: withDefault(baseUrl, {
    meaning: 'Base URL of the source tiingo',
    expected: URL_EXPECTED,
    fallback: 'https://api.tiingo.com',
  }),
  ETL_SOURCE_TIMEOUT: withDefault(integer(1, 600), {
    meaning: 'Seconds for one answer of a source, from the first byte sent to the last one read',
    expected: 'seconds from 1 to 600',
    fallback: '30',
  }),
};
