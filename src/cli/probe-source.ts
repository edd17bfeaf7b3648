import { CALENDAR_DAYS } from '../calendar/trading-calendar.ts';
import type { Config } from '../config/config.ts';
import { missingSetting } from '../config/remote-sources.ts';
import { addDays, shanghaiDayAt, type TradingDay } from '../domain/trading-day.ts';
import { sourcesBehind } from '../sources/aliases.ts';
import { openGate } from '../sources/call-gate.ts';
import { remoteSources } from '../worker/remote-sources.ts';

/** A bank listed since 1999, which every source of A-shares knows. */
const SYMBOL = '600000.SH';
const DAYS_BACK = 10;

type LiveConfig = Pick<Config, 'remoteSources' | 'sources'>;

/** The sources on a network that have what they need to be asked: those of the order, and after them the others. */
export function liveSources({ remoteSources: config, sources }: LiveConfig): readonly string[] {
  const remote = remoteSources(config, openGate).map(([name]) => name);
  const ordered = sources.flatMap(sourcesBehind).filter((name) => remote.includes(name));
  return [...new Set([...ordered, ...remote])].filter(
    (name) => missingSetting(config, name) === undefined,
  );
}

/** Today in Shanghai, or the last day of the trading calendar: of later ones no source can be asked. */
export function lastKnownDay(nowMs: number): TradingDay {
  const today = shanghaiDayAt(nowMs);
  return today < CALENDAR_DAYS.lastDay ? today : CALENDAR_DAYS.lastDay;
}

/** Whether a source answers one small, ordinary question. It is asked past quota and breaker: once, by hand. */
export async function probeSource(
  name: string,
  { remoteSources: config }: Pick<LiveConfig, 'remoteSources'>,
  signal: AbortSignal,
): Promise<boolean> {
  const [, make] = remoteSources(config, openGate).find(([known]) => known === name) ?? [];
  if (make === undefined) {
    return false;
  }
  const endDate = lastKnownDay(Date.now());
  const request = { symbols: [SYMBOL], startDate: addDays(endDate, -DAYS_BACK), endDate };
  for await (const { kind } of make().fetchBars(request, signal)) {
    return kind === 'answer';
  }
  return false;
}
