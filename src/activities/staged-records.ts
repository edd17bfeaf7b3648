import type { BatchRef, LandedAnswer } from '../domain/batch.ts';
import { SystemError } from '../domain/errors.ts';
import type { SuspendedDay, VerdictSummary } from './cpu/tasks.ts';
import type { Staging } from './deps.ts';

/*
 * Records that one stage stages for the next. They are written by this program and proven by their hash when read, so
 * only their outer shape is checked here.
 */

function isManifest(value: unknown): value is readonly LandedAnswer[] {
  return Array.isArray(value);
}

function isSuspendedDays(value: unknown): value is readonly SuspendedDay[] {
  return Array.isArray(value);
}

function isVerdict(value: unknown): value is VerdictSummary {
  return typeof value === 'object' && value !== null && 'score' in value && 'findings' in value;
}

async function readRecord<Value>(
  staging: Staging,
  ref: BatchRef,
  guard: (value: unknown) => value is Value,
): Promise<Value> {
  const value = await staging.readJson(ref);
  if (!guard(value)) {
    throw new SystemError(`Staged record ${ref.uri} has another shape than its writer gives it`, {
      code: 'ETL-STG-003',
      hint: 'run the job again; if workers of two versions share one store, finish the deployment first.',
    });
  }
  return value;
}

export function readManifest(staging: Staging, ref: BatchRef): Promise<readonly LandedAnswer[]> {
  return readRecord(staging, ref, isManifest);
}

export function readSuspended(staging: Staging, ref: BatchRef): Promise<readonly SuspendedDay[]> {
  return readRecord(staging, ref, isSuspendedDays);
}

export function readVerdict(staging: Staging, ref: BatchRef): Promise<VerdictSummary> {
  return readRecord(staging, ref, isVerdict);
}
