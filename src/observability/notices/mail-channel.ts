import { createTransport } from 'nodemailer';

import { isLoopback } from '../../config/database-url.ts';
import type { Secret } from '../../config/secret.ts';
import type { Severity } from '../../domain/notice.ts';
import { codeOf, type Channel } from './channel.ts';
import { digestOf } from './webhook-channel.ts';
import { plainText } from './webhook-forms.ts';
import { subjectOf } from './words.ts';

export interface MailSettings {
  readonly smtpUrl: Secret;
  readonly from: string;
  readonly to: readonly string[];
  readonly least: Severity;
  /** Allow a mail server on another machine that offers no TLS. */
  readonly allowPlaintext: boolean;
}

const TIMEOUT_MS = 15_000;

/** Mails a message to all recipients. */
export function createMailChannel(settings: MailSettings): Channel {
  const { smtpUrl, from, to, least, allowPlaintext } = settings;
  const name = `mail-${digestOf(`${smtpUrl.reveal()} ${to.join(',')}`)}`;
  const { hostname } = new URL(smtpUrl.reveal());
  const transport = createTransport({
    url: smtpUrl.reveal(),
    requireTLS: !isLoopback(hostname) && !allowPlaintext && smtpUrl.reveal().startsWith('smtp:'),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return {
    name,
    least,
    async send(notices) {
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: subjectOf(notices),
          text: plainText(notices),
        });
      } catch (error) {
        throw new Error(`${name} could not send (${codeOf(error)})`, { cause: error });
      }
    },
  };
}
