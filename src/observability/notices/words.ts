import type { ErrorDetails } from '../../domain/errors.ts';
import type { SeenNotice } from '../../warehouse/notices.ts';

/** Notices told in full; of more than these, one message says how many. */
const MAX_TOLD = 10;
const MAX_FACTS = 8;

/** How one chat writes: bold, escaping and lines. */
export interface Markup {
  readonly bold: (text: string) => string;
  readonly escape: (text: string) => string;
}

export const PLAIN: Markup = { bold: (text) => text, escape: (text) => text };

/** The message in one line: the worst trouble, and how many more there are. */
export function subjectOf(notices: readonly SeenNotice[]): string {
  const [first] = notices;
  const more = notices.length - 1;
  const rest = more > 0 ? ` (and ${more} more)` : '';
  return `[candlewick] ${first?.severity ?? 'info'}: ${cut(first?.title ?? 'nothing', 160)}${rest}`;
}

/** Each notice as a paragraph: what happened, what it means, what to do. */
export function paragraphsOf(notices: readonly SeenNotice[], markup: Markup): readonly string[] {
  const told = notices.slice(0, MAX_TOLD).map((notice) => paragraphOf(notice, markup));
  const more = notices.length - told.length;
  return more > 0
    ? [...told, `and ${more} more, see the table notices or the workers' logs.`]
    : told;
}

function paragraphOf(notice: SeenNotice, { bold, escape }: Markup): string {
  const { severity, code, title, meaning, action, facts } = notice;
  return [
    `${bold(`${severity.toUpperCase()} ${code}`)} ${escape(cut(title, 400))}`,
    `${bold('Means:')} ${escape(cut(meaning, 400))}`,
    `${bold('Do:')} ${escape(cut(action, 400))}`,
    ...factsLine(facts, escape),
    timesLine(notice),
  ].join('\n');
}

function factsLine(facts: ErrorDetails, escape: Markup['escape']): readonly string[] {
  const shown = Object.entries(facts)
    .slice(0, MAX_FACTS)
    .map(([name, value]) => `${name}=${cut(String(value), 120)}`);
  return shown.length === 0 ? [] : [escape(shown.join(', '))];
}

function timesLine({ seen, seenAnew, firstSeenAt, lastSeenAt }: SeenNotice): string {
  if (seen === 1) {
    return `at ${instant(lastSeenAt)}`;
  }
  const anew = seenAnew < seen ? `${seenAnew} times since it was last told, ` : '';
  return `${anew}${seen} times in all from ${instant(firstSeenAt)} to ${instant(lastSeenAt)}`;
}

/** Operators of this market live in one zone. */
function instant(iso: string): string {
  const shanghai = new Date(Date.parse(iso) + 8 * 3_600_000).toISOString();
  return `${shanghai.slice(0, 19).replace('T', ' ')} (Shanghai)`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
