import type { Config } from '../config/config.ts';
import { createLogNotifier } from '../observability/log-notifier.ts';
import type { Logger } from '../observability/logger.ts';
import type { Channel } from '../observability/notices/channel.ts';
import { createMailChannel } from '../observability/notices/mail-channel.ts';
import { createNotifier, type Notifier } from '../observability/notices/notifier.ts';
import { createWebhookChannel } from '../observability/notices/webhook-channel.ts';
import { createRedactor } from '../observability/redact.ts';
import { claimNotices, recordNotice, settleFailed, settleTold } from '../warehouse/notices.ts';
import type { Warehouse } from '../warehouse/pool.ts';

type ChannelConfig = Pick<Config, 'notifications' | 'allowPlaintext'>;

/** The channels that the settings name. */
export function createChannels({ notifications, allowPlaintext }: ChannelConfig): Channel[] {
  const { webhooks, severity, smtpUrl, mailTo, mailFrom, mailSeverity } = notifications;
  const posted = webhooks.map((webhook) => createWebhookChannel(webhook, severity));
  return smtpUrl === undefined || mailTo.length === 0
    ? posted
    : [
        ...posted,
        createMailChannel({
          smtpUrl,
          from: mailFrom,
          to: mailTo,
          least: mailSeverity,
          allowPlaintext,
        }),
      ];
}

/** The worker's way to tell people: its log, and every channel, through the state that all workers share. */
export function createWorkerNotifier(
  config: Config,
  warehouse: Warehouse,
  logger: Logger,
): Notifier {
  return createNotifier({
    log: createLogNotifier(logger),
    logger,
    channels: createChannels(config),
    redactor: createRedactor(config.secrets.map((secret) => secret.reveal())),
    classes: config.notifications.classes,
    windowMs: config.notifications.windowMs,
    store: {
      record: (notice) => recordNotice(warehouse, notice),
      claim: (rules) => claimNotices(warehouse, rules),
      told: (claim) => settleTold(warehouse, claim),
      failed: (claim, reason) => settleFailed(warehouse, claim, reason),
    },
  });
}
