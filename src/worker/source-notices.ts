import type { Notice } from '../domain/notice.ts';
import type { BreakerState } from '../domain/source-breaker.ts';

/** A breaker has opened, or closed again. */
export function noticeOfBreaker(change: {
  readonly source: string;
  readonly endpoint: string;
  readonly after: BreakerState;
  readonly code: string | undefined;
  readonly reason: string | undefined;
}): Notice {
  const { source, endpoint, after, code, reason } = change;
  const facts = { source, endpoint, openings: after.openings };
  const key = `source-breaker:${source}/${endpoint}:${after.position}`;
  if (after.position === 'closed') {
    return {
      key,
      severity: 'info',
      code: 'ETL-SRC-232',
      title: `${source} ${endpoint} answers again`,
      meaning: 'It is asked as usual.',
      action: 'nothing to do.',
      facts,
    };
  }
  return {
    key,
    severity: 'warning',
    errorClass: 'transient',
    code: code ?? 'ETL-SRC-231',
    title: `${source} ${endpoint} is left alone for a while: ${reason ?? 'it does not answer'}`,
    meaning: 'Jobs go on with the next source in their order; where there is none, they wait.',
    action: 'see `candlewick sources`; nothing to do if it comes back by itself.',
    facts,
  };
}

/** A source was disabled because its configuration cannot work. */
export function noticeOfDisabled(
  off: {
    readonly source: string;
    readonly endpoint: string;
    readonly code: string;
    readonly reason: string;
  },
  hint: string | undefined,
): Notice {
  const { source, endpoint, code, reason } = off;
  return {
    key: `source-disabled:${source}/${endpoint}`,
    severity: 'error',
    errorClass: 'configuration',
    code,
    title: `${source} is disabled: ${reason}`,
    meaning: 'It is not asked until its configuration changes; jobs go on with the next source.',
    action:
      hint ??
      `correct its configuration, or enable it with \`candlewick sources enable ${source}\`.`,
    facts: { source, endpoint },
  };
}

/** What a source answered is in another unit, or adjusted: nothing of it was loaded. */
export function noticeOfDrift(
  source: string,
  endpoint: string,
  { code, reason }: { readonly code: string; readonly reason: string },
): Notice {
  return {
    key: `source-drift:${source}/${endpoint}`,
    severity: 'error',
    errorClass: 'schema_drift',
    code,
    title: `${source} answers something else than it should: ${reason}`,
    meaning: 'Nothing of these answers was loaded; jobs go on with the next source.',
    action: `look at its answers (table source_attempts); \`candlewick sources reset ${source}\` asks it again at once.`,
    facts: { source, endpoint },
  };
}
