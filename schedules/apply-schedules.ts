import { createHash } from 'node:crypto';

import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
  type ScheduleUpdateOptions,
} from '@temporalio/client';

import { canonicalJson } from '../src/client/job-ids.ts';
import { queueName } from '../src/domain/task-queues.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';

export type ScheduleChange = 'created' | 'updated' | 'unchanged';

/** The version of a definition as Temporal remembers it; a schedule whose memo has another one is updated. */
function digestOf(definition: ScheduleDefinition): string {
  return createHash('sha256').update(canonicalJson(definition)).digest('hex').slice(0, 16);
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
      workflowId: definition.id,
      taskQueue: queueName(definition.taskQueue, queuePrefix),
      args: [definition.input],
      memo: { scheduleVersion: digestOf(definition) },
    },
    state: { note: definition.note },
  };
}

/** Makes Temporal equal to the definitions. Safe to repeat; a schedule that an operator paused stays paused. */
export async function applySchedules(
  client: Client,
  definitions: readonly ScheduleDefinition[],
  queuePrefix = '',
): Promise<ReadonlyMap<string, ScheduleChange>> {
  const changes = new Map<string, ScheduleChange>();
  for (const definition of definitions) {
    changes.set(definition.id, await applySchedule(client, definition, queuePrefix));
  }
  return changes;
}

async function applySchedule(
  client: Client,
  definition: ScheduleDefinition,
  queuePrefix: string,
): Promise<ScheduleChange> {
  const scheduleId = `${queuePrefix}${definition.id}`;
  const desired = optionsOf(definition, queuePrefix);
  const handle = client.schedule.getHandle(scheduleId);
  try {
    const { action } = await handle.describe();
    if (
      action.type === 'startWorkflow' &&
      action.memo?.['scheduleVersion'] === digestOf(definition)
    ) {
      return 'unchanged';
    }
    await handle.update(({ state }) => ({
      ...desired,
      state: { ...desired.state, paused: state.paused },
    }));
    return 'updated';
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) {
      throw error;
    }
  }
  const options: ScheduleOptions = { scheduleId, ...desired };
  try {
    await client.schedule.create(options);
    return 'created';
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) {
      return 'unchanged';
    }
    throw error;
  }
}
