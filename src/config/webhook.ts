import { isLoopback } from './database-url.ts';
import { Secret } from './secret.ts';
import { splitList } from './setting-parsers.ts';

/** What a receiver of notices understands: our own JSON, or the message form of a chat. */
export const WEBHOOK_FORMS = ['json', 'slack', 'dingtalk', 'feishu', 'wecom'] as const;
export type WebhookForm = (typeof WEBHOOK_FORMS)[number];

export interface Webhook {
  readonly form: WebhookForm;
  /** Whoever has it can post in the chat: a secret as a whole. */
  readonly url: Secret;
  /** DingTalk's and Feishu's signing secret. */
  readonly signingSecret: Secret | undefined;
}

const FORM_OF_HOST: Readonly<Record<string, WebhookForm>> = {
  'hooks.slack.com': 'slack',
  'oapi.dingtalk.com': 'dingtalk',
  'open.feishu.cn': 'feishu',
  'open.larksuite.com': 'feishu',
  'qyapi.weixin.qq.com': 'wecom',
};

/** The fault of a list of `[form:]url[#signing secret]`, in words that repeat nothing of it. */
export function webhooksFault(text: string): string | undefined {
  return splitList(text).every((part) => parseWebhook(part) !== undefined)
    ? undefined
    : `http(s) URLs, each with an optional form in front (${WEBHOOK_FORMS.join(', ')}), such as feishu:https://…, joined by commas`;
}

/** The webhooks of a list that `webhooksFault` has nothing against. */
export function parseWebhooks(text: string): readonly Webhook[] {
  return splitList(text).flatMap((part) => parseWebhook(part) ?? []);
}

function parseWebhook(text: string): Webhook | undefined {
  const [, named, address = text] = /^([a-z]+):(https?:\/\/.*)$/i.exec(text) ?? [];
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return undefined;
  }
  const url = new URL(address);
  const form = named === undefined ? (FORM_OF_HOST[url.hostname] ?? 'json') : named.toLowerCase();
  const known = WEBHOOK_FORMS.find((name) => name === form);
  if (known === undefined) {
    return undefined;
  }
  const secret = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  return {
    form: known,
    url: new Secret(url.href),
    signingSecret: secret === '' ? undefined : new Secret(secret),
  };
}

/** Whether notices would cross a network in clear. */
export function isPlaintextWebhook({ url }: Webhook): boolean {
  const { protocol, hostname } = new URL(url.reveal());
  return protocol === 'http:' && !isLoopback(hostname);
}

/** What of webhooks must never be shown: the whole URL, what comes after its host, and signing secrets. */
export function secretsOfWebhooks(webhooks: readonly Webhook[]): readonly string[] {
  return webhooks.flatMap(({ url, signingSecret }) => {
    const { pathname, search } = new URL(url.reveal());
    const rest = `${pathname}${search}`;
    return [
      url.reveal(),
      ...(rest.length >= 8 ? [rest] : []),
      ...(signingSecret === undefined ? [] : [signingSecret.reveal()]),
    ];
  });
}
