import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleUpdateOptions,
} from '@temporalio/client';

import { canonicalJson } from '../src/client/job-ids.ts';
import { queueName } from '../src/domain/task-queues.ts';
import { timesOfCalendars, timesOfCron } from './cron-times.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';

export type ScheduleChange = 'created' | 'updated' | 'deleted' | 'unchanged';

export interface PlannedChange {
  readonly scheduleId: string;
  readonly change: ScheduleChange;
  /** What differs on the server, for `updated`. */
  readonly differences: readonly string[];
}

/**
 * Whose schedule it is: kept in its memo, which is written at its creation and never again. Schedules of others on the same
 * namespace, and those that a person made, are never touched.
 */
const OWNER = 'candlewick';

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

function milliseconds(text: string): number {
  const [count = '0', unit = ''] = text.split(' ');
  return Number(count) * (UNIT_MS[unit.replace(/s$/, '')] ?? 0);
}

function optionsOf(definition: ScheduleDefinition, queuePrefix: string): ScheduleUpdateOptions {
  return {
    spec: {
      cronExpressions: [definition.cron],
      timezone: definition.timeZone,
      jitter: definition.jitter,
    },
    policies: {
      overlap: ScheduleOverlapPolicy[definition.overlap],
      catchupWindow: definition.catchupWindow,
      pauseOnFailure: definition.pauseOnFailure,
    },
    action: {
      type: 'startWorkflow',
      workflowType: definition.workflow,
      workflowId: `${queuePrefix}${definition.id}`,
      taskQueue: queueName(definition.taskQueue, queuePrefix),
      args: [definition.input],
      staticSummary: definition.note,
    },
    state: { note: definition.note },
  };
}

/** What the server has that the definition says otherwise; also where a person edited it in the Temporal UI. */
function differencesOf(
  definition: ScheduleDefinition,
  queuePrefix: string,
  { spec, policies, action }: ScheduleDescription,
): readonly string[] {
  const has = {
    times: timesOfCalendars(spec.calendars),
    timeZone: spec.timezone,
    jitter: spec.jitter,
    overlap: String(policies.overlap),
    catchupWindow: policies.catchupWindow,
    pauseOnFailure: policies.pauseOnFailure,
    ...(action.type === 'startWorkflow'
      ? {
          workflow: action.workflowType,
          taskQueue: action.taskQueue,
          input: canonicalJson(action.args?.[0] ?? {}),
        }
      : {}),
  };
  const wanted: Readonly<Record<keyof typeof has, unknown>> = {
    times: timesOfCron(definition.cron),
    timeZone: definition.timeZone,
    jitter: milliseconds(definition.jitter),
    overlap: String(ScheduleOverlapPolicy[definition.overlap]),
    catchupWindow: milliseconds(definition.catchupWindow),
    pauseOnFailure: definition.pauseOnFailure,
    workflow: definition.workflow,
    taskQueue: queueName(definition.taskQueue, queuePrefix),
    input: canonicalJson(definition.input),
  };
  return Object.entries(wanted).flatMap(([field, value]) => {
    const present: unknown = Reflect.get(has, field);
    return present === value ? [] : [`${field}: ${String(present)} → ${String(value)}`];
  });
}

/** What `applySchedules` would do. */
export async function planSchedules(
  client: Client,
  definitions: readonly ScheduleDefinition[],
  queuePrefix = '',
): Promise<readonly PlannedChange[]> {
  const planned: PlannedChange[] = [];
  for (const definition of definitions) {
    const scheduleId = `${queuePrefix}${definition.id}`;
    const present = await describe(client, scheduleId);
    const differences =
      present === undefined ? [] : differencesOf(definition, queuePrefix, present);
    const change = differences.length > 0 ? 'updated' : 'unchanged';
    planned.push({ scheduleId, differences, change: present === undefined ? 'created' : change });
  }
  const wanted = new Set(planned.map(({ scheduleId }) => scheduleId));
  for await (const { scheduleId, memo } of client.schedule.list()) {
    const isOurs = memo?.['owner'] === OWNER && memo['queuePrefix'] === queuePrefix;
    if (isOurs && !wanted.has(scheduleId)) {
      planned.push({ scheduleId, change: 'deleted', differences: [] });
    }
  }
  return planned;
}

/**
 * Makes Temporal equal to the definitions: creates, updates, and deletes those of ours that are no longer defined. Safe to
 * repeat; a schedule that an operator paused stays paused, with the operator's note.
 */
export async function applySchedules(
  client: Client,
  definitions: readonly ScheduleDefinition[],
  queuePrefix = '',
): Promise<readonly PlannedChange[]> {
  const planned = await planSchedules(client, definitions, queuePrefix);
  for (const { scheduleId, change } of planned) {
    const handle = client.schedule.getHandle(scheduleId);
    const definition = definitions.find(({ id }) => `${queuePrefix}${id}` === scheduleId);
    if (change === 'deleted') {
      await handle.delete();
    } else if (definition !== undefined && change === 'created') {
      await create(client, scheduleId, optionsOf(definition, queuePrefix), queuePrefix);
    } else if (definition !== undefined && change === 'updated') {
      const desired = optionsOf(definition, queuePrefix);
      await handle.update(({ state }) => ({ ...desired, state: { ...desired.state, ...state } }));
    }
  }
  return planned;
}

async function describe(
  client: Client,
  scheduleId: string,
): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) {
      return undefined;
    }
    throw error;
  }
}

async function create(
  client: Client,
  scheduleId: string,
  desired: ScheduleUpdateOptions,
  queuePrefix: string,
): Promise<void> {
  const options: ScheduleOptions = { scheduleId, ...desired, memo: { owner: OWNER, queuePrefix } };
  try {
    await client.schedule.create(options);
  } catch (error) {
    // Another process has just made it.
    if (!(error instanceof ScheduleAlreadyRunning)) {
      throw error;
    }
  }
}
