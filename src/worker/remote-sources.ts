import type { RemoteSourceConfig } from '../config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { CallGate } from '../sources/call-gate.ts';
import type { DataSource } from '../sources/data-source.ts';
import { createAktoolsSource } from '../sources/aktools/aktools-source.ts';
import { createBaostockSource } from '../sources/baostock/baostock-source.ts';
import { createEastmoneySource } from '../sources/eastmoney/eastmoney-source.ts';
import type { RemoteOptions } from '../sources/remote-source.ts';
import { createSinaSource } from '../sources/sina/sina-source.ts';
import { createTencentSource } from '../sources/tencent/tencent-source.ts';
import { createTiingoSource } from '../sources/tiingo/tiingo-source.ts';
import { createTushareSource } from '../sources/tushare/tushare-source.ts';
import { createYahooSource } from '../sources/yahoo/yahoo-source.ts';

type Maker = () => DataSource;

function urlOf(
  source: keyof RemoteSourceConfig['urls'],
): (config: RemoteSourceConfig) => string | undefined {
  return ({ urls }) => (urls[source] === undefined ? `ETL_${source.toUpperCase()}_URL` : undefined);
}

/** The setting that a source waits for, by source. */
const MISSING_SETTING: Readonly<
  Record<string, (config: RemoteSourceConfig) => string | undefined>
> = {
  tushare: ({ tushareToken }) => (tushareToken === undefined ? 'TUSHARE_TOKEN' : undefined),
  tiingo: ({ tiingoToken }) => (tiingoToken === undefined ? 'TIINGO_TOKEN' : undefined),
  eastmoney: urlOf('eastmoney'),
  tencent: urlOf('tencent'),
  sina: urlOf('sina'),
  yahoo: urlOf('yahoo'),
  aktools: urlOf('aktools'),
};

/** The sources on a network: made when first asked for, so that only those that are used need be configured. */
export function remoteSources(
  config: RemoteSourceConfig,
  gate: CallGate,
): readonly (readonly [string, Maker])[] {
  const { urls, timeoutMs } = config;
  function options(source: keyof typeof urls): RemoteOptions {
    const missing = MISSING_SETTING[source]?.(config);
    const baseUrl = urls[source];
    if (missing !== undefined || baseUrl === undefined) {
      throw notConfigured(source, missing ?? `ETL_${source.toUpperCase()}_URL`);
    }
    return { baseUrl, gate, timeoutMs };
  }
  return [
    [
      'tushare',
      () => {
        const token = config.tushareToken?.reveal() ?? '';
        return createTushareSource({ ...options('tushare'), token });
      },
    ],
    [
      'eastmoney',
      () => {
        const cookie = config.eastmoneyCookie?.reveal();
        return createEastmoneySource({
          ...options('eastmoney'),
          ...(cookie === undefined ? {} : { cookie }),
        });
      },
    ],
    ['tencent', () => createTencentSource(options('tencent'))],
    ['aktools', () => createAktoolsSource(options('aktools'))],
    ['yahoo', () => createYahooSource(options('yahoo'))],
    [
      'tiingo',
      () => {
        const token = config.tiingoToken?.reveal() ?? '';
        return createTiingoSource({ ...options('tiingo'), token });
      },
    ],
    [
      'baostock',
      () => {
        const [, host = '', port] = /^(.*):(\d+)$/.exec(config.baostockAddress) ?? [];
        return createBaostockSource({ host, port: Number(port), gate, timeoutMs });
      },
    ],
    ['sina', () => createSinaSource({ ...options('sina'), now: () => Date.now() })],
  ];
}

/** Whether a source has what it needs to be asked; sources that need nothing have. */
export function isConfigured(config: RemoteSourceConfig, name: string): boolean {
  return MISSING_SETTING[name]?.(config) === undefined;
}

function notConfigured(source: string, setting: string): ConfigurationError {
  return new ConfigurationError(`source ${source}: ${setting} is not set`, {
    code: 'ETL-SRC-341',
    hint: `set ${setting} (candlewick config explain tells what it takes), or take ${source} out of ETL_SOURCES.`,
    details: { source, setting },
  });
}
