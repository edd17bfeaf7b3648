import { z } from 'zod';

import { Secret } from './secret.ts';
import { checked, integer, optional, splitList, withDefault } from './setting-parsers.ts';
import { parseWebhooks, WEBHOOK_FORMS, webhooksFault } from './webhook.ts';

const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
const ERROR_CLASSES = [
  'transient',
  'rate_limited',
  'data_quality',
  'system',
  'configuration',
  'schema_drift',
] as const;

function classesFault(text: string): string | undefined {
  const names = splitList(text);
  return names.length > 0 && names.every((name) => ERROR_CLASSES.some((known) => known === name))
    ? undefined
    : `names out of ${ERROR_CLASSES.join(', ')}, joined by commas`;
}

function addressesFault(text: string): string | undefined {
  const addresses = splitList(text);
  return addresses.length > 0 && addresses.every((part) => /^[^\s@,<>]+@[^\s@,<>]+$/.test(part))
    ? undefined
    : 'addresses such as ops@example.com, joined by commas';
}

function smtpFault(text: string): string | undefined {
  return /^smtps?:\/\/./.test(text) && URL.canParse(text)
    ? undefined
    : 'smtp://user:password@host:587 or smtps://…';
}

const SEVERITY = `one of ${SEVERITIES.join(', ')}`;

/** Who is told of what. */
export const NOTIFICATION_SETTINGS = {
  ETL_NOTIFY_WEBHOOKS: optional(checked(webhooksFault).transform(parseWebhooks), {
    meaning:
      "Where notices are posted: URLs joined by commas; a chat's form is known by its host or put in front, slack:https://…; DingTalk's and Feishu's signing secret after a #",
    expected: `URLs with an optional form in front (${WEBHOOK_FORMS.join(', ')})`,
    fallback: 'none',
  }),
  ETL_NOTIFY_SMTP_URL: optional(
    checked(smtpFault).transform((text) => new Secret(text)),
    {
      meaning: 'Mail server for notices: smtp://user:password@host:587, or smtps://',
      expected: 'an smtp:// or smtps:// URL',
      fallback: 'no mail',
    },
  ),
  ETL_NOTIFY_MAIL_TO: optional(checked(addressesFault).transform(splitList), {
    meaning: 'Who gets notices by mail, joined by commas',
    expected: 'mail addresses',
    fallback: 'nobody',
  }),
  ETL_NOTIFY_MAIL_FROM: withDefault(checked(addressesFault), {
    meaning: 'Sender of notices by mail',
    expected: 'a mail address',
    fallback: 'candlewick@localhost',
  }),
  ETL_NOTIFY_SEVERITY: withDefault(z.enum(SEVERITIES), {
    meaning: 'Least severe notice that is posted to webhooks',
    expected: SEVERITY,
    fallback: 'warning',
  }),
  ETL_NOTIFY_MAIL_SEVERITY: withDefault(z.enum(SEVERITIES), {
    meaning: 'Least severe notice that is mailed',
    expected: SEVERITY,
    fallback: 'error',
  }),
  ETL_NOTIFY_CLASSES: withDefault(checked(classesFault).transform(splitList), {
    meaning: 'Classes of trouble that people are told of; notices without a class always are',
    expected: `names out of ${ERROR_CLASSES.join(', ')}`,
    fallback: ERROR_CLASSES.join(','),
  }),
  ETL_NOTIFY_WINDOW: withDefault(integer(0, 604_800), {
    meaning:
      'Seconds within which the same trouble is told once, by whichever worker, then counted',
    expected: 'seconds from 0 to 604800',
    fallback: '900',
  }),
};
