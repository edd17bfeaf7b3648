import { createHash } from 'node:crypto';

import { request } from 'undici';

import type { Webhook } from '../../config/webhook.ts';
import type { Severity } from '../../domain/notice.ts';
import { codeOf, type Channel } from './channel.ts';
import { refusalOf, webhookRequest } from './webhook-forms.ts';

const TIMEOUT_MS = 10_000;

/** A digest that tells addresses apart and gives none away. */
export function digestOf(address: string): string {
  return createHash('sha256').update(address).digest('hex').slice(0, 8);
}

/** Posts to a chat, or to whatever takes our JSON. */
export function createWebhookChannel(webhook: Webhook, least: Severity): Channel {
  const name = `${webhook.form}-${digestOf(webhook.url.reveal())}`;
  return {
    name,
    least,
    async send(notices, signal) {
      const { url, body } = webhookRequest(webhook, notices, Date.now());
      const { statusCode, text } = await post(url, body, signal).catch((error: unknown) => {
        // Whatever the client says may hold the address.
        throw new Error(`${name} cannot be reached (${codeOf(error)})`, { cause: error });
      });
      if (statusCode >= 300) {
        throw new Error(`${name} answered HTTP ${statusCode}`);
      }
      const refusal = refusalOf(webhook.form, text);
      if (refusal !== undefined) {
        throw new Error(`${name} refused: ${refusal}`);
      }
    },
  };
}

async function post(
  url: string,
  body: unknown,
  signal: AbortSignal,
): Promise<{ readonly statusCode: number; readonly text: string }> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  return { statusCode: answer.statusCode, text: await answer.body.text() };
}
