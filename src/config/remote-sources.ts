import { sourcesBehind } from '../sources/aliases.ts';
import type { SourceOrder } from '../domain/source-order.ts';
import type { Secret } from './secret.ts';
import { UNDOCUMENTED_URLS } from './source-settings.ts';
import type { SettingValues } from './settings.ts';

type HttpSource = 'tushare' | 'eastmoney' | 'tencent' | 'sina' | 'yahoo' | 'aktools' | 'tiingo';

/** Where the sources on a network are, and what they ask for (`source-settings.ts`). */
export interface RemoteSourceConfig {
  readonly timeoutMs: number;
  /** undefined: the source is not asked. */
  readonly urls: Readonly<Record<HttpSource, string | undefined>>;
  readonly baostockAddress: string;
  readonly tushareToken: Secret | undefined;
  readonly tiingoToken: Secret | undefined;
  readonly eastmoneyCookie: Secret | undefined;
}

export function remoteSourcesOf(values: SettingValues): RemoteSourceConfig {
  const config = {
    timeoutMs: values.ETL_SOURCE_TIMEOUT * 1000,
    urls: {
      tushare: values.ETL_TUSHARE_URL,
      eastmoney: values.ETL_EASTMONEY_URL,
      tencent: values.ETL_TENCENT_URL,
      sina: values.ETL_SINA_URL,
      yahoo: values.ETL_YAHOO_URL,
      aktools: values.ETL_AKTOOLS_URL,
      tiingo: values.ETL_TIINGO_URL,
    },
    baostockAddress: values.ETL_BAOSTOCK_ADDRESS,
    tushareToken: values.TUSHARE_TOKEN,
    tiingoToken: values.TIINGO_TOKEN,
    eastmoneyCookie: values.ETL_EASTMONEY_COOKIE,
  };
  const { sources = [], orders } = values.ETL_SOURCES ?? {};
  const ordered = [orders?.markets ?? {}, orders?.datasets ?? {}].flatMap(
    Object.values<readonly string[]>,
  );
  return enableNamed(config, [...sources, ...ordered.flat()]);
}

/**
 * Web sites' own interfaces are asked only where an operator wants it: who names one has said so, and it is asked where its
 * site has it unless another base URL is set.
 */
export function enableNamed(
  config: RemoteSourceConfig,
  names: readonly string[],
): RemoteSourceConfig {
  const named = new Set(names.flatMap(sourcesBehind));
  const wellKnown = Object.entries(UNDOCUMENTED_URLS).filter(([source]) => named.has(source));
  const set = Object.entries(config.urls).filter(([, url]) => url !== undefined);
  return { ...config, urls: { ...config.urls, ...Object.fromEntries([...wellKnown, ...set]) } };
}

type Missing = (config: RemoteSourceConfig) => string | undefined;

function urlOf(source: HttpSource): Missing {
  return ({ urls }) => (urls[source] === undefined ? `ETL_${source.toUpperCase()}_URL` : undefined);
}

const MISSING_SETTING: Readonly<Record<string, Missing>> = {
  tushare: ({ tushareToken }) => (tushareToken === undefined ? 'TUSHARE_TOKEN' : undefined),
  tiingo: ({ tiingoToken }) => (tiingoToken === undefined ? 'TIINGO_TOKEN' : undefined),
  eastmoney: urlOf('eastmoney'),
  tencent: urlOf('tencent'),
  sina: urlOf('sina'),
  yahoo: urlOf('yahoo'),
  aktools: urlOf('aktools'),
};

/** The setting that a source waits for; undefined where it has what it needs to be asked, as sources that need nothing have. */
export function missingSetting(config: RemoteSourceConfig, source: string): string | undefined {
  return MISSING_SETTING[source]?.(config);
}

/** Of the former system's order what can be asked. */
const DEFAULT_ORDER = ['tushare', 'akshare', 'baostock'];

/** The order of the sources: as it is set; else files where they have a place, else live ones. */
export function sourceOrderOf(
  values: SettingValues,
  remote: RemoteSourceConfig,
): Required<SourceOrder> {
  const { ETL_SOURCES: given, ETL_FILES_ROOT: root } = values;
  if (given !== undefined) {
    return given;
  }
  const live = DEFAULT_ORDER.filter((name) =>
    sourcesBehind(name).some((source) => missingSetting(remote, source) === undefined),
  );
  return { sources: root === '.' ? live : ['files'], orders: { markets: {}, datasets: {} } };
}
