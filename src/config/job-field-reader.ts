import { FOLLOW_UPS, type FollowUp } from '../domain/job.ts';
import type { GivenFields } from './job-keys.ts';
import type { JobInputField } from './job-schema.ts';

/** Reads a field that passed the schema; undefined where it was not given or did not pass. */
export interface FieldReader {
  text(field: JobInputField): string | undefined;
  number(field: JobInputField): number | undefined;
  flag(field: JobInputField, fallback: boolean): boolean;
  texts(field: JobInputField): readonly string[] | undefined;
  followUps(): readonly FollowUp[] | undefined;
}

/** `bad`: the fields that did not pass. */
export function createFieldReader(
  { values }: GivenFields,
  bad: ReadonlySet<PropertyKey | undefined>,
): FieldReader {
  function valid(field: JobInputField): unknown {
    return bad.has(field) ? undefined : values.get(field);
  }
  return {
    text(field) {
      const value = valid(field);
      return typeof value === 'string' ? value : undefined;
    },
    number(field) {
      const value = valid(field);
      return typeof value === 'number' ? value : undefined;
    },
    flag(field, fallback) {
      const value = valid(field);
      return typeof value === 'boolean' ? value : fallback;
    },
    texts(field) {
      const value = valid(field);
      return Array.isArray(value) ? value.map(String) : undefined;
    },
    followUps() {
      const value = valid('on_complete');
      return Array.isArray(value) ? value.filter(isFollowUp) : undefined;
    },
  };
}

function isFollowUp(value: unknown): value is FollowUp {
  return (
    typeof value === 'object' &&
    value !== null &&
    'job' in value &&
    FOLLOW_UPS.some((job) => job === value.job)
  );
}
