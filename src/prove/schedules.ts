import { randomUUID } from 'node:crypto';

import { applySchedules, type PlannedChange } from '../../schedules/apply-schedules.ts';
import { schedulesAt } from '../../schedules/index.ts';
import { connectTemporal } from '../client/connection.ts';
import { Claims, type Proof } from './proof.ts';
import { settled } from './settled.ts';

const TIMES = {
  dailySchedule: '0 0 * * *',
  reportSchedule: '0 6 * * 6',
  cleanupSchedule: '0 2 * * 0',
  healthSchedule: '30 * * * *',
};

function changesOf(changes: readonly PlannedChange[], change: PlannedChange['change']): number {
  return changes.filter((one) => one.change === change).length;
}

/** Schedules as code: equal after one apply, untouched by the second, true to the operator, no orphans. */
export const schedules: Proof = {
  title: 'schedules apply is idempotent, keeps hand-paused schedules paused and leaves no orphan',
  async run({ temporalAddress, namespace }) {
    const client = await connectTemporal({ address: temporalAddress, namespace });
    const prefix = `proof-${randomUUID().slice(0, 8)}-`;
    const definitions = schedulesAt(TIMES);
    const [daily, ...others] = definitions;
    const claims = new Claims();
    if (daily === undefined) {
      return claims.result({});
    }
    const renamed = { ...daily, id: 'renamed' };
    const handle = client.schedule.getHandle(`${prefix}${daily.id}`);
    try {
      const first = await applySchedules(client, definitions, prefix);
      claims.expect(
        changesOf(first, 'created') === definitions.length,
        'the first apply created other than all',
      );
      const second = await applySchedules(client, definitions, prefix);
      claims.expect(
        changesOf(second, 'unchanged') === definitions.length,
        `the second apply changed something: ${JSON.stringify(second)}`,
      );

      await handle.pause('the source is being moved');
      const third = await applySchedules(client, definitions, prefix);
      claims.expect(
        changesOf(third, 'unchanged') === definitions.length,
        'a pause by hand looks like a difference',
      );
      const moved = [{ ...daily, cron: '30 1 * * 1-5' }, ...others];
      const fourth = await applySchedules(client, moved, prefix);
      claims.expect(
        changesOf(fourth, 'updated') === 1,
        'a changed time did not update one schedule',
      );
      const { state } = await handle.describe();
      claims.expect(
        state.paused && state.note === 'the source is being moved',
        'an update woke a schedule that was paused by hand, or lost its note',
      );

      await handle.update((previous) => ({
        ...previous,
        policies: { ...previous.policies, catchupWindow: '1 hour' },
      }));
      const edited = await applySchedules(client, moved, prefix);
      claims.expect(changesOf(edited, 'updated') === 1, 'an edit on the server was not seen');

      await listed(client, prefix, definitions.length);
      const fifth = await applySchedules(client, [renamed, ...others], prefix);
      claims.expect(
        changesOf(fifth, 'created') === 1 && changesOf(fifth, 'deleted') === 1,
        'a renamed schedule was not created once and deleted once',
      );
      const left = await listed(client, prefix, definitions.length);
      const wanted = [renamed, ...others].map(({ id }) => `${prefix}${id}`).toSorted();
      claims.expect(left.toSorted().join() === wanted.join(), `orphans: ${left.join()}`);
      return claims.result({ schedules: definitions.length, applies: 6, left: left.length });
    } finally {
      await applySchedules(client, [], prefix);
      await client.connection.close();
    }
  },
};

/** The schedules under a prefix, once the server lists so many of them: its list follows a moment later. */
async function listed(
  { schedule }: Awaited<ReturnType<typeof connectTemporal>>,
  prefix: string,
  count: number,
): Promise<readonly string[]> {
  return settled(
    async () => {
      const found: string[] = [];
      for await (const { scheduleId } of schedule.list()) {
        if (scheduleId.startsWith(prefix)) {
          found.push(scheduleId);
        }
      }
      return found;
    },
    (found) => found.length === count,
  );
}
