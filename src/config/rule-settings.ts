import { z } from 'zod';

import { VALUE_COLUMNS } from '../domain/bar.ts';
import {
  DIMENSIONS,
  RULE_SEVERITIES,
  type Dimension,
  type RuleSettings,
} from '../domain/rule-settings.ts';
import { RULES } from '../quality/catalogue.ts';
import { nearest } from './nearest.ts';
import { describeValue, type Problem } from './problems.ts';

const MAX_CUSTOM_RULES = 100;
const MAX_SUMMARY = 200;
const MAX_CONDITIONS = 10;
const CUSTOM_ID = /^[a-z][a-z0-9_]{0,39}$/;

function expected<Type extends z.ZodType>(schema: Type, words: string): Type {
  return schema.meta({ expected: words });
}

function whole(min: number, max: number): z.ZodNumber {
  return expected(z.int().min(min).max(max), `a whole number from ${min} to ${max}`);
}

function between(min: number, max: number): z.ZodNumber {
  return expected(z.number().min(min).max(max), `a number from ${min} to ${max}`);
}

const severity = expected(z.enum(RULE_SEVERITIES), `one of ${RULE_SEVERITIES.join(', ')}`);
const column = expected(z.enum(VALUE_COLUMNS), `one of ${VALUE_COLUMNS.join(', ')}`);
const ruleId = expected(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/), 'the id of a rule');

const Thresholds = z
  .strictObject({
    relistingSessions: whole(1, 1000),
    absentBlockSessions: whole(1, 1000),
    volumeSpike: between(1.5, 1000),
    volumeDip: between(1.5, 1000),
    coarseRows: whole(2, 1000),
    partialUniverse: between(0.001, 1),
    staleUniverse: between(0.01, 1),
  })
  .partial();

const Condition = z.strictObject({
  left: column,
  op: expected(z.enum(['<', '<=', '>', '>=', '=']), 'one of <, <=, >, >=, ='),
  right: expected(z.union([column, z.number()]), `a number or one of ${VALUE_COLUMNS.join(', ')}`),
  factor: expected(z.number(), 'a number').optional(),
});

const Custom = z.strictObject({
  id: expected(
    z.string().regex(CUSTOM_ID),
    'up to 40 characters of a-z 0-9 _, the first a letter, that no rule of the catalogue has',
  ),
  dimension: expected(z.enum(DIMENSIONS), `one of ${DIMENSIONS.join(', ')}`),
  severity,
  summary: expected(z.string().min(1).max(MAX_SUMMARY), `1 to ${MAX_SUMMARY} characters`),
  when: expected(
    z.array(Condition).min(1).max(MAX_CONDITIONS),
    `an array of 1 to ${MAX_CONDITIONS} conditions {left, op, right, factor}`,
  ),
});

const share = between(0.0001, 1);
const Tolerance = z
  .strictObject({
    completeness: share,
    validity: share,
    accuracy: share,
    consistency: share,
    uniqueness: share,
    timeliness: share,
  } satisfies Record<Dimension, z.ZodNumber>)
  .partial();

const SettingsSchema = z
  .strictObject({
    disabled: expected(z.array(ruleId), 'an array of rule ids'),
    severities: expected(z.record(ruleId, severity), 'an object: rule id to severity'),
    thresholds: expected(Thresholds, 'an object of thresholds'),
    tolerance: expected(Tolerance, 'an object: dimension to a share from 0.0001 to 1'),
    custom: expected(
      z.array(Custom).max(MAX_CUSTOM_RULES),
      `an array of at most ${MAX_CUSTOM_RULES} rules {id, dimension, severity, summary, when}`,
    ),
  })
  .partial();

export interface ParsedRules {
  readonly settings: RuleSettings;
  readonly problems: readonly Problem[];
}

/**
 * Settings of the quality rules as an operator writes them: keys in camelCase or snake_case, nothing unknown, nothing
 * coerced. All problems at once; `settings` is to be used only where there is none. `prefix` goes before each field.
 */
export function parseRuleSettings(input: unknown, prefix = ''): ParsedRules {
  const given = withCamelKeys(input);
  const parsed = SettingsSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, given, prefix));
    return {
      settings: {},
      problems: distinct([...namingProblems(namedIn(given), prefix), ...problems]),
    };
  }
  const settings: unknown = parsed.data;
  return isSettings(settings)
    ? { settings, problems: [...namingProblems(settings, prefix)] }
    : { settings: {}, problems: [] };
}

