import type { MarketOptions } from '../sources/simulated/market.ts';
import { emulateEastmoney } from './eastmoney.ts';
import { startHttpEmulator, type EmulatorSettings, type HttpEmulator } from './http-emulator.ts';
import { emulateSina } from './sina.ts';
import { emulateTencent } from './tencent.ts';
import { emulateTushare } from './tushare.ts';

/** What the emulated keyed sources take for the right token. No token of anything real. */
export const EMULATED_TOKEN = 'emulated-token-0123456789';

export interface EmulatorOptions extends Omit<EmulatorSettings, 'market' | 'sources'> {
  readonly market: MarketOptions;
}

/** Every emulated source, fed by one simulated market. */
export interface Emulators extends HttpEmulator {
  /** Settings by which a worker asks these in place of the real ones. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startEmulators(options: EmulatorOptions): Promise<Emulators> {
  const http = await startHttpEmulator({
    ...options,
    sources: [emulateTushare(EMULATED_TOKEN), emulateEastmoney(), emulateTencent(), emulateSina()],
  });
  return {
    ...http,
    env: {
      TUSHARE_TOKEN: EMULATED_TOKEN,
      ETL_TUSHARE_URL: http.url('tushare'),
      ETL_EASTMONEY_URL: http.url('eastmoney'),
      ETL_TENCENT_URL: http.url('tencent'),
      ETL_SINA_URL: http.url('sina'),
    },
  };
}
