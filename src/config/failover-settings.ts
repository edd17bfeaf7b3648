import type { z } from 'zod';

import { checked, decimal, optional, splitList, withDefault } from './setting-parsers.ts';

/** Calls that a source allows, as the operator says, in place of what its adapter assumes. */
export interface QuotaSetting {
  readonly perMinute?: number;
  readonly perHour?: number;
  readonly perDay?: number;
}

const UNITS = { minute: 'perMinute', hour: 'perHour', day: 'perDay' } as const;
const RULE = /^([a-z0-9_-]+)=((\d{1,7})\/(minute|hour|day)(\+(\d{1,7})\/(minute|hour|day))*)$/;
const QUOTA_FORM = 'rules such as tushare=200/minute+8000/day, joined by commas';

function quotaFault(text: string): string | undefined {
  const rules = splitList(text);
  const isFine = rules.length > 0 && rules.every((rule) => RULE.test(rule));
  return isFine ? undefined : QUOTA_FORM;
}

function isUnit(text: string): text is keyof typeof UNITS {
  return Object.hasOwn(UNITS, text);
}

/** `tushare=200/minute+8000/day,sina=60/minute` by source. Text that is none of the form gives nothing. */
function parseQuotas(text: string): ReadonlyMap<string, QuotaSetting> {
  return new Map(
    splitList(text).map((rule) => {
      const [source = '', limits = ''] = rule.split('=');
      const entries = limits.split('+').flatMap((limit) => {
        const [count, unit = ''] = limit.split('/');
        return isUnit(unit) ? [[UNITS[unit], Number(count)] as const] : [];
      });
      return [source, Object.fromEntries(entries)];
    }),
  );
}

/** How sources are spared, and when one is left for the next. */
export const FailoverSettings = {
  ETL_QUOTA: optional(checked(quotaFault).transform(parseQuotas), {
    meaning: 'Calls that a source may take, over all workers, in place of its default',
    expected: QUOTA_FORM,
    fallback: "each source's own (docs/sources.md)",
  }),
  ETL_BREAKER_COOLDOWN: withDefault(decimal(0.01, 3600), {
    meaning:
      'Seconds that a source rests after three failures in a row; doubles each time, a ban is 20 times as long',
    expected: 'seconds from 0.01 to 3600',
    fallback: '60',
  }),
} satisfies Readonly<Record<string, z.ZodType>>;
