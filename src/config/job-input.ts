import type { z } from 'zod';

import type { FollowUp } from '../domain/job.ts';
import type { RuleSettings } from '../domain/rule-settings.ts';
import type { BACKFILL_ONLY, JobInputSchema } from './job-schema.ts';

/** The fields as the schema has them; two of which it leaves to a parser of their own have that parser's types. */
type Fields = Omit<z.input<typeof JobInputSchema>, 'rules' | 'on_complete'> & {
  rules?: RuleSettings | undefined;
  on_complete?: readonly FollowUp[] | undefined;
};

/** `batch_size` as `batchSize`. */
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : Name;

type ReadOnly<Value> = Value extends (infer Item)[]
  ? readonly Item[]
  : Value extends Record<string, (infer Item)[]>
    ? Readonly<Record<string, readonly Item[]>>
    : Value;

type BackfillField = (typeof BACKFILL_ONLY)[number];

/**
 * What a caller asks of a job, in camelCase or in snake_case. Everything is optional; DESIGN's defaults apply. Names and
 * types are those of the schema by which the worker checks it.
 */
export type JobInput = {
  readonly [Name in Exclude<keyof Fields, BackfillField> as Name | CamelCase<Name>]?: ReadOnly<
    Fields[Name]
  >;
};

/** The same of a historicalBackfill: `years`, `heal` and `dryRun` besides. */
export type BackfillInput = {
  readonly [Name in keyof Fields as Name | CamelCase<Name>]?: ReadOnly<Fields[Name]>;
};
