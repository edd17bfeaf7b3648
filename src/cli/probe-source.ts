import type { Config } from '../config/config.ts';
import { addDays, shanghaiDayAt } from '../domain/trading-day.ts';
import { openGate } from '../sources/call-gate.ts';
import { isConfigured, remoteSources } from '../worker/remote-sources.ts';

/** A bank listed since 1999, which every source of A-shares knows. */
const SYMBOL = '600000.SH';
const DAYS_BACK = 10;

type LiveConfig = Pick<Config, 'remoteSources'>;

/** The sources on a network that have what they need to be asked, in the order of their registration. */
export function liveSources({ remoteSources: config }: LiveConfig): readonly string[] {
  return remoteSources(config, openGate)
    .map(([name]) => name)
    .filter((name) => isConfigured(config, name));
}

/** Whether a source answers one small, ordinary question. It is asked past quota and breaker: once, by hand. */
export async function probeSource(
  name: string,
  { remoteSources: config }: LiveConfig,
  signal: AbortSignal,
): Promise<boolean> {
  const [, make] = remoteSources(config, openGate).find(([known]) => known === name) ?? [];
  if (make === undefined) {
    return false;
  }
  const endDate = shanghaiDayAt(Date.now());
  const request = { symbols: [SYMBOL], startDate: addDays(endDate, -DAYS_BACK), endDate };
  for await (const { kind } of make().fetchBars(request, signal)) {
    return kind === 'answer';
  }
  return false;
}
