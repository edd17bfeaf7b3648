import type { CallPriority } from './call-gate.ts';
import type { Quota } from './capabilities.ts';
import type { DataSource } from './data-source.ts';

/** So many calls within any window of that length. */
export interface CallWindow {
  readonly limit: number;
  readonly windowMs: number;
}

export interface SettledCallRules {
  readonly windows: readonly CallWindow[];
  readonly minIntervalMs: number;
  readonly concurrency: number;
  readonly priority: CallPriority;
}

const WINDOWS = [
  ['perMinute', 60_000],
  ['perHour', 3_600_000],
  ['perDay', 86_400_000],
] as const;

/** What a call must keep to: the operator's limits, else the adapter's own; spacing only where the limits are the adapter's. */
export function callRulesOf(
  source: Pick<DataSource, 'defaultQuota' | 'capabilities'> | undefined,
  override: Quota | undefined,
  priority: CallPriority,
): SettledCallRules {
  const quota = override ?? source?.defaultQuota ?? {};
  const windows = WINDOWS.flatMap(([name, windowMs]) => {
    const limit = quota[name];
    return limit === undefined ? [] : [{ limit, windowMs }];
  });
  const concurrency = source?.capabilities.concurrency ?? 0;
  return {
    windows,
    minIntervalMs: quota.minIntervalMs ?? 0,
    concurrency: Number.isFinite(concurrency) ? concurrency : 0,
    priority,
  };
}
