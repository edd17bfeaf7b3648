import { MARK } from '../domain/bar.ts';
import type { RuleNeed, Rule } from './rule.ts';
import type { Rulebook } from './rulebook.ts';
import type { Sheet } from './sheet.ts';
import type { JudgeContext } from './verdict.ts';

/** Fewer symbols than this say nothing about a session. */
const LEAST_SYMBOLS = 20;

/** Rules that could not speak in full, and which part of the context they lacked. */
export function abstentionsOf(
  sheet: Sheet,
  context: JudgeContext,
  rulebook: Rulebook,
): Readonly<Record<string, readonly RuleNeed[]>> {
  const lacking = new Set(lackingParts(sheet, context));
  const rules = rulebook.rules.filter(({ id }) => !rulebook.isOff(id));
  return Object.fromEntries(
    rules
      .map(({ id, needs }: Rule) => [id, needs.filter((need) => lacking.has(need))] as const)
      .filter(([, lacks]) => lacks.length > 0),
  );
}

function* lackingParts(sheet: Sheet, context: JudgeContext): Iterable<RuleNeed> {
  if (context.instruments.size === 0) {
    yield 'instruments';
  }
  if (context.suspensionsComplete !== true && context.suspensions.size === 0) {
    yield 'suspensions';
  }
  if (context.exRights === undefined) {
    yield 'ex_rights';
  }
  if (context.secondSource === undefined) {
    yield 'second_source';
  }
  if (context.stored === undefined) {
    yield 'stored_version';
  }
  if ((context.anomaly?.models.length ?? 0) === 0) {
    yield 'model';
  }
  if (context.fetchedAt === undefined) {
    yield 'fetch_time';
  }
  if (sheet.names.length < LEAST_SYMBOLS) {
    yield 'all_symbols';
  }
  const isStKnown = sheet.sent.marks.some((marks) => (marks & MARK.stKnown) !== 0);
  // Who is ST is asked only to compute limits: where the exchange set them nobody needs to know.
  if (!isStKnown && (context.priceLimits?.size ?? 0) === 0) {
    yield 'st';
  }
}
