import { parseCleanupInput } from '../config/cleanup-input.ts';
import type { CleanupClass, CleanupItem } from '../domain/cleanup.ts';
import { CLEANUP_CLASSES } from '../domain/cleanup.ts';
import { shanghaiDayAt } from '../domain/trading-day.ts';
import type { CleanupActivities } from './cleanup-contract.ts';
import { withHeartbeat } from './heartbeat.ts';

export interface RetentionStore {
  count(dataClass: Exclude<CleanupClass, 'bars'>, before: string): Promise<number>;
  /** Years with bars, up to and with one, and the job that works on each now. */
  oldBarYears(lastYear: number): Promise<
    readonly {
      readonly year: number;
      readonly rows: number;
      readonly busyWith: string | undefined;
    }[]
  >;
  remove(item: CleanupItem, signal: AbortSignal): Promise<number>;
}

export interface CleanupDeps {
  readonly retention: RetentionStore;
  readonly retentionRules: {
    readonly retentionDays: number;
    readonly barsRetentionDays: number | undefined;
  };
}

const MS_PER_DAY = 86_400_000;

/** Plans and does the cleanup; the plan is what is shown before anything is removed. */
export function createCleanup({ retention, retentionRules }: CleanupDeps): CleanupActivities {
  async function planBars(dueAt: string, days: number): Promise<CleanupItem> {
    const firstKept = shanghaiDayAt(Date.parse(dueAt) - days * MS_PER_DAY);
    const keptYear = Number(firstKept.slice(0, 4));
    const years = await retention.oldBarYears(keptYear - 1);
    const busy = years.find(({ busyWith }) => busyWith !== undefined);
    // Nothing after a year that is in use: what is owed begins where the removed years end.
    const free = busy === undefined ? years : years.filter(({ year }) => year < busy.year);
    return {
      dataClass: 'bars',
      before: `${busy?.year ?? keptYear}-01-01`,
      count: free.reduce((sum, { rows }) => sum + rows, 0),
      years: free.map(({ year }) => year),
      keeps:
        busy === undefined
          ? undefined
          : `${busy.year} and later stay: ${busy.busyWith} is working on them`,
    };
  }
  return {
    async planCleanup({ input, dueAt }) {
      return withHeartbeat(async () => {
        const { dryRun, dataRetentionDays, barsRetentionDays } = parseCleanupInput(input, {
          dataRetentionDays: retentionRules.retentionDays,
          barsRetentionDays: retentionRules.barsRetentionDays,
        });
        const before = new Date(Date.parse(dueAt) - dataRetentionDays * MS_PER_DAY).toISOString();
        const items: CleanupItem[] = [];
        for (const dataClass of CLEANUP_CLASSES) {
          if (dataClass !== 'bars') {
            const count = await retention.count(dataClass, before);
            items.push({ dataClass, before, count, years: [], keeps: undefined });
          }
        }
        if (barsRetentionDays !== undefined) {
          items.push(await planBars(dueAt, barsRetentionDays));
        }
        const keptDays = { data: dataRetentionDays, bars: barsRetentionDays };
        return { items, isDryRun: dryRun, keptDays };
      });
    },
    async cleanUp(item) {
      return withHeartbeat((signal) => retention.remove(item, signal));
    },
  };
}
