import type { Notice, Notify } from '../../domain/notice.ts';
import type { ClaimRules, NoticeClaim, SeenNotice } from '../../warehouse/notices.ts';
import type { Logger } from '../logger.ts';
import type { Redactor } from '../redact.ts';
import type { Channel } from './channel.ts';

/** What all workers share: `warehouse/notices.ts` over their database. */
export interface NoticeStore {
  record(notice: Notice): Promise<void>;
  claim(rules: ClaimRules): Promise<NoticeClaim | undefined>;
  told(claim: NoticeClaim): Promise<void>;
  failed(claim: NoticeClaim, reason: string): Promise<void>;
}

export interface NotifierOptions {
  /** Every notice goes there, whatever its severity. */
  readonly log: Notify;
  readonly logger: Logger;
  readonly store: NoticeStore;
  readonly channels: readonly Channel[];
  readonly redactor: Redactor;
  readonly classes: readonly string[];
  readonly windowMs: number;
  /** Notices that come within this time of each other go in one message. */
  readonly groupMs?: number;
}

export interface Notifier {
  readonly notify: Notify;
  /** Tells what is due now, in this worker's turn. */
  flush(): Promise<void>;
  /** Tells what is due, and stops. */
  close(): Promise<void>;
}

const GROUP_MS = 3000;
/** How soon what another worker could not tell is tried again. */
const SWEEP_MS = 30_000;
const CLOSE_MS = 10_000;
const RANK = { info: 0, warning: 1, error: 2, critical: 3 } as const;

/**
 * Tells people: each trouble once within the window, whichever worker meets it, several at once in one message. Where the
 * database that the workers share is itself the trouble, this worker tells by its own memory.
 */
export function createNotifier(options: NotifierOptions): Notifier {
  const { channels, store, logger, classes, windowMs, redactor } = options;
  const stopping = new AbortController();
  const alone = createLonelyTeller(options, stopping.signal);
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  async function tell(channel: Channel): Promise<void> {
    const rules = { channel: channel.name, least: channel.least, classes, windowMs };
    for (let claim = await store.claim(rules); claim; claim = await store.claim(rules)) {
      try {
        await channel.send(safe(claim.notices, redactor), stopping.signal);
      } catch (error) {
        const reason = redactor.text(error instanceof Error ? error.message : String(error));
        logger.warn('Notices could not be told', { channel: channel.name, reason });
        await store.failed(claim, reason);
        return;
      }
      await store.told(claim);
    }
  }
  async function flush(): Promise<void> {
    const before = flushing;
    async function run(): Promise<void> {
      await before;
      const ends = await Promise.allSettled(channels.map(tell));
      for (const end of ends) {
        if (end.status === 'rejected') {
          logger.debug('Notices wait for the database', { reason: String(end.reason) });
        }
      }
    }
    flushing = run();
    return flushing;
  }
  const sweep = setInterval(() => void flush(), SWEEP_MS);
  sweep.unref();
  if (channels.length === 0) {
    clearInterval(sweep);
  }
  return {
    async notify(notice) {
      await options.log(notice);
      try {
        await store.record(notice);
        timer ??= setTimeout(() => {
          timer = undefined;
          void flush();
        }, options.groupMs ?? GROUP_MS);
      } catch {
        await alone(notice);
      }
    },
    flush,
    async close() {
      clearInterval(sweep);
      clearTimeout(timer);
      const giveUp = setTimeout(() => stopping.abort(), CLOSE_MS);
      await flush();
      clearTimeout(giveUp);
    },
  };
}

/** Tells without the database, each key once within the window of this process. */
function createLonelyTeller(
  { channels, classes, windowMs, redactor, logger }: NotifierOptions,
  signal: AbortSignal,
): (notice: Notice) => Promise<void> {
  const told = new Map<string, number>();
  return async function tellAlone(notice) {
    const now = Date.now();
    if (
      (notice.errorClass !== undefined && !classes.includes(notice.errorClass)) ||
      now - (told.get(notice.key) ?? Number.NEGATIVE_INFINITY) < windowMs
    ) {
      return;
    }
    told.set(notice.key, now);
    const at = new Date(now).toISOString();
    const seen = [{ ...notice, seen: 1, seenAnew: 1, firstSeenAt: at, lastSeenAt: at }];
    const able = channels.filter(({ least }) => RANK[notice.severity] >= RANK[least]);
    const ends = await Promise.allSettled(
      able.map((channel) => channel.send(safe(seen, redactor), signal)),
    );
    for (const end of ends) {
      if (end.status === 'rejected') {
        logger.warn('A notice could not be told', { reason: redactor.text(String(end.reason)) });
      }
    }
  };
}

function safe(notices: readonly SeenNotice[], redactor: Redactor): readonly SeenNotice[] {
  return notices.map((notice) => ({
    ...notice,
    title: redactor.text(notice.title),
    meaning: redactor.text(notice.meaning),
    action: redactor.text(notice.action),
    facts: Object.fromEntries(
      Object.entries(notice.facts).map(([name, value]) => [
        name,
        typeof value === 'string' ? redactor.text(value) : value,
      ]),
    ),
  }));
}
