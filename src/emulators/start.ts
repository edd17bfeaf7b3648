import type { MarketOptions } from '../sources/simulated/market.ts';
import { emulateAktools } from './aktools.ts';
import type { EmulatedCall } from './call-log.ts';
import { startBaostockEmulator } from './baostock.ts';
import { emulateEastmoney } from './eastmoney.ts';
import { startHttpEmulator, type EmulatorSettings, type HttpEmulator } from './http-emulator.ts';
import { emulateSina } from './sina.ts';
import { emulateTencent } from './tencent.ts';
import { emulateTiingo } from './tiingo.ts';
import { emulateTushare } from './tushare.ts';
import { emulateYahoo } from './yahoo.ts';

/** What the emulated keyed sources take for the right token. No token of anything real. */
export const EMULATED_TOKEN = 'emulated-token-0123456789';

export interface EmulatorOptions extends Omit<
  EmulatorSettings,
  'market' | 'sources' | 'calls' | 'books'
> {
  readonly market: MarketOptions;
}

/** Every emulated source, fed by one simulated market. */
export interface Emulators extends HttpEmulator {
  readonly baostockPort: number;
  /** Settings by which a worker asks these in place of the real ones. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startEmulators(options: EmulatorOptions): Promise<Emulators> {
  const calls: EmulatedCall[] = [];
  const { port: _port, ...rest } = options;
  const baostock = await startBaostockEmulator({ ...rest, calls });
  const http = await startHttpEmulator({
    ...options,
    calls,
    books: { baostock: baostock.faults },
    sources: [
      emulateTushare(EMULATED_TOKEN),
      emulateEastmoney(),
      emulateTencent(),
      emulateSina(),
      emulateAktools(),
      emulateYahoo(),
      emulateTiingo(EMULATED_TOKEN),
    ],
  });
  const env = {
    TUSHARE_TOKEN: EMULATED_TOKEN,
    TIINGO_TOKEN: EMULATED_TOKEN,
    ETL_BAOSTOCK_ADDRESS: `127.0.0.1:${baostock.port}`,
    ...Object.fromEntries(
      HTTP_SOURCES.map((name) => [`ETL_${name.toUpperCase()}_URL`, http.url(name)]),
    ),
  };
  return {
    ...http,
    baostockPort: baostock.port,
    env,
    async close() {
      await Promise.all([http.close(), baostock.close()]);
    },
  };
}

const HTTP_SOURCES = ['tushare', 'eastmoney', 'tencent', 'sina', 'aktools', 'yahoo', 'tiingo'];