/** What passed the schema. Parts that were left out are absent in zod's output, not undefined. */
function isSettings(value: unknown): value is RuleSettings {
  return typeof value === 'object' && value !== null;
}

/** The parts of settings that name rules. */
interface NamedRules {
  readonly disabled?: readonly string[];
  readonly severities?: Readonly<Record<string, unknown>>;
  readonly custom?: readonly { readonly id: string }[];
}

const NamedRulesSchema = z.object({
  disabled: z.array(z.string()).catch([]),
  severities: z.record(z.string(), z.unknown()).catch({}),
  custom: z.array(z.object({ id: z.string().catch('') })).catch([]),
});

/** The names in settings that are wrong elsewhere, so that all problems are told at once. */
function namedIn(given: unknown): NamedRules {
  return NamedRulesSchema.safeParse(given).data ?? {};
}

/** Names that the schema cannot know: rules that must exist, rules that must not. */
function* namingProblems(settings: NamedRules, prefix: string): Iterable<Problem> {
  const catalogue = RULES.map(({ id }) => id);
  const custom = settings.custom ?? [];
  const known = [...catalogue, ...custom.map(({ id }) => id)];
  for (const [index, id] of (settings.disabled ?? []).entries()) {
    const field = `${prefix}disabled[${index}]`;
    if (id.startsWith('G')) {
      yield { field, got: `"${id}"`, expected: 'a rule that does not guard the table' };
    } else {
      yield* unknownRule(field, id, known);
    }
  }
  for (const id of Object.keys(settings.severities ?? {})) {
    yield* unknownRule(`${prefix}severities`, id, known);
  }
  yield* takenIds(custom, catalogue, prefix);
}

function* unknownRule(field: string, id: string, known: readonly string[]): Iterable<Problem> {
  if (!known.includes(id)) {
    yield {
      field,
      got: `"${id}"`,
      expected: 'a rule that `candlewick rules` lists',
      suggestion: known.find((one) => one.startsWith(`${id}_`)) ?? nearest(id, known),
    };
  }
}

function* takenIds(
  custom: readonly { readonly id: string }[],
  catalogue: readonly string[],
  prefix: string,
): Iterable<Problem> {
  const ids = custom.map(({ id }) => id);
  for (const [index, id] of ids.entries()) {
    if (catalogue.includes(id) || ids.indexOf(id) !== index) {
      yield {
        field: `${prefix}custom[${index}].id`,
        got: `"${id}"`,
        expected: 'an id that no other rule has',
      };
    }
  }
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue, given: unknown, prefix: string): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key], prefix),
      got: undefined,
      expected: known.length > 0 ? `a known key: ${known.join(', ')}` : 'a known key',
      suggestion: nearest(key, known),
    }));
  }
  const field = fieldOf(issue.path, prefix) || prefix.replace(/\.$/, '') || 'rules';
  return [
    { field, got: describeValue(valueAt(given, issue.path)), expected: expectedAt(issue.path) },
  ];
}

function fieldOf(path: readonly PropertyKey[], prefix: string): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  return path.length === 0 ? '' : `${prefix}${text.replace(/^\./, '')}`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    given,
  );
}

/** The schema at a path, as far down as there is one. */
function schemaAt(path: readonly PropertyKey[]): z.ZodType | undefined {
  let schema: unknown = SettingsSchema;
  for (const key of path) {
    const inner = unwrapped(schema);
    if (inner instanceof z.ZodObject) {
      schema = Reflect.get(inner.shape, key);
    } else if (inner instanceof z.ZodArray) {
      schema = inner.element;
    } else if (inner instanceof z.ZodRecord) {
      schema = inner.valueType;
    } else {
      return undefined;
    }
  }
  const found = unwrapped(schema);
  return found instanceof z.ZodType ? found : undefined;
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function expectedAt(path: readonly PropertyKey[]): string {
  const words = schemaAt(path)?.meta()?.['expected'];
  return typeof words === 'string' ? words : 'one JSON object';
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((one) => [one.field, one])).values()];
}

/** `volume_spike` as `volumeSpike`, at every depth but in the names of rules; `pre_close` as a value likewise. */
function withCamelKeys(input: unknown, isRuleNames = false): unknown {
  if (Array.isArray(input)) {
    return input.map((item) => withCamelKeys(item));
  }
  if (typeof input !== 'object' || input === null) {
    return input === 'pre_close' ? 'preClose' : input;
  }
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      isRuleNames ? key : camelCase(key),
      withCamelKeys(value, !isRuleNames && key === 'severities'),
    ]),
  );
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
