import { z } from 'zod';

import { DECISIONS, type QuarantineDecision } from '../domain/quarantine.ts';
import { parseDutyInput } from './duty-input.ts';
import { problemsError } from './problems.ts';

const MAX_IDS = 1000;
const MAX_SYMBOLS = 500;
const MAX_TEXT = 500;
const MAX_OPEN_MINUTES = 24 * 60;

function field<Type extends z.ZodType>(schema: Type, expected: string): Type {
  return schema.meta({ expected });
}

const day = field(z.iso.date(), 'a day that exists, as text YYYY-MM-DD').optional();
const SYMBOL = /^[0-9]{6}\.([Ss][HhZz]|[Bb][Jj])$/;

const Decision = z.strictObject({
  decision: field(z.enum(DECISIONS), `one of ${DECISIONS.join(', ')}`),
  ids: field(
    z.array(z.int().min(1)).min(1).max(MAX_IDS),
    `an array of 1 to ${MAX_IDS} ids of quarantine rows`,
  ).optional(),
  symbols: field(
    z.array(z.string().regex(SYMBOL)).min(1).max(MAX_SYMBOLS),
    `an array of 1 to ${MAX_SYMBOLS} symbols such as "600000.SH"`,
  ).optional(),
  source: field(z.string().min(1).max(64), 'the name of a source').optional(),
  rule: field(z.string().min(1).max(64), 'the id of a rule, such as N01_ohlc').optional(),
  runId: field(z.string().min(1).max(100), 'the id of a run').optional(),
  startDate: day,
  endDate: day,
  all: field(z.boolean(), 'true or false: every held row').optional(),
  by: field(z.string().trim().min(1).max(100), 'who decides: a name, up to 100 characters'),
  why: field(z.string().trim().min(1).max(MAX_TEXT), `the reason, 1 to ${MAX_TEXT} characters`),
  refetch: field(z.boolean(), 'true or false: with reject, ask other sources').optional(),
  sources: field(z.array(z.string()).min(1), 'an array of source names').optional(),
  qualityThreshold: field(z.number().min(0).max(1), 'a number from 0 to 1').optional(),
});

const Resolution = z.strictObject({
  decisions: field(
    z.array(z.unknown()).min(1).max(100),
    'an array of 1 to 100 decisions',
  ).optional(),
  openMinutes: field(
    z.number().min(0).max(MAX_OPEN_MINUTES),
    `a number of minutes from 0 to ${MAX_OPEN_MINUTES}`,
  ).optional(),
});

/** Without decisions a resolution waits this long for them, as updates. */
const DEFAULT_OPEN_MINUTES = 60;
const REPORT = { code: 'ETL-QUA-101', subject: 'the decision about quarantined bars' } as const;

/** One decision as an operator writes it. @throws ConfigurationError ETL-QUA-101 */
export function parseDecision(input: unknown): QuarantineDecision {
  const { all, refetch, sources, qualityThreshold, symbols, ...given } = parseDutyInput(
    input,
    Decision,
    REPORT,
  );
  const selection = { ...given, ...(symbols === undefined ? {} : { symbols: symbols.map(upper) }) };
  const { decision, by, why, ...chosen } = selection;
  if (all !== true && Object.keys(chosen).length === 0) {
    throw problemsError(
      [
        {
          field: 'ids',
          got: 'no choice of rows',
          expected: 'ids, symbols, source, rule, runId, startDate or endDate; or all: true',
        },
      ],
      REPORT,
    );
  }
  return {
    ...chosen,
    decision,
    by,
    why,
    refetch: decision === 'reject' && refetch !== false,
    sources: sources ?? [],
    qualityThreshold,
  };
}

function upper(symbol: string): string {
  return symbol.toUpperCase();
}

/**
 * What `resolveQuarantine` is started with: nothing (it waits for updates), one decision, or `{"decisions": [...]}`.
 * @throws ConfigurationError ETL-QUA-101
 */
export function parseResolution(input: unknown): {
  readonly decisions: readonly QuarantineDecision[];
  readonly openForMs: number;
} {
  const isSingle = typeof input === 'object' && input !== null && 'decision' in input;
  if (isSingle) {
    return { decisions: [parseDecision(input)], openForMs: 0 };
  }
  const { decisions = [], openMinutes } = parseDutyInput(input, Resolution, REPORT);
  const minutes = openMinutes ?? (decisions.length === 0 ? DEFAULT_OPEN_MINUTES : 0);
  return { decisions: decisions.map(parseDecision), openForMs: Math.round(minutes * 60_000) };
}
