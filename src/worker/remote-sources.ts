import { missingSetting, type RemoteSourceConfig } from '../config/remote-sources.ts';
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

/** The sources on a network: made when first asked for, so that only those that are used need be configured. */
export function remoteSources(
  config: RemoteSourceConfig,
  gate: CallGate,
): readonly (readonly [string, Maker])[] {
  const { urls, timeoutMs } = config;
  function options(source: keyof typeof urls): RemoteOptions {
    const missing = missingSetting(config, source);
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

function notConfigured(source: string, setting: string): ConfigurationError {
  return new ConfigurationError(`source ${source}: ${setting} is not set`, {
    code: 'ETL-SRC-341',
    hint: `set ${setting}${setting.endsWith('_URL') ? ` or name ${source} in ETL_SOURCES` : ''} (candlewick config explain tells what it takes), or take ${source} out of the order.`,
    details: { source, setting },
  });
}
