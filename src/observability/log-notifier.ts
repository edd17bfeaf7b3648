import type { Notice, Notify } from '../domain/notice.ts';
import type { Logger } from './logger.ts';

const LEVELS = { info: 'info', warning: 'warn', error: 'error', critical: 'error' } as const;

/** Notices as log lines: what remains where no other channel is configured. */
export function createLogNotifier(logger: Logger): Notify {
  return async ({ severity, title, ...facts }: Notice) => {
    logger[LEVELS[severity]](title, { ...facts, severity });
  };
}
