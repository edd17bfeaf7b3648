import { createHmac } from 'node:crypto';

import type { Webhook, WebhookForm } from '../../config/webhook.ts';
import type { SeenNotice } from '../../warehouse/notices.ts';
import { paragraphsOf, PLAIN, subjectOf, type Markup } from './words.ts';

export interface WebhookRequest {
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const STARS: Markup = {
  bold: (text) => `**${text}**`,
  escape: (text) => text.replaceAll(/([*_`[\]])/g, '\\$1'),
};
const SLACK: Markup = {
  bold: (text) => `*${text}*`,
  escape: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
};

/** WeCom refuses more; the others take far more than we say. */
const MAX_WECOM_BYTES = 4096;
const COLOUR = { info: 'blue', warning: 'orange', error: 'red', critical: 'red' } as const;

type BodyOf = (notices: readonly SeenNotice[], nowMs: number) => WebhookRequest['body'];

const BODIES: Readonly<Record<WebhookForm, BodyOf>> = {
  json: (notices, nowMs) => ({
    source: 'candlewick',
    sent_at: new Date(nowMs).toISOString(),
    summary: subjectOf(notices),
    notices: notices.map(jsonOf),
  }),
  slack: (notices) => ({
    text: SLACK.escape(subjectOf(notices)),
    blocks: paragraphsOf(notices, SLACK).map((text) => ({
      type: 'section',
      text: { type: 'mrkdwn', text },
    })),
  }),
  dingtalk: (notices) => ({
    msgtype: 'markdown',
    markdown: {
      title: subjectOf(notices),
      text: paragraphsOf(notices, STARS)
        .map((text) => text.replaceAll('\n', '\n\n'))
        .join('\n\n---\n\n'),
    },
  }),
  feishu: (notices) => ({
    msg_type: 'interactive',
    card: {
      header: {
        title: { tag: 'plain_text', content: subjectOf(notices) },
        template: COLOUR[notices[0]?.severity ?? 'info'],
      },
      elements: paragraphsOf(notices, STARS).map((content) => ({ tag: 'markdown', content })),
    },
  }),
  wecom: (notices) => ({
    msgtype: 'markdown',
    markdown: { content: withinBytes(paragraphsOf(notices, STARS).join('\n\n'), MAX_WECOM_BYTES) },
  }),
};

function jsonOf(notice: SeenNotice): Readonly<Record<string, unknown>> {
  return {
    key: notice.key,
    severity: notice.severity,
    class: notice.errorClass ?? null,
    code: notice.code,
    title: notice.title,
    meaning: notice.meaning,
    action: notice.action,
    facts: notice.facts,
    seen: notice.seen,
    seen_anew: notice.seenAnew,
    first_seen_at: notice.firstSeenAt,
    last_seen_at: notice.lastSeenAt,
  };
}

function withinBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) {
    return text;
  }
  const kept = Buffer.from(text)
    .subarray(0, bytes - 3)
    .toString('utf8');
  return `${kept.replace(/\uFFFD+$/, '')}…`;
}

/** One message in the receiver's form, signed where it asks for that. */
export function webhookRequest(
  { form, url, signingSecret }: Webhook,
  notices: readonly SeenNotice[],
  nowMs: number,
): WebhookRequest {
  const body = BODIES[form](notices, nowMs);
  const target = new URL(url.reveal());
  const secret = signingSecret?.reveal();
  if (secret !== undefined && form === 'dingtalk') {
    const sign = createHmac('sha256', secret).update(`${nowMs}\n${secret}`).digest('base64');
    target.searchParams.set('timestamp', String(nowMs));
    target.searchParams.set('sign', sign);
  }
  if (secret !== undefined && form === 'feishu') {
    const timestamp = String(Math.floor(nowMs / 1000));
    const sign = createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
    return { url: target.href, body: { timestamp, sign, ...body } };
  }
  return { url: target.href, body };
}

/** Chats answer 200 to what they refuse: the reason stands in the body. undefined: it was taken. */
export function refusalOf(form: WebhookForm, answer: string): string | undefined {
  if (form === 'json' || form === 'slack') {
    return undefined;
  }
  const parsed = parse(answer);
  const code = parsed['errcode'] ?? parsed['code'] ?? parsed['StatusCode'];
  if (code === 0) {
    return undefined;
  }
  const said = parsed['errmsg'] ?? parsed['msg'] ?? parsed['StatusMessage'] ?? 'no reason given';
  return `${shown(code)} ${shown(said)}`;
}

function shown(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')).slice(0, 200);
}

function parse(answer: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(answer);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

/** For a log or a terminal. */
export function plainText(notices: readonly SeenNotice[]): string {
  return paragraphsOf(notices, PLAIN).join('\n\n');
}
